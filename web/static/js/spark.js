// Sparkline of a stream: 13 weeks, natural limits, a bold end only where a rule fired.

import { s } from "./dom.js";
import { day, duration, seconds } from "./format.js";

const WIDTH = 92;
const HEIGHT = 26;
const PAD = 3;

const told = (weeks) =>
  weeks.filter((week) => week.complete && week.p50 !== null && week.p50 !== undefined);

/** Limits as far below the mean as above: that of what can't be negative is cut at 0. */
const even = (limits) => ({ ...limits, lower: 2 * limits.mean - limits.upper });

function isSignal(run, points, { mean, lower, upper }) {
  const above = run[0].p50 > mean;
  const limit = above ? upper : lower;
  const nearer = points
    .slice(-4)
    .filter(({ p50 }) => p50 > mean === above && Math.abs(p50 - mean) > Math.abs(limit - mean) / 2);
  const outside = run.some(({ p50 }) => p50 > upper || p50 < lower);
  return outside || run.length >= 8 || nearer.length >= 3;
}

/**
 * The shift that lasts to the end, by the rules of process behaviour charts: one point outside
 * the limits, eight in a row on one side, three of four nearer a limit than the mean.
 * Null, or {since (ISO), longer}. `weeks` in order; `edges` null means nothing can be said.
 */
export function signal(weeks, edges) {
  const points = told(weeks);
  if (!edges || points.length < 6) return null;
  const limits = even(edges);
  const longer = points.at(-1).p50 > limits.mean;
  let first = points.length;
  while (
    first > 0 &&
    points[first - 1].p50 !== limits.mean &&
    points[first - 1].p50 > limits.mean === longer
  )
    first -= 1;
  const run = points.slice(first);
  return run.length && isSignal(run, points, limits) ? { since: run[0].start, longer } : null;
}

function lines(points) {
  const runs = [];
  for (const point of points) {
    if (point.y === null) runs.push([]);
    else if (runs.length) runs.at(-1).push(point);
    else runs.push([point]);
  }
  return runs
    .filter((run) => run.length > 1)
    .map((run) => `M${run.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`)
    .join("");
}

/** Text of the trend, only with a signal: "longer since 5 Oct". */
export const trend = (shift) =>
  shift ? `${shift.longer ? "longer" : "shorter"} since ${day(shift.since)}` : null;

function finding(weeks, shift, unit) {
  const last = told(weeks).at(-1);
  if (!last) return "13 weeks, none with enough items";
  return `13 weeks, last complete one: half within ${duration(seconds(last.p50, unit))}${shift ? `, ${trend(shift)}` : ", no signal"}`;
}

/** The drawing; `shift` is what `signal` gave (null where the grade forbids a comparison). */
export function spark(weeks, limits, { shift = null, unit = "d" } = {}) {
  const values = weeks
    .map(({ p50 }) => p50)
    .filter((value) => value !== null && value !== undefined);
  const edges = limits ? [...values, limits.lower, limits.upper] : values;
  const low = Math.min(...edges);
  const high = Math.max(...edges);
  const y = (value) =>
    high === low ? HEIGHT / 2 : HEIGHT - PAD - ((value - low) / (high - low)) * (HEIGHT - 2 * PAD);
  const x = (at) => PAD + (at * (WIDTH - 2 * PAD)) / Math.max(weeks.length - 1, 1);
  const points = weeks.map(({ p50, complete, start }, at) => ({
    x: x(at),
    y: p50 === null || p50 === undefined ? null : y(p50),
    complete,
    start,
  }));
  const whole = points.filter(({ complete }) => complete);
  const last = whole.filter(({ y: at }) => at !== null).at(-1);
  const running = points.find(({ complete, y: at }) => !complete && at !== null);
  return s(
    "svg",
    {
      class: "spark",
      width: WIDTH,
      height: HEIGHT,
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: "img",
      "aria-label": finding(weeks, shift, unit),
    },
    limits
      ? s("rect", {
          x: 0,
          y: y(limits.upper),
          width: WIDTH,
          height: Math.max(y(limits.lower) - y(limits.upper), 1),
          class: "f-raise",
        })
      : null,
    s("path", { d: lines(whole), class: "s-ink3 w125" }),
    shift
      ? s("path", {
          d: lines(whole.filter(({ start }) => start >= shift.since)),
          class: "s-ink w175",
        })
      : null,
    last ? s("circle", { cx: last.x, cy: last.y, r: 2.4, class: "f-ink" }) : null,
    running ? s("circle", { cx: running.x, cy: running.y, r: 2, class: "f-bg s-ink3" }) : null,
  );
}
