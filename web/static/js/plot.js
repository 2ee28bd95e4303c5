// What drawings with a scale share: round steps, faint lines, shapes, dots that arrow keys walk through, words of a dot.

import { h, labelWidth, responsive, s } from "./dom.js";
import { count, day } from "./format.js";

const DAY_MS = 86_400_000;

/** A round step that gives two to four lines below the top. */
export function step(most) {
  const raw = most / 3;
  const size = 10 ** Math.floor(Math.log10(Math.max(raw, 1)));
  return [1, 2, 5, 10].map((one) => one * size).find((one) => most / one <= 4);
}

/** [lines, labels] of an axis from 0 to `most` at the left; `unit` is said once, at the top. */
export function axis({ most, y, left, right, unit = "" }) {
  const by = step(most);
  const places = [];
  for (let at = 0; at <= most; at += by) places.push(at);
  const label = (at) => `${count(at)}${unit && at === places.at(-1) ? `\u00a0${unit}` : ""}`;
  return [
    places.map((at) =>
      s("path", { d: `M${left} ${y(at).toFixed(1)}H${right}`, class: at ? "s-line" : "s-line2" }),
    ),
    places.map((at) =>
      s(
        "text",
        { x: left - 8, y: (y(at) + 4).toFixed(1), class: "t11 ink3", "text-anchor": "end" },
        label(at),
      ),
    ),
  ];
}

/** Days beneath an axis: the first, the last, and what has room between. `from`, `to` in ms. */
export function dayTicks({ from, to, x, y }) {
  const room = Math.floor((x(to) - x(from)) / 110);
  const many = Math.max(1, Math.min(room, 6, Math.floor((to - from) / DAY_MS)));
  return Array.from({ length: many + 1 }, (_, at) => {
    const when = from + ((to - from) * at) / many;
    const anchor = at === 0 ? "start" : at === many ? "end" : "middle";
    return s(
      "text",
      { x: x(when).toFixed(1), y, class: "t11 ink3", "text-anchor": anchor },
      day(new Date(when).toISOString()),
    );
  });
}

/**
 * Up to which value is drawn to scale: all of them, unless a few are far beyond what is usual and would
 * flatten the rest; those stand above the scale then. `least`: what has to be on it; `share`: what is usual.
 */
export function reach(values, least = 1, share = 0.97) {
  const sorted = [...values].sort((a, b) => a - b);
  const usual = Math.max(least, sorted[Math.floor(sorted.length * share) - 1] ?? 0) * 1.4;
  const within = sorted.filter((one) => one <= usual);
  const all = (sorted.at(-1) ?? 0) <= usual * 1.5;
  return Math.max(least, (all ? sorted.at(-1) : within.at(-1)) ?? 0) * 1.05;
}

/**
 * The height of dots: {most, y, top, over}; what is over the scale stands at its head. `least`: what has to be on it.
 */
export function dotScale(values, least, { high, head, foot }) {
  const most = reach(values, least);
  const over = Math.max(...values) > most;
  const top = head + (over ? 22 : 0);
  const y = (value) =>
    value > most ? head - 2 : high - foot - (value / most) * (high - top - foot);
  return { most, y, top, over };
}

/** Levels [{y, ...}] with `at`, the place of their label at the right, that keep apart: the middle one of them moves least. */
export function apart(levels, low, high) {
  const sorted = levels.toSorted((a, b) => a.y - b.y);
  let taken = low - 14;
  for (const one of sorted) {
    one.at = Math.max(one.y + 4, taken + 14);
    taken = one.at;
  }
  let free = high;
  for (const one of sorted.toReversed()) {
    one.at = Math.min(one.at, free);
    free = one.at - 14;
  }
  return sorted;
}

/** Words of levels at the right, kept apart. */
export const levelLabels = (levels, x, low, high) =>
  apart(levels, low, high).map(({ at, label, tone = "ink2" }) =>
    s("text", { x, y: at.toFixed(1), class: `t11 ${tone}` }, label),
  );

/** A drawing of this size. */
export const sheet = ({ width, high }, name, ...children) =>
  s(
    "svg",
    {
      class: "ch",
      width,
      height: high,
      viewBox: `0 0 ${width} ${high}`,
      role: "group",
      "aria-label": name,
    },
    ...children,
  );

