// Objectives of increments, one by one: what was planned, and what came of it.

import { h, link } from "./dom.js";
import { count, counted, date, percent } from "./format.js";
import { copyBlock, section, table, valueOf } from "./parts.js";

const FILE = `stream,increment,ends,objective,committed,planned,actual
checkout,PI 12,2026-12-18,Pay by instalments,yes,8,`;

const num = (...content) => h("td", { class: "num" }, ...content);
const sub = (text) => h("span", { class: "sub" }, text);

/** Every objective of the increments that ended, those not rated among them: the newest first. */
const all = ({ included, excluded }) =>
  [...included, ...excluded].sort(
    (a, b) =>
      b.ended_at.localeCompare(a.ended_at) ||
      Number(b.committed) - Number(a.committed) ||
      b.planned - a.planned,
  );

const row = (one) =>
  h(
    "tr",
    null,
    h("td", null, h("b", null, one.objective)),
    h("td", null, one.increment, sub(`ended ${date(one.ended_at)}`)),
    h("td", { class: "p2" }, one.committed ? "committed" : "stretch"),
    num(count(one.planned)),
    num(
      one.actual === null
        ? h("span", { class: "withheld" }, "not rated yet")
        : h("b", null, count(one.actual)),
      one.reason && one.actual !== null ? sub("others of it are not rated yet") : null,
    ),
  );

const nothing = () => [
  section("Objectives", "business value planned and delivered, by increment", null, "objectives"),
  h(
    "p",
    { class: "note" },
    "No increment with objectives ended in this period. Nobody reads them from tickets: write what was planned into a file, rate it when the increment has ended, and enter it.",
  ),
  h("div", { class: "narrow" }, copyBlock(FILE), copyBlock("headwater objectives increment.csv")),
];

/** The share, and what it is of, for the figures. */
export function objectivesFigure({ plan, told }) {
  const share = valueOf(plan, "ratio");
  const open = told.excluded.length;
  const waiting = open ? `; ${counted(open, "objective")} in increments not rated yet` : "";
  return {
    title: "Objectives",
    value: share === null ? null : percent(share),
    small: "of what was planned",
    none: told.included.length + open ? "not rated" : "none entered",
    href: plan.explain,
    notes: [
      share === null
        ? open
          ? `${counted(open, "objective")} in increments not rated yet`
          : "what increments planned and delivered"
        : `${count(valueOf(plan, "numerator"))} of ${count(valueOf(plan, "denominator"))} of value${waiting}`,
    ],
  };
}

/** `plan`: the predictability, `told`: the objectives behind it. */
export function objectivesSection({ plan, told }, flow) {
  const rows = all(told);
  if (!rows.length) return nothing();
  return [
    section(
      "Objectives",
      "business value planned and delivered; stretch objectives count above the line alone",
      [
        link(flow, { class: "lnk" }, "By increment"),
        " ",
        link(plan.explain, { class: "lnk" }, "All of it, as data"),
      ],
      "objectives",
    ),
    table(
      "Objectives",
      [["Objective"], ["Increment"], ["", "p2"], ["Planned", "num"], ["Actual", "num"]],
      rows.map(row),
    ),
  ];
}
