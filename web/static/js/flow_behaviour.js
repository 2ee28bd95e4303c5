// Signal or noise: a process behaviour chart of throughput or of a time, with its limits and what broke a rule.

import { address } from "./api.js";
import { h, labelWidth, s } from "./dom.js";
import { count, counted, day, duration, period, rate, reasonWords, seconds } from "./format.js";
import { asTable, section, table } from "./parts.js";
import { axis, beyond, dotScale, levelLabels, mark, readable, rule, sheet } from "./plot.js";
import { views } from "./views.js";

const TOP = 16;
const FOOT = 26;
const LEFT = 34;
const METRICS = {
  flow_time: "Flow time",
  idea_to_release: "Idea to release",
  velocity: "Throughput",
};
const SHOWN = 6;

/** The metric of the address. */
export const measured = (query) =>
  query.get("metric") in METRICS ? query.get("metric") : "flow_time";

const amount = (value, unit) => (unit === "d" ? duration(seconds(value, "d")) : rate(value));

function nameOf(one, { unit, every }) {
  const what = one.key ?? `${every} of`;
  const broke = one.signals.length ? `, ${one.signals.map((rule) => RULES[rule]).join(", ")}` : "";
  return `${what} ${day(one.start)}: ${amount(one.value, unit)}${one.complete ? "" : ", still running"}${broke}`;
}

const RULES = {
  outside: "outside the limits",
  range: "a larger step than usual",
  run: "eight in a row on one side",
  near_limit: "three of four near a limit",
};

function sentence({ rule, side, from, to, points }) {
  const where = side === "above" ? "above" : "below";
  const once = points === 1 || day(from) === day(to);
  const when = once ? `on ${day(from)}` : `from ${day(from)} to ${day(to)}`;
  if (rule === "outside")
    return `${points === 1 ? "a value" : counted(points, "value")} ${where} the limit ${when}`;
  if (rule === "run") return `${counted(points, "value")} in a row ${where} the average ${when}`;
  if (rule === "range") return `a step larger than steps are, ${when}`;
  return `three of four values nearer the ${side === "above" ? "upper" : "lower"} limit than the average ${when}`;
}

function levels({ centre, lower, upper }, variant, unit) {
  return [
    { value: upper, label: `limit ${amount(upper, unit)}` },
    {
      value: centre,
      label: `${variant === "mean" ? "average" : "median"} ${amount(centre, unit)}`,
    },
    ...(lower > 0 ? [{ value: lower, label: `limit ${amount(lower, unit)}` }] : []),
  ];
}

function dots(told, explain, { x, y }) {
  const r = told.points.length > 150 ? 2 : 2.8;
  return told.points.map((one, at) => {
    const signal = one.signals.length > 0;
    const style = signal ? "f-ink s-bg" : one.complete ? "f-ink3" : "f-bg s-ink3";
    const place = { cx: x(at).toFixed(1), cy: y(one.value).toFixed(1), r: signal ? 4 : r };
    return mark(explain(one), nameOf(one, told), s("circle", { ...place, class: style }));
  });
}

/** The band between the limits, and the centre. */
function limits({ centre, lower, upper }, y, edges) {
  if (centre === null) return [];
  const [top, low] = [y(upper), y(Math.max(lower, 0))];
  const size = { x: edges.left, y: top, width: edges.right - edges.left };
  return [
    s("rect", { ...size, height: Math.max(low - top, 1), class: "f-raise" }),
    rule(y(centre), edges, "s-ink3"),
  ];
}

const way = (points, { x, y }) =>
  points
    .map((one, at) => `${at ? "L" : "M"}${x(at).toFixed(1)} ${y(one.value).toFixed(1)}`)
    .join("");

function ends(points, { left, right }, y) {
  const last = { x: right, y, class: "t11 ink3", "text-anchor": "end" };
  return [
    s("text", { x: left, y, class: "t11 ink3" }, day(points[0].start)),
    points.length > 1 ? s("text", last, day(points.at(-1).start)) : null,
  ];
}

