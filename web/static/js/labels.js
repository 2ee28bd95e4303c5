// Labels of a drawing that never lie on one another: rows remember what is taken.

import { labelWidth, s } from "./dom.js";

const GAP = 4;

/** `left` and `right` bound every label. */
export function labelRows(left, right) {
  const rows = new Map();
  const spans = (y) => rows.get(y) ?? rows.set(y, []).get(y);
  const isFree = (y, from, to) =>
    from >= left && to <= right && spans(y).every(([a, b]) => to + GAP <= a || from - GAP >= b);

  /** Marks take room too. */
  function take(y, from, to) {
    spans(y).push([from, to]);
  }

  /** The text node at the first free of `places` [{x, y, anchor}], or null. */
  function place(text, places, { style = "ink2 halo", weight = 400 } = {}) {
    const width = labelWidth(text, weight);
    for (const { x, y, anchor = "start" } of places) {
      const from = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
      if (!isFree(y, from, from + width)) continue;
      take(y, from, from + width);
      return s("text", { x: x.toFixed(1), y, "text-anchor": anchor, class: `t11 ${style}` }, text);
    }
    return null;
  }

  return { take, place };
}
