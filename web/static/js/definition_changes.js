// What changed: definitions and mappings with one window under both, and facts told otherwise since.

import { address } from "./api.js";
import { h, link, s } from "./dom.js";
import { count, date, period, stamp } from "./format.js";
import { causeWords, factWords, titleOf } from "./definition_words.js";
import { numberWords } from "./number_words.js";
import { grade, section, table } from "./parts.js";
import { shortList } from "./quality_words.js";

const sub = (...content) => h("span", { class: "sub" }, ...content);

/** The line that a change draws through every chart. */
const breakMark = () =>
  s(
    "svg",
    { class: "brk", width: 3, height: 32, viewBox: "0 0 3 32", role: "img", "aria-label": "break" },
    s("rect", { x: 0.5, y: 0, width: 1.5, height: 32, class: "f-ink" }),
  );

/** "mapping of Checkout", "deliveries of web", "Flow time". */
export function changeOf(change, data) {
  const { stream, service, definition } = change;
  const title = data.streams.items.find(({ name }) => name === stream)?.title ?? stream;
  if (definition === "mapping") return `mapping of ${title}`;
  if (definition === "deliveries") return `what counts as a delivery of ${service ?? title}`;
  return titleOf(definition, data.definitions.items);
}

const number = (envelope) =>
  envelope
    ? [
        link(envelope.explain, { class: "val" }, numberWords(envelope)),
        " ",
        grade(envelope.grade, envelope.reasons),
      ]
    : [h("span", { class: "withheld" }, "not measured yet")];

/** One window under both definitions, a row for each metric. */
export function bothTable(name, pairs, definitions, [before, after]) {
  return table(
    name,
    [["Metric"], [before, "num"], [after, "num"]],
    pairs.map(({ metric, then, now }) =>
      h(
        "tr",
        null,
        h(
          "td",
          null,
          link(address("/definitions", { metric }), { class: "val" }, titleOf(metric, definitions)),
        ),
        h("td", { class: "num", "data-label": before }, number(then)),
        h("td", { class: "num", "data-label": after }, number(now)),
      ),
    ),
    { style: "both" },
  );
}

function changeRow(change, data) {
  const { numbers, window } = change;
  const pairs = numbers.map(({ metric, before, after }) => ({ metric, then: before, now: after }));
  return h(
    "li",
    null,
    h(
      "p",
      { class: "when" },
      breakMark(),
      h("span", null, h("b", null, date(change.at)), sub(stamp(change.at).split("\u00a0").at(-1))),
    ),
    h(
      "div",
      null,
      h("p", { class: "h" }, changeOf(change, data)),
      h(
        "ul",
        { class: "whats" },
        ...change.what.map((what) => h("li", null, what.replace("->", "\u2192"))),
      ),
      pairs.length
        ? h(
            "div",
            { class: "pair" },
            window
              ? h("p", { class: "note" }, `The days before, ${period(...window)}, under both:`)
              : null,
            bothTable(`Numbers under both, ${date(change.at)}`, pairs, data.definitions.items, [
              "as it was told",
              "under the new one",
            ]),
          )
        : null,
      change.known_at
        ? h(
            "p",
            { class: "note" },
            "Any address answers by the old one with ",
            h("code", null, `known_at=${change.known_at}`),
          )
        : null,
    ),
  );
}

export function changesSection(data, query) {
  const { changes } = data;
  const next = address("/definitions", { ...Object.fromEntries(query), changes: changes.next });
  return [
    section(
      "What changed",
      "a break in every chart: what is before it and after it is not compared",
      null,
      "changes",
    ),
    changes.items.length
      ? h("ul", { class: "breaks" }, ...changes.items.map((one) => changeRow(one, data)))
      : h(
          "p",
          { class: "note" },
          "No definition and no mapping changed since numbers were first told.",
        ),
    changes.next
      ? h("p", { class: "more" }, link(`${next}#changes`, { class: "lnk" }, "Earlier ones"))
      : null,
  ];
}

const isTime = (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value);
const written = (value, beside) =>
  value === null || value === undefined
    ? "not known"
    : isTime(value)
      ? stamp(value, beside)
      : String(value);

function what({ what: kind, changes }, at) {
  if (kind === "found") return "was not known then";
  const told = changes.map(({ field, from, to }) =>
    h(
      "span",
      { class: "field" },
      `${field.replaceAll("_", " ")}: `,
      h("s", null, written(from, at)),
      kind === "gone" ? null : [" \u2192 ", h("b", null, written(to, at))],
    ),
  );
  return kind === "gone" ? ["is gone", ...told] : told;
}

function restatedRow(row, definitions) {
  const where = row.stream ?? row.service ?? "";
  const name = row.key ?? "\u2013";
  const to = row.journey ? address("/journey", { key: row.key }) : null;
  const metrics = row.metrics.map((slug) => titleOf(slug, definitions));
  return h(
    "tr",
    null,
    h("td", { class: "nw ts" }, stamp(row.at)),
    h(
      "td",
      null,
      link(to, { class: "val" }, h("b", null, name)),
      sub(
        `${factWords(row.fact)}${row.part ? ` ${count(row.part)}` : ""}${where ? `, ${where}` : ""}`,
      ),
    ),
    h("td", null, what(row, row.at)),
    h("td", { class: "p2" }, h("span", { title: metrics.join(", ") }, shortList(metrics, 2))),
    h("td", null, causeWords(row.cause)),
  );
}

/** `days`: how far back it was asked. */
export function restatedSection(data, query, days) {
  const { restated } = data;
  const next = address("/definitions", { ...Object.fromEntries(query), after: restated.next });
  return [
    section(
      "Restated",
      `what had been told and is told otherwise now, recorded in the last ${days} days`,
      null,
      "restated",
    ),
    restated.items.length
      ? table(
          "Restated",
          [["When, UTC"], ["What"], ["From, to"], ["Read by", "p2"], ["Why"]],
          restated.items.map((one) => restatedRow(one, data.definitions.items)),
          { style: "restated" },
        )
      : h("p", { class: "note" }, "Nothing that had been told changed."),
    restated.next
      ? h("p", { class: "more" }, link(`${next}#restated`, { class: "lnk" }, "Earlier ones"))
      : null,
  ];
}