function drawing(told, explain, width) {
  const { points, unit, value, variant } = told;
  const high = width < 560 ? 220 : 270;
  const lines = value.centre === null ? [] : levels(value, variant, unit);
  const right = width - Math.max(0, ...lines.map(({ label }) => labelWidth(label))) - 12;
  const edges = { left: LEFT, right };
  const least = Math.max(1, ...lines.map((one) => one.value));
  const values = points.map((one) => one.value);
  const { most, y, top } = dotScale(values, least, { high, head: TOP, foot: FOOT });
  const x = (at) => LEFT + 6 + (at / Math.max(points.length - 1, 1)) * (right - LEFT - 14);
  for (const one of lines) one.y = y(one.value);
  const marks = dots(told, explain, { x, y });
  const far = points.flatMap((one, at) =>
    one.value > most
      ? [{ x: x(at), y: TOP - 2, words: `${one.key ?? day(one.start)} ${amount(one.value, unit)}` }]
      : [],
  );
  const node = sheet(
    { width, high },
    `${METRICS[told.of] ?? told.of}: points and limits`,
    ...limits(value, y, edges),
    ...axis({ most, y, ...edges, unit: unit === "d" ? "d" : "" }).flat(),
    s("path", {
      d: way(
        points.filter((one) => one.complete),
        { x, y },
      ),
      class: "s-line2 w125",
    }),
    ...beyond(far, { ...edges, edge: top - 4 }),
    ...levelLabels(lines, right + 8, TOP, high - FOOT),
    ...marks,
    ...ends(points, edges, high - 8),
  );
  return { node, marks };
}

function pointsTable(told, explain) {
  const rows = told.points.slice(-100).toReversed();
  return table(
    "Points",
    [["Day"], ["What"], ["Value", "num"], ["Rules broken"]],
    rows.map((one) =>
      h(
        "tr",
        null,
        h("td", null, `${day(one.start)}${one.complete ? "" : ", running"}`),
        h("td", null, h("a", { class: "val", href: explain(one) }, one.key ?? `the ${told.every}`)),
        h("td", { class: "num" }, amount(one.value, told.unit)),
        h("td", null, one.signals.map((rule) => RULES[rule]).join("; ") || ""),
      ),
    ),
  );
}

function verdict(told) {
  const { value, signals, points } = told;
  if (!points.length) return "nothing to judge in this period";
  if (value.centre === null) return "too few values for limits: nothing can be said yet";
  return signals.length
    ? `${counted(signals.length, "signal")}: more than noise`
    : "no signal: it varies as it did in the baseline, which is noise";
}

function grounds({ baseline, reasons, every }) {
  if (!baseline) return (reasons ?? []).map(reasonWords).join("; ");
  const what = every ? counted(baseline.n, every) : counted(baseline.n, "delivery", "deliveries");
  return `Limits from the first ${what}, ${period(baseline.from, baseline.to)}${baseline.provisional ? "; provisional, 20 values make them firm" : ""}.`;
}

function signalList({ signals }) {
  if (!signals.length) return null;
  const shown = signals.slice(-SHOWN).toReversed();
  return h(
    "ul",
    { class: "heed" },
    ...shown.map((one) => h("li", null, `${sentence(one)}.`)),
    signals.length > SHOWN
      ? h("li", null, `${count(signals.length - SHOWN)} earlier ones are in the table.`)
      : null,
  );
}

export function behaviourSection({ xmr }, { query, here, base, params }) {
  const right = views(Object.entries(METRICS), measured(query), (name) =>
    here({ metric: name === "flow_time" ? null : name }, "noise"),
  );
  const begin = section("Signal or noise", verdict(xmr), right, "noise");
  if (!xmr.points.length) return [begin, h("p", { class: "note" }, grounds(xmr))];
  const { type, team } = params;
  const explain = (one) =>
    one.key
      ? address("/journey", { key: one.key })
      : address(`${base}/metrics/${xmr.of}/explain`, { from: one.start, to: one.end, type, team });
  const each = xmr.every ? `a ${xmr.every}` : "a delivery, in the order in which they ended";
  return [
    begin,
    readable(
      {
        name: `${METRICS[xmr.of] ?? xmr.of}: ${verdict(xmr)}`,
        style: "noise",
        hint: `A dot is ${each}; large: it takes part in a signal. Enter opens it.`,
      },
      (width) => drawing(xmr, explain, width),
    ),
    signalList(xmr),
    h("p", { class: "note" }, grounds(xmr)),
    asTable("Points, as a table", pointsTable(xmr, explain)),
  ];
}
