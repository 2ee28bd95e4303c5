// Money with its range: what is written beside it, bars with whiskers, and a dot on its range.

import { h, link, s } from "./dom.js";
import { money, moneyRange } from "./format.js";

/** [low, high] in cents of what was drawn; null where nothing varies: no value in it has a range. */
export const rangeOf = (drawn) => (drawn && drawn.p90 > drawn.p10 ? [drawn.p10, drawn.p90] : null);

/** An amount at the width of its range. */
export const amount = (cents, currency, range = null) =>
  money(cents, currency, { interval: range });

/** The same with its range beneath, for a cell of a table. */
export const amountCell = (cents, currency, range, style = "num") =>
  h(
    "td",
    { class: style },
    h("b", null, amount(cents, currency, range)),
    range ? h("span", { class: "sub" }, moneyRange(range, currency)) : null,
  );

const WIDEST = 60;
const pc = (value) => `${value.toFixed(2)}%`;

function whisker([low, high], scale, y) {
  const [from, to] = [pc(low * scale), pc(high * scale)];
  const lines = (style) => [
    s("line", { x1: from, x2: to, y1: y, y2: y, class: style }),
    ...[from, to].map((x) => s("line", { x1: x, x2: x, y1: y - 4, y2: y + 4, class: style })),
  ];
  return [...lines("s-bg w4"), ...lines("s-ink w125")];
}

function bar({ cents, range }, scale, currency) {
  const end = Math.max(cents, range?.[1] ?? 0) * scale;
  return s(
    "svg",
    { class: "ch", height: 18, width: "100%", "aria-hidden": "true" },
    s("rect", { x: 0, y: 0, height: 18, width: pc(cents * scale), class: "f-waiting" }),
    ...(range ? whisker(range, scale, 9) : []),
    s(
      "text",
      { x: pc(end), dx: 8, y: 13, class: "t12" },
      s("tspan", { class: "b ink" }, amount(cents, currency, range)),
      range ? s("tspan", { dx: 5, class: "ink3" }, moneyRange(range, currency)) : null,
    ),
  );
}

/** `rows` are {label, sub, cents, range ([low, high] or null), href, current}; all on one scale from zero. */
export function moneyBars(rows, currency) {
  const most = Math.max(1, ...rows.map(({ cents, range }) => Math.max(cents, range?.[1] ?? 0)));
  return h(
    "ul",
    { class: "mbars" },
    ...rows.map((row) =>
      h(
        "li",
        { class: row.current ? "chosen" : null },
        link(
          row.href,
          { "aria-current": row.current ? "true" : null },
          h("span", { class: "lb" }, h("b", null, row.label), " ", h("span", null, row.sub)),
          h("span", { class: "sr" }, amount(row.cents, currency, row.range)),
          bar(row, WIDEST / most, currency),
        ),
      ),
    ),
  );
}

/** A dot on its range, all rows of a table on one scale; `most` is the scale's end in cents. */
export function rangeDot(cents, range, most) {
  const x = (value) => pc(4 + (92 * value) / Math.max(most, 1));
  return s(
    "svg",
    { class: "ch dot", height: 14, width: "100%", "aria-hidden": "true" },
    range
      ? s("line", { x1: x(range[0]), x2: x(range[1]), y1: 7, y2: 7, class: "s-line2 thick" })
      : null,
    s("circle", { cx: x(cents), cy: 7, r: 4, class: "f-waiting" }),
  );
}
