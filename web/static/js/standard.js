// The standard of a stream, and where the stream has left it.

import { h, link } from "./dom.js";
import { counted, date } from "./format.js";
import { amount, measure } from "./improvement_words.js";
import { asTable, empty, section, table } from "./parts.js";

const sub = (text) => (text ? h("span", { class: "sub" }, text) : null);

function none(told) {
  return [
    section("Standard", "how the stream works, by the last change that held"),
    empty(
      "There is no standard yet",
      `${told.reason[0].toUpperCase()}${told.reason.slice(1)}. When a change has held, "Make it the standard" writes its steps, owners, policies and targets down, as a page for guides and checklists:`,
      `headwater standard ${told.stream}`,
    ),
  ];
}

function driftLine(one) {
  return h(
    "li",
    null,
    h("b", null, one.words),
    ". ",
    one.explain ? link(one.explain, { class: "lnk" }, "The items behind it") : null,
  );
}

function driftPart(drift) {
  const unchecked = drift.unchecked.map(({ what, reason }) => h("li", null, `${what}: ${reason}`));
  return [
    drift.items.length
      ? h("ul", { class: "drifts" }, ...drift.items.map(driftLine))
      : h("p", { class: "imphead" }, "Nothing has left it."),
    unchecked.length
      ? h(
          "details",
          { class: "alt" },
          h("summary", null, `${counted(unchecked.length, "target")} not checked, and why`),
          h("ul", { class: "heed" }, ...unchecked),
        )
      : null,
  ];
}

function stepRow(step) {
  return h(
    "tr",
    null,
    h("td", null, h("b", null, step.name), sub(step.estimated ? "estimated" : null)),
    h("td", null, step.team ?? "nobody named"),
    h("td", { class: "p2" }, step.queues.join(", ") || "no queue"),
    h("td", { class: "p2" }, step.systems.join(", ") || "no tool"),
  );
}

function targetRow(one) {
  const known = one.limits;
  return h(
    "tr",
    null,
    h("td", null, h("b", null, measure(one)), sub(one.team ? `team ${one.team}` : null)),
    h(
      "td",
      { class: "num" },
      one.target ? amount(one.target.value, one.unit) : "no target",
      sub(one.target ? `by ${date(one.target.by)}` : null),
    ),
    h(
      "td",
      { class: "num" },
      known
        ? `${amount(known.lower, one.unit)} \u2013 ${amount(known.upper, one.unit)}`
        : "not known",
      sub(known ? `n ${one.n}` : one.reason),
    ),
  );
}

const policyRow = (one) =>
  h(
    "tr",
    null,
    h("td", null, one.step || "the whole stream"),
    h("td", null, one.kind),
    h("td", null, one.text),
    h("td", { class: "p2" }, one.source),
  );

/** In force since when, what has drifted, and what it says. */
export function standardPart(told, drift) {
  const found = told.standard;
  if (!found) return none(told);
  const page = `/v1/streams/${encodeURIComponent(told.stream)}/standard.md`;
  const by = `version ${found.version} since ${date(found.at)}, from ${found.improvement.title}`;
  return [
    section("Standard", by, link(page, { class: "lnk" }, "As Markdown"), "standard"),
    ...driftPart(drift),
    asTable(
      counted(found.steps.length, "step"),
      table(
        "Steps",
        [["Step"], ["Owner"], ["Queues before it", "p2"], ["Tools", "p2"]],
        found.steps.map(stepRow),
      ),
    ),
    asTable(
      counted(found.policies.length, "policy", "policies"),
      table(
        "Policies",
        [["Step"], ["Kind"], ["Rule"], ["Told by", "p2"]],
        found.policies.map(policyRow),
      ),
    ),
    asTable(
      counted(found.targets.length, "target"),
      table(
        "Targets",
        [["Number"], ["Target", "num"], ["Limits", "num"]],
        found.targets.map(targetRow),
      ),
    ),
  ];
}
