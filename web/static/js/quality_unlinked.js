// What should be linked and is not: how much, why, what to do, and each thing of a reason.

import { address } from "./api.js";
import { h, link } from "./dom.js";
import { count, counted, date, day, fraction, percent, stamp } from "./format.js";
import { asTable, copyBlock, section, table } from "./parts.js";
import { sentence } from "./quality_words.js";

const here = (query, more) =>
  `${address("/quality", { ...Object.fromEntries(query), after: null, ...more })}#list`;

/** What the address chooses of the list: kind and reason; null where none is. */
export const chosenList = (query) =>
  query.get("list") ? { kind: query.get("list"), reason: query.get("why") } : null;

function reasonRow(kind, reason, first, query) {
  const open = here(query, { list: kind.kind, why: reason.reason });
  const name = first
    ? [
        link(
          here(query, { list: kind.kind, why: null }),
          { class: "val" },
          h("b", null, kind.title),
        ),
        h(
          "span",
          { class: "sub" },
          `${fraction(kind.unlinked, kind.population)}${kind.share === null ? "" : ` \u00b7 ${percent(kind.share)}`}${kind.bots ? `, ${count(kind.bots)} by bots beside` : ""}`,
        ),
      ]
    : null;
  return h(
    "tr",
    { class: first ? "first" : null },
    h("td", null, name),
    h("td", null, link(open, { class: "val" }, reason.text)),
    h("td", { class: "num" }, link(open, { class: "val" }, h("b", null, count(reason.count)))),
    h(
      "td",
      { class: "fx" },
      sentence(reason.next_step),
      reason.line ? copyBlock(reason.line) : null,
    ),
  );
}

function wholeRow(kind) {
  const told = kind.population
    ? `all ${count(kind.population)} are linked`
    : "nothing of this kind in the period";
  return h(
    "tr",
    { class: "first" },
    h("td", null, h("b", null, kind.title)),
    h("td", { colspan: 3 }, h("span", { class: "withheld" }, told)),
  );
}

const rowsOf = (kind, query) =>
  kind.reasons.length
    ? kind.reasons.map((reason, at) => reasonRow(kind, reason, at === 0, query))
    : [wholeRow(kind)];

function weeks(kinds) {
  const starts = kinds[0]?.trend?.map(({ start, complete }) => [start, complete]) ?? [];
  if (!starts.length) return null;
  const cell = (week) =>
    h(
      "td",
      { class: "num" },
      week.share === null
        ? "\u2013"
        : `${percent(week.share)}, ${fraction(week.unlinked, week.population)}`,
    );
  return asTable(
    "By week",
    table(
      "Not linked by week",
      [["Week from"], ...kinds.map(({ title }) => [title, "num"])],
      starts.map(([start, complete], at) =>
        h(
          "tr",
          null,
          h("td", null, `${day(start)}${complete ? "" : ", running"}`),
          ...kinds.map(({ trend }) => cell(trend[at])),
        ),
      ),
    ),
  );
}

export function unlinkedSection(summary, query) {
  const kinds = summary.items;
  return [
    section(
      "Not linked",
      "what should be, why it probably is not, and what to do; a number opens its list",
      null,
      "unlinked",
    ),
    table(
      "Not linked",
      [["What"], ["Probably because"], ["How many", "num"], ["What to do"]],
      kinds.flatMap((kind) => rowsOf(kind, query)),
      { style: "unl" },
    ),
    weeks(kinds),
  ];
}

function suggestion({ suggestion: told }) {
  if (!told) return null;
  const shown = link(address("/journey", { key: told.ticket }), { class: "lnk" }, told.ticket);
  return h("span", { class: "sub" }, "perhaps ", shown, `: ${told.why}`);
}

const nameOf = ({ kind, key }) => (kind === "commit" ? key.slice(0, 8) : key);

function thing(one, as_of) {
  const where = [...one.streams, ...one.services].join(", ");
  const to = one.kind === "item" ? address("/journey", { key: one.key }) : one.url;
  return h(
    "tr",
    null,
    h(
      "td",
      null,
      link(to, { class: "val" }, h("b", null, one.title || nameOf(one))),
      h(
        "span",
        { class: "sub" },
        link(one.url, { class: "key lnk" }, nameOf(one)),
        where ? ` ${where}` : "",
        one.bot ? ", by a bot" : "",
      ),
    ),
    h("td", { class: "ts nw" }, one.at ? stamp(one.at, as_of) : "\u2013"),
    h("td", null, one.text, suggestion(one)),
  );
}

/** The list that the address asks for; `list` is its page, `summary` tells its title. */
export function listSection(list, summary, query, now) {
  const { kind, reason } = chosenList(query);
  const of = summary.items.find((one) => one.kind === kind);
  const why = of?.reasons.find((one) => one.reason === reason);
  const total = why?.count ?? (of ? of.unlinked + of.bots : undefined);
  const how = [why?.text, total === undefined ? null : counted(total, "thing")].filter(Boolean);
  const close = address("/quality", {
    ...Object.fromEntries(query),
    list: null,
    why: null,
    after: null,
  });
  return [
    section(
      of?.title ?? kind,
      how.join(" "),
      [
        reason ? link(here(query, { why: null }), { class: "lnk" }, "Of all reasons") : null,
        h("a", { class: "lnk", href: close }, "Close the list"),
      ],
      "list",
    ),
    list.items.length
      ? table(
          of?.title ?? kind,
          [["What"], ["When, UTC"], ["Why it is probably not linked"]],
          list.items.map((one) => thing(one, now)),
          { style: "unlist" },
        )
      : h("p", { class: "note" }, "There is none of these in the period."),
    list.next
      ? h(
          "p",
          { class: "more" },
          link(here(query, { after: list.next }), { class: "lnk" }, "Next ones"),
        )
      : null,
    h("p", { class: "note" }, `${date(summary.from)} to ${date(summary.to)}, whole days`),
  ];
}