/** A mark that says what it is and opens what is behind it. */
export const mark = (href, name, ...drawn) =>
  s("a", { href, "aria-label": name }, s("title", null, name), ...drawn);

/** A level line. */
export const rule = (y, { left, right }, style) =>
  s("path", { d: `M${left} ${y.toFixed(1)}H${right}`, class: style });

const OUTLINES = {
  defect: (x, y, r) =>
    `M${x} ${y - r * 1.24}l${r * 1.24} ${r * 1.24}l${-r * 1.24} ${r * 1.24}l${-r * 1.24} ${-r * 1.24}z`,
  risk: (x, y, r) => `M${x} ${y - r * 1.2}l${r * 1.2} ${r * 2.1}h${-r * 2.4}z`,
  debt: (x, y, r) => `M${x - r * 0.9} ${y - r * 0.9}h${r * 1.8}v${r * 1.8}h${-r * 1.8}z`,
};

/** The shape of a type of work around a place. */
export function shape(kind, x, y, r, attributes) {
  const outline = OUTLINES[kind];
  return outline
    ? s("path", { d: outline(x, y, r), ...attributes })
    : s("circle", { cx: x, cy: y, r, ...attributes });
}

const NEXT = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** One stop of the Tab key for all of them: arrows go on to the next, Home and End to the ends. */
function walk(marks) {
  const stop = (at) =>
    marks.forEach((one, n) => one.setAttribute("tabindex", n === at ? "0" : "-1"));
  const goTo = (at) => {
    stop(at);
    marks[at].focus();
  };
  stop(0);
  marks.forEach((one, at) =>
    one.addEventListener("keydown", (event) => {
      const last = marks.length - 1;
      const to =
        event.key === "Home" ? 0 : event.key === "End" ? last : at + (NEXT[event.key] ?? NaN);
      if (Number.isNaN(to) || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      goTo(Math.min(Math.max(to, 0), last));
    }),
  );
}

/**
 * A figure whose marks say what they are: `draw(width)` gives {node, marks}, each mark a link with an aria-label.
 * Beneath stands what is pointed at, or `hint`.
 */
export function readable({ name, hint, style = "" }, draw) {
  const words = h("p", { class: "readout", "aria-hidden": "true" }, hint);
  const holder = h("div");
  const tell = (event) => {
    const said = event.target.closest?.("[aria-label]")?.getAttribute("aria-label");
    const marked = event.target.closest?.("a");
    words.textContent = said && marked ? said : hint;
  };
  for (const kind of ["pointerover", "focusin"]) holder.addEventListener(kind, tell);
  responsive(holder, (width) => {
    const { node, marks } = draw(width);
    if (marks.length) walk(marks);
    return node;
  });
  return h("figure", { class: `plot ${style}`, "aria-label": name }, holder, words);
}

/** The edge of the scale, and beside what stands above it its words, where there is room. */
export function beyond(dots, { left, right, edge }) {
  if (!dots.length) return [];
  const taken = dots.map(({ x }) => [x - 5, x + 5]);
  const free = (from, to) =>
    from >= left && to <= right && taken.every(([a, b]) => to < a || from > b);
  const texts = dots.map(({ x, y, words }) => {
    const wide = labelWidth(words, 600);
    const at = [x + 8, x - 8 - wide].find((from) => free(from, from + wide));
    if (at === undefined) return null;
    taken.push([at, at + wide]);
    return s("text", { x: at.toFixed(1), y: y + 4, class: "t11 b ink" }, words);
  });
  return [s("path", { d: `M${left} ${edge}H${right}`, class: "s-line2 dash" }), ...texts];
}

const SHAPES = ["feature", "defect", "risk", "debt"];

/** The key of shapes, of the kinds that are drawn; `more` are [class, words]. */
export function shapeKey(kinds, more = []) {
  const own = SHAPES.filter((kind) => kinds.has(kind)).map((kind) => [kind, "f-ink3", kind]);
  const marks = [...own, ...more.map(([style, words]) => ["feature", style, words])];
  return h(
    "p",
    { class: "legend" },
    ...marks.map(([kind, style, words]) =>
      h(
        "span",
        null,
        s(
          "svg",
          { width: 12, height: 12, viewBox: "0 0 12 12", "aria-hidden": "true" },
          shape(kind, 6, 6, 4, { class: style }),
        ),
        words,
      ),
    ),
  );
}
