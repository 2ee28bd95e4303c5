// What can be promised: days by how sure one wants to be, in all and by type; and objectives that were planned.

import { address } from "./api.js";
import { h, link } from "./dom.js";
import {
  count,
  date,
  duration,
  fraction,
  percent,
  percentRange,
  seconds,
  withheld,
} from "./format.js";
import { copyBlock, section, table, typeShape, valueOf } from "./parts.js";

const LEVELS = ["p50", "p70", "p85", "p95"];
const days = (value) => duration(seconds(value, "d"));
const sub = (text) => h("span", { class: "sub" }, text);
const num = (kind, ...content) => h("td", { class: `num ${kind}`.trim() }, ...content);
const small = (level) => (level === "p70" || level === "p95" ? "p2" : "");

function within(told, level, chosen) {
  const value = valueOf(told, level);
  if (value === null)
    return num(small(level), h("span", { class: "withheld" }, withheld(told.reasons, level)));
  const shown = days(value);
  const range = told.interval?.[level];
  const edges =
    range && range.every((one) => one !== null) ? `${days(range[0])} to ${days(range[1])}` : null;
  return num(
    small(level),
    link(told.explain, { class: "val" }, level === chosen ? h("b", null, shown) : shown),
    edges ? sub(edges) : null,
  );
}

function kept(told) {
  const share = valueOf(told, "adherence");
  if (share === null)
    return num("", h("span", { class: "withheld" }, withheld(told.reasons, "adherence")));
  const range = told.interval?.adherence;
  const of = fraction(valueOf(told, "kept"), valueOf(told, "done"));
  return num(
    "",
    link(told.explain, { class: "val" }, percent(share, told.grade)),
    sub(`${of}${range ? `, ${percentRange(...range)}` : ""}`),
  );
}

function row(name, told, chosen, kind = null) {
  const promise = valueOf(told, "expected_d");
  return h(
    "tr",
    null,
    h("td", null, kind ? typeShape(kind) : null, kind ? name : h("b", null, name)),
    num("", count(told.n)),
    ...LEVELS.map((level) => within(told, level, chosen)),
    num("p2", promise === null ? "" : days(promise)),
    kept(told),
  );
}

const NAMES = { feature: "Features", defect: "Defects", risk: "Risks", debt: "Debt" };

function promises(sle) {
  const chosen = `p${sle.percent}`;
  return table(
    "What can be promised",
    [
      ["Work"],
      ["Done", "num"],
      ["Half within", "num"],
      ["70\u00a0%", "num p2"],
      ["85\u00a0%", "num"],
      ["95\u00a0%", "num p2"],
      ["Expected before", "num p2"],
      ["Kept", "num"],
    ],
    [
      row("All", sle, chosen),
      ...Object.entries(sle.by_type ?? {}).map(([kind, told]) =>
        row(NAMES[kind] ?? kind, told, chosen, kind),
      ),
    ],
    { style: "promises" },
  );
}

const incrementRow = (one, plan) =>
  h(
    "tr",
    null,
    h(
      "td",
      null,
      link(plan.explain, { class: "val" }, h("b", null, one.increment)),
      sub(`ended ${date(one.ended_at)}`),
    ),
    num("", count(one.objectives)),
    num("", count(one.planned)),
    num(
      "",
      one.actual === null
        ? h("span", { class: "withheld" }, `${count(one.not_rated)} not rated yet`)
        : count(one.actual),
    ),
    num("", one.ratio === null ? "" : h("b", null, percent(one.ratio))),
  );

function objectives(plan) {
  const rows = plan.increments ?? [];
  const each = `${address("/goals", { stream: plan.scope?.stream })}#objectives`;
  if (!rows.length)
    return [
      h("h3", { class: "sec third" }, "Objectives"),
      h(
        "p",
        { class: "note" },
        "No increment with objectives ended in this period. Nobody reads them from tickets: enter what was planned and what came of it.",
      ),
      h("div", { class: "narrow" }, copyBlock("headwater objectives increment.csv")),
    ];
  return [
    h("h3", { class: "sec third" }, "Objectives"),
    table(
      "Objectives by increment",
      [
        ["Increment"],
        ["Objectives", "num"],
        ["Planned value", "num"],
        ["Actual value", "num"],
        ["Actual of planned", "num"],
      ],
      rows.map((one) => incrementRow(one, plan)),
    ),
    h("p", { class: "more" }, link(each, { class: "lnk" }, "Each objective")),
  ];
}

export function promiseSection({ sle, plan }) {
  return [
    section(
      "What can be promised",
      "days from commitment within which so much was done; kept: share within the expectation that the time before gave",
      null,
      "promise",
    ),
    promises(sle),
    ...objectives(plan),
  ];
}
