// Coverages: what each figure rests on, and the line that would raise it.

import { h, s } from "./dom.js";
import { fraction, percent } from "./format.js";
import { copyBlock, grade, section, table } from "./parts.js";

const WIDTH = 300;
const LIMITS = [
  [0.5, "C\u00a050\u00a0%"],
  [0.7, "B\u00a070"],
  [0.9, "A\u00a090"],
];
const letterOf = (value) => (value >= 0.9 ? "A" : value >= 0.7 ? "B" : value >= 0.5 ? "C" : "D");

/** They tell how far to trust, but no metric is graded by them. */
const UNGRADED = new Set(["C4", "C9", "C10", "C12", "C13", "C14", "C15"]);

const scaleHead = () =>
  s(
    "svg",
    { width: WIDTH, height: 14, viewBox: `0 0 ${WIDTH} 14`, "aria-hidden": "true", class: "ch" },
    ...LIMITS.map(([at, label]) =>
      s("text", { x: at * WIDTH, y: 10, class: "t11 ink3", "text-anchor": "middle" }, label),
    ),
  );

function gauge({ value, title }) {
  const end = value * WIDTH;
  return s(
    "svg",
    {
      width: "100%",
      height: 18,
      viewBox: `0 0 ${WIDTH} 18`,
      preserveAspectRatio: "xMinYMid meet",
      role: "img",
      "aria-label": `${title}: ${percent(value)}, A needs 90${"\u00a0"}%`,
    },
    s("rect", { x: 0, y: 7, width: WIDTH, height: 4, rx: 2, class: "f-line" }),
    s("rect", {
      x: 0,
      y: 7,
      width: end,
      height: 4,
      rx: 2,
      class: value >= 0.9 ? "f-ink" : "f-ink3",
    }),
    ...LIMITS.map(([at]) =>
      s("rect", { x: at * WIDTH - 0.5, y: 3, width: 1, height: 12, class: "f-line2" }),
    ),
    s("circle", { cx: end, cy: 9, r: 5, class: "f-ink s-bg" }),
  );
}

const place = (scope) => scope?.stream ?? scope?.service ?? "everywhere";

function row(one) {
  const known = one.value !== null && one.value !== undefined;
  return h(
    "tr",
    null,
    h(
      "td",
      null,
      h("b", null, one.title),
      h("span", { class: "sub" }, `${place(one.scope)} \u00b7 ${one.id}`),
    ),
    h(
      "td",
      { class: "cv" },
      known
        ? gauge(one)
        : h("span", { class: "withheld" }, `no data: ${one.reason ?? "nothing to count"}`),
    ),
    h(
      "td",
      { class: "num" },
      known ? h("b", null, percent(one.value)) : "",
      known && one.denominator
        ? h("span", { class: "sub" }, `${fraction(one.numerator, one.denominator)}${one.unit ? `\u00a0${one.unit}` : ""}`)
        : null,
    ),
    h(
      "td",
      { class: "gr" },
      known && !UNGRADED.has(one.id) ? grade(letterOf(one.value), [one.title]) : null,
    ),
    h(
      "td",
      { class: "fx" },
      known && one.value >= 0.9 ? "" : [one.fix, one.line ? copyBlock(one.line) : null],
      one.list && one.value !== 1
        ? h("a", { class: "sub", href: one.list }, "what is missing, as JSON")
        : null,
    ),
  );
}

/** Weakest first; `items` null draws the headings. */
export function qualitySection(items) {
  const ordered = [...(items ?? [])].sort((a, b) => (a.value ?? -1) - (b.value ?? -1));
  const heads = [
    ["Coverage, and where"],
    [scaleHead(), "cv"],
    ["Share", "num"],
    [h("span", { class: "sr" }, "Grade")],
    ["What would make it A"],
  ];
  const body =
    items && !items.length
      ? h("p", { class: "note" }, "Nothing was counted yet: no source has been read to its end.")
      : table("Coverage", heads, ordered.map(row), { style: "cov" });
  return [
    section(
      "Coverage",
      "what the figures rest on, weakest first; the lowest decides a grade, never an average",
      null,
      "quality",
    ),
    body,
  ];
}
