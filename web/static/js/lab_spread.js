// From commitment to done: how the times of all items lie, as it is and with the change.

import { h, labelWidth, responsive, s } from "./dom.js";
import { daysText } from "./lab_numbers.js";
import { section } from "./parts.js";

const HEIGHT = 250;
const BASE = 210;
const TOP = 44;

const text = (x, y, kind, content, anchor = null) =>
  s("text", { x, y, class: kind, "text-anchor": anchor }, content);

/** Neighbouring bins share a little, so that the line is no comb. */
function smooth(shares) {
  const at = (n) => shares[Math.min(Math.max(n, 0), shares.length - 1)];
  return shares.map((_, n) => (at(n - 1) + 2 * at(n) + at(n + 1)) / 4);
}

function line(points) {
  return points.map(([px, py], n) => `${n ? "L" : "M"}${px.toFixed(1)} ${py.toFixed(1)}`).join("");
}

function round(most) {
  const size = 10 ** Math.floor(Math.log10(most / 4));
  return [1, 2, 3, 5, 10].map((n) => n * size).find((n) => n >= most / 4.5);
}

function curves({ edges_d: edges, before, after }, x) {
  const all = [before, after].map(smooth);
  const most = Math.max(...all.flat(), 1e-9);
  const y = (share) => BASE - (share / most) * (BASE - TOP);
  return all.map((shares) => [
    [x(0), BASE],
    ...shares.map((share, n) => [x((edges[n] + edges[n + 1]) / 2), y(share)]),
  ]);
}

const HIGH = 16;
const LOW = 34;
const GAP = 6;

/** Right or left of its line: inside of the drawing, and not across the line at `other`; null: neither. */
function sideOf({ at, long }, other, width) {
  const sides = at < width * 0.55 ? [true, false] : [false, true];
  const free = sides.filter((right) => {
    const from = right ? at + GAP : at - GAP - long;
    const inside = from >= 0 && from + long <= width;
    return inside && (other === null || other < from - 3 || other > from + long + 3);
  });
  return free[0] ?? null;
}

/**
 * [[flag, y, right, where its line begins]]: one higher, so that they do not lie on each other; the
 * lower one where the line of the other does not run through it, else that line begins below it.
 */
function arranged(now, then, width) {
  for (const [low, high] of [
    [now, then],
    [then, now],
  ]) {
    const right = sideOf(low, high.at, width);
    if (right === null) continue;
    return [
      [low, LOW, right, LOW - 8],
      [high, HIGH, sideOf(high, null, width) ?? true, HIGH - 8],
    ];
  }
  return [
    [now, LOW, sideOf(now, null, width) ?? true, LOW - 8],
    [then, HIGH, sideOf(then, null, width) ?? true, LOW + 8],
  ];
}

function flags({ before, after }, x, width) {
  const flag = (days, words, line, style) => ({
    at: x(days),
    long: labelWidth(words, 600),
    words,
    line,
    style,
  });
  const placed = arranged(
    flag(before, `85\u00a0% within ${daysText(before)} today`, "s-ink3", "ink2"),
    flag(after, `${daysText(after)} with the change`, "s-ink", "b ink"),
    width,
  );
  return [
    ...placed.map(([{ at, line }, , , top]) => s("path", { d: `M${at} ${top}V${BASE}`, class: line })),
    ...placed.map(([{ at, words, style }, y, right]) =>
      text(at + (right ? GAP : -GAP), y, `t11 halo ${style}`, words, right ? "start" : "end"),
    ),
  ];
}

function drawn(spread, p85, width, name) {
  const most = Math.max(spread.edges_d.at(-1), p85.before, p85.after);
  const x = (days) => (days / most) * width;
  const [now, then] = curves(spread, x);
  const step = round(most);
  const marks = Array.from({ length: Math.floor(most / step) }, (_, n) => (n + 1) * step);
  return s(
    "svg",
    {
      class: "ch",
      width,
      height: HEIGHT,
      viewBox: `0 0 ${width} ${HEIGHT}`,
      role: "img",
      "aria-label": name,
    },
    s("path", { d: `${line(then)}L${then.at(-1)[0]} ${BASE}Z`, class: "f-raise" }),
    s("path", { d: line(now), class: "s-ink3 w15 dash" }),
    s("path", { d: line(then), class: "s-ink w175" }),
    s("path", { d: `M0 ${BASE}H${width}`, class: "s-line2" }),
    text(0, BASE + 16, "t11 ink3", "day 0"),
    ...marks.map((days) =>
      text(x(days), BASE + 16, "t11 ink3", String(days), x(days) > width - 12 ? "end" : "middle"),
    ),
    ...flags(p85, x, width),
    text(0, BASE + 34, "t11 ink3", "dashed: today; solid: with the change"),
  );
}

/** Beside the waits; without numbers the reason alone. */
export function spreadSection({ distribution, flow_d: { p85 }, calibration }) {
  const note = h("p", { class: "note" }, calibration.words);
  if (!distribution)
    return h(
      "section",
      null,
      section("Why there are no numbers", "the model against what was measured"),
      note,
    );
  const name = `Days from commitment to done: 85 % within ${daysText(p85.before)} as it is, within ${daysText(p85.after)} with the change`;
  const place = h("div", { class: "labspread" });
  return h(
    "section",
    null,
    section("Commitment to done", `all items, ${calibration.runs} runs`),
    h(
      "figure",
      null,
      responsive(place, (width) => drawn(distribution, p85, width, name)),
    ),
    note,
  );
}
