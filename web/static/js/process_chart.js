// A process behaviour chart, small: the weeks, the natural limits as a band, bold from a signal on.

import { h, labelWidth, responsive, s } from "./dom.js";
import { day } from "./format.js";
import { asTable, table } from "./parts.js";

const HEIGHT = 132;
const TOP = 12;
const BASE = 106;
const EDGE = 4;

const known = ({ value }) => value !== null && value !== undefined;

const path = (points) =>
  points.map(({ x, y }, at) => `${at ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

/** The stretches of neighbours that have a value. */
function runs(points) {
  const found = [[]];
  for (const point of points) {
    if (known(point)) found.at(-1).push(point);
    else found.push([]);
  }
  return found.filter((run) => run.length > 1);
}

const isOutside = ({ value, complete }, limits) =>
  complete && limits && (value > limits.upper || value < limits.lower);

/** The whole weeks outside the limits. */
export const outside = (weeks, limits) =>
  weeks.filter((week) => known(week) && isOutside(week, limits));

function dot(point, limits, shift) {
  const strong = isOutside(point, limits) || (shift && point.start >= shift.since);
  const style = !point.complete ? "f-bg s-ink3" : strong ? "f-ink" : "f-ink3";
  const mark = s("circle", { cx: point.x, cy: point.y, r: strong ? 3 : 2.2, class: style });
  return s(
    "a",
    { href: point.href, "aria-label": point.words, tabindex: -1 },
    s("title", null, point.words),
    s("circle", { cx: point.x, cy: point.y, r: 10, class: "hit" }),
    mark,
  );
}

/** Labels of limits and mean at the right, never on one another; without limits of the highest value. */
function levels(limits, most, label, y) {
  if (!limits) return [{ text: label(most), at: y(most) + 4, style: "ink3" }];
  const all = [
    { text: label(limits.upper), at: y(limits.upper) + 4, style: "ink3" },
    { text: label(limits.mean), at: y(limits.mean) + 4, style: "b ink" },
  ];
  if (limits.lower > 0)
    all.push({ text: label(limits.lower), at: y(limits.lower) + 4, style: "ink3" });
  const [upper, mean, lower] = all;
  upper.at = Math.min(upper.at, mean.at - 13);
  if (lower) lower.at = Math.max(lower.at, mean.at + 13);
  return all;
}

function breakLines(breaks, points) {
  return (breaks ?? []).flatMap(({ at, what }) => {
    const next = points.find(({ start, end }) => at >= start && at < end);
    return next
      ? [
          s(
            "path",
            { d: `M${next.x} ${TOP - 6}V${BASE}`, class: "s-ink2" },
            s("title", null, `${what}, ${day(at)}`),
          ),
        ]
      : [];
  });
}

function drawn({ weeks, limits, shift, label, name, breaks }, width) {
  const values = weeks.filter(known).map(({ value }) => value);
  const most = Math.max(...values, limits?.upper ?? 0) * 1.04 || 1;
  const y = (value) => BASE - (Math.max(value, 0) / most) * (BASE - TOP);
  const marks = levels(limits, Math.max(...values), label, y);
  const room = Math.max(0, ...marks.map(({ text }) => labelWidth(text, 600))) + 8;
  const right = width - room;
  const gap = (right - 2 * EDGE) / Math.max(weeks.length - 1, 1);
  const points = weeks.map((week, at) => ({
    ...week,
    x: EDGE + at * gap,
    y: known(week) ? y(week.value) : null,
  }));
  const whole = points.map((one) => (one.complete ? one : { ...one, value: null }));
  const shifted = shift ? whole.filter(({ start }) => start >= shift.since) : [];
  const low = limits ? Math.max(limits.lower, 0) : 0;
  return s(
    "svg",
    {
      class: "ch",
      width,
      height: HEIGHT,
      viewBox: `0 0 ${width} ${HEIGHT}`,
      role: "group",
      "aria-label": name,
    },
    limits
      ? s("rect", {
          x: 0,
          y: y(limits.upper),
          width: right,
          height: Math.max(y(low) - y(limits.upper), 1),
          class: "f-raise",
        })
      : null,
    limits ? s("path", { d: `M0 ${y(limits.mean)}H${right}`, class: "s-line2" }) : null,
    s("path", { d: `M0 ${BASE}H${right}`, class: "s-line2" }),
    ...breakLines(breaks, points),
    ...runs(whole).map((run) => s("path", { d: path(run), class: "s-ink3 w125" })),
    ...runs(shifted).map((run) => s("path", { d: path(run), class: "s-ink w175" })),
    ...points.filter(known).map((point) => dot(point, limits, shift)),
    ...marks.map(({ text, at, style }) =>
      s("text", { x: right + 7, y: at, class: `t11 ${style}` }, text),
    ),
    s("text", { x: 0, y: BASE + 19, class: "t11 ink3" }, day(weeks[0].start)),
    s(
      "text",
      { x: right, y: BASE + 19, class: "t11 ink3", "text-anchor": "end" },
      day(weeks.at(-1).start),
    ),
  );
}

/**
 * `weeks`: start, end, complete, value (null: none), words, href; `limits`: mean, lower, upper, or
 * null; `shift`: `{since}` or null; `label(value)` writes a level; `name` states the finding.
 */
export function processChart(told) {
  const holder = h("div", { class: "pchart" });
  responsive(holder, (width) => drawn(told, width));
  return h("figure", { "aria-label": told.name }, holder);
}

/** The same weeks as rows; `rests(week)`: on what a value rests. */
export function weeksTable(title, { weeks, label }, rests) {
  const rows = weeks.map((week) =>
    h(
      "tr",
      null,
      h("td", null, `${day(week.start)}${week.complete ? "" : ", running"}`),
      h(
        "td",
        { class: "num" },
        known(week) ? h("a", { class: "val", href: week.href }, label(week.value)) : "none",
      ),
      h("td", { class: "num" }, rests(week)),
    ),
  );
  return asTable(
    "Weeks, as a table",
    table(title, [["Week of"], ["Value", "num"], ["Rests on", "num"]], rows),
  );
}
