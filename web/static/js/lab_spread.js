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

/** Whether a flag stands right of its line: where there is room and the `other` line does not cross it. */
function isRight(at, other, words, width) {
  const long = labelWidth(words, 600) + 12;
  if (at + long > width) return false;
  if (at - long < 0) return true;
  return other > at && other < at + long ? false : at < width * 0.55 || other < at;
}

/** Two flags that do not lie on each other: the new one higher, and neither across a line. */
function flags({ before, after }, x, width) {
  const flag = (days, other, top, kind, words) => {
    const at = x(days);
    const right = isRight(at, x(other), words, width);
    const line = kind === "ink" ? "s-ink" : "s-ink3";
    const style = `t11 halo ${kind === "ink" ? "b ink" : "ink2"}`;
    return [
      s("path", { d: `M${at} ${top - 8}V${BASE}`, class: line }),
      text(at + (right ? 6 : -6), top, style, words, right ? "start" : "end"),
    ];
  };
  const [today, then] = [
    flag(before, after, 34, "ink2", `85\u00a0% within ${daysText(before)} today`),
    flag(after, before, 16, "ink", `${daysText(after)} with the change`),
  ];
  return [today[0], then[0], today[1], then[1]];
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
