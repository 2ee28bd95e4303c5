// Whether the expectation was kept, in all and by type: the share, its range, and what was meant.

import { h, link, responsive } from "./dom.js";
import { count, duration, fraction, percent, percentRange, seconds, withheld } from "./format.js";
import { heldMarks, heldScale } from "./forecast_held.js";
import { section, table, typeShape, valueOf } from "./parts.js";

const NAMES = { feature: "Features", defect: "Defects", risk: "Risks", debt: "Debt" };
const num = (...content) => h("td", { class: "num" }, ...content);
const sub = (text) => h("span", { class: "sub" }, text);

/** Days within which it was expected: what somebody asks for, else what the time before gave. */
export const expected = (told) => told.within_d ?? valueOf(told, "expected_d");

function mark(name, told, promised) {
  const holder = h("div", { class: "mark" });
  const level = {
    promised,
    share: valueOf(told, "adherence"),
    range: told.interval?.adherence ?? null,
    held: valueOf(told, "kept") ?? 0,
    judged: valueOf(told, "done") ?? 0,
  };
  const drawn = level.range ? level : { ...level, share: null };
  responsive(holder, (width) => heldMarks({ name, levels: [drawn] }, width));
  return h("td", { class: "p2 keptmark" }, holder);
}

function kept(told) {
  const share = valueOf(told, "adherence");
  if (share === null)
    return num(h("span", { class: "withheld wraps" }, withheld(told.reasons, "adherence")));
  const range = told.interval?.adherence;
  return num(
    link(told.explain, { class: "val" }, h("b", null, percent(share, told.grade))),
    sub(
      `${fraction(valueOf(told, "kept"), valueOf(told, "done"))}${range ? `, ${percentRange(...range)}` : ""}`,
    ),
  );
}

function row(name, told, sle, kind = null) {
  const days = expected(told);
  return h(
    "tr",
    null,
    h("td", { class: "nw" }, kind ? typeShape(kind) : null, kind ? name : h("b", null, name)),
    num(count(told.n)),
    num(days === null ? "" : duration(seconds(days, "d"), sle.grade)),
    mark(name, told, sle.percent / 100),
    kept(told),
  );
}

function scaleCell() {
  const holder = h("div", { class: "mark" });
  return responsive(holder, (width) => heldScale(width));
}

/** `flow`: where each level stands. */
export function keptSection(sle, flow) {
  const how = sle.within_d
    ? `share done within ${duration(seconds(sle.within_d, "d"), sle.grade)}; the tick is the ${sle.percent}\u00a0% that are meant`
    : `share done within the days that the time before gave for ${sle.percent}\u00a0%; the tick is what was meant`;
  return [
    section("Was it kept", how, link(flow, { class: "lnk" }, "What can be promised"), "kept"),
    table(
      "Was it kept",
      [
        ["Work"],
        ["Done", "num"],
        ["Expected within", "num"],
        [scaleCell(), "p2 keptmark"],
        ["Kept", "num"],
      ],
      [
        row("All", sle, sle),
        ...Object.entries(sle.by_type ?? {}).map(([kind, told]) =>
          row(NAMES[kind] ?? kind, told, sle, kind),
        ),
      ],
    ),
  ];
}
