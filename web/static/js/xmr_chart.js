// Points before and after a change against limits that were frozen before it.

import { h, labelWidth, responsive, s } from "./dom.js";
import { counted, day } from "./format.js";
import { amount, measure, target } from "./improvement_words.js";
import { apart } from "./plot.js";

const TOP = 26;
const BOTTOM = 26;
const LEFT = 12;
const GAP = 1.5; // of a point's place, around the change

const height = (width) => (width < 560 ? 220 : 280);

/** The places of points on the axis: in their order, with a gap at the change. */
function places(before, after, left, right) {
  const count = before + after;
  const step = (right - left) / Math.max(count - 1 + 2 * GAP, 1);
  const at = (index) => left + step * (index < before ? index : index - 1 + 2 * GAP);
  const change = before ? at(before - 1) + step * GAP : left;
  return { at, change };
}

function dot(point, x, y, kind) {
  const what = point.key ?? `${counted(point.n, "delivery", "deliveries")} in the week of`;
  const words = `${what} ${day(point.start)}: ${point.words}`;
  const mark = s(
    "circle",
    { cx: x.toFixed(1), cy: y.toFixed(1), r: kind === "signal" ? 4 : 3, class: KINDS[kind] },
    s("title", null, words),
  );
  const behind = point.key ? `/journey?key=${encodeURIComponent(point.key)}` : point.explain;
  return behind ? s("a", { href: behind, "aria-label": words }, mark) : mark;
}

const KINDS = { before: "ring", after: "f-ink3", signal: "f-ink" };

const path = (dots) => dots.map(({ x, y }, n) => `${n ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`);

function drawn(told, width) {
  const { baseline, after, unit } = told;
  const { centre, lower, upper } = baseline.limits;
  const high = height(width);
  const decided = told.verdict.decided_by;
  const signal = new Set(decided?.keys ?? []);
  const inSignal = (point) =>
    point.key
      ? signal.has(point.key)
      : decided && point.start >= decided.from && point.start <= decided.to;
  const all = [...baseline.points, ...after.points];
  const middle = baseline.variant === "mean" ? "average" : "median";
  const levels = [
    { value: upper, label: `limit ${amount(upper, unit)}` },
    { value: centre, label: `${middle} ${amount(centre, unit)}` },
    ...(lower > 0 ? [{ value: lower, label: `limit ${amount(lower, unit)}` }] : []),
    { value: told.target.value, label: `target ${amount(told.target.value, unit)}`, aim: true },
  ];
  const room = Math.max(...levels.map(({ label }) => labelWidth(label))) + 10;
  const right = width - room;
  const most = Math.max(...all.map(({ value }) => value), upper, told.target.value) * 1.05 || 1;
  const y = (value) => high - BOTTOM - (value / most) * (high - TOP - BOTTOM);
  const { at, change } = places(baseline.points.length, after.points.length, LEFT, right - 8);
  const dots = all.map((point, index) => ({
    x: at(index),
    y: y(point.value),
    point: { ...point, words: amount(point.value, unit) },
    kind: index < baseline.points.length ? "before" : inSignal(point) ? "signal" : "after",
  }));
  const first = dots.slice(0, baseline.points.length);
  const rest = dots.slice(baseline.points.length);
  for (const one of levels) one.y = y(one.value);
  const changed = `change, ${day(told.changed_on)}`;
  const beside = change + labelWidth(changed) + 6 < right;
  return s(
    "svg",
    {
      class: "ch",
      width,
      height: high,
      viewBox: `0 0 ${width} ${high}`,
      role: "group",
      "aria-label": `${measure(told)}: ${told.verdict.words}`,
    },
    s("rect", {
      x: 0,
      y: y(upper),
      width: right,
      height: Math.max(y(lower) - y(upper), 1),
      class: "f-raise",
    }),
    s("path", { d: `M0 ${y(centre)}H${right}`, class: "s-line2" }),
    s("path", { d: `M0 ${y(0)}H${right}`, class: "s-ink3" }),
    s("path", { d: `M0 ${y(told.target.value)}H${right}`, class: "aim" }),
    s("path", { d: `M${change} ${TOP - 12}V${y(0)}`, class: "change" }),
    s(
      "text",
      {
        x: beside ? change + 6 : change - 6,
        y: 12,
        class: "t11 ink",
        "text-anchor": beside ? "start" : "end",
      },
      changed,
    ),
    ...apart(levels, TOP - 8, high - BOTTOM).map(({ at: place, label, aim }) =>
      s("text", { x: right + 8, y: place, class: `t11 ${aim ? "x-done" : "ink2"}` }, label),
    ),
    s("path", { d: path(first).join(""), class: "s-line2 w125 f-none" }),
    s("path", { d: path(rest).join(""), class: "s-ink3 w125" }),
    ...dots.map(({ x, y: place, point, kind }) => dot(point, x, place, kind)),
    s("text", { x: 0, y: high - 8, class: "t11 ink3" }, day(all[0]?.start) ?? ""),
    s(
      "text",
      { x: right, y: high - 8, class: "t11 ink3", "text-anchor": "end" },
      (after.points.length && day(after.points.at(-1).start)) || "",
    ),
  );
}

/** The chart of an improvement that was started. */
export function xmrChart(told) {
  const holder = h("div");
  responsive(holder, (width) => drawn(told, width));
  const words = `${measure(told)}, ${target(told)}. ${told.verdict.words}`;
  return h("figure", { class: "xmr", "aria-label": words }, holder);
}
