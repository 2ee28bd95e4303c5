// Signal or noise: a process behaviour chart of throughput or of a time, with its limits and what broke a rule.

import { address } from "./api.js";
import { h, labelWidth, s } from "./dom.js";
import { count, counted, day, duration, period, rate, reasonWords, seconds } from "./format.js";
import { asTable, section, table } from "./parts.js";
import { axis, beyond, reach, readable } from "./plot.js";
import { views } from "./views.js";
import { apart } from "./xmr_chart.js";

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

function drawing(told, explain, width) {
  const { points, unit, value, variant } = told;
  const high = width < 560 ? 220 : 270;
  const lines = value.centre === null ? [] : levels(value, variant, unit);
  const room = Math.max(0, ...lines.map(({ label }) => labelWidth(label))) + 12;
  const right = width - room;
  const values = points.map((one) => one.value);
  const most = reach(values, Math.max(1, ...lines.map((one) => one.value)));
  const top = TOP + (Math.max(...values) > most ? 22 : 0);
  const y = (at) => (at > most ? TOP - 4 : high - FOOT - (at / most) * (high - top - FOOT));
  const x = (at) => LEFT + 6 + (at / Math.max(points.length - 1, 1)) * (right - LEFT - 14);
  for (const one of lines) one.y = y(one.value);
  const whole = points.filter((one) => one.complete);
  const marks = points.map((one, at) => {
    const name = nameOf(one, told);
    const signal = one.signals.length > 0;
    return s(
      "a",
      { href: explain(one), "aria-label": name },
      s("title", null, name),
      s("circle", {
        cx: x(at).toFixed(1),
        cy: y(one.value).toFixed(1),
        r: signal ? 4 : points.length > 150 ? 2 : 2.8,
        class: signal ? "f-ink s-bg" : one.complete ? "f-ink3" : "f-bg s-ink3",
      }),
    );
  });
  const [grid, numbers] = axis({ most, y, left: LEFT, right, unit: unit === "d" ? "d" : "" });
  const way = whole.map(
    (one, at) => `${at ? "L" : "M"}${x(at).toFixed(1)} ${y(one.value).toFixed(1)}`,
  );
  const node = s(
    "svg",
    {
      class: "ch",
      width,
      height: high,
      viewBox: `0 0 ${width} ${high}`,
      role: "group",
      "aria-label": `${METRICS[told.of] ?? told.of}: points and limits`,
    },
    lines.length
      ? s("rect", {
          x: LEFT,
          y: y(value.upper),
          width: right - LEFT,
          height: Math.max(y(Math.max(value.lower, 0)) - y(value.upper), 1),
          class: "f-raise",
        })
      : null,
    ...grid,
    ...numbers,
    lines.length
      ? s("path", { d: `M${LEFT} ${y(value.centre).toFixed(1)}H${right}`, class: "s-ink3" })
      : null,
    s("path", { d: way.join(""), class: "s-line2 w125" }),
    ...beyond(
      points
        .map((one, at) => ({ one, x: x(at) }))
        .filter(({ one }) => one.value > most)
        .map(({ one, x: at }) => ({
          x: at,
          y: TOP - 4,
          words: `${one.key ?? day(one.start)} ${amount(one.value, unit)}`,
        })),
      { left: LEFT, right, edge: top - 6 },
    ),
    ...apart(lines, TOP, high - FOOT).map(({ at, label }) =>
      s("text", { x: right + 8, y: at, class: "t11 ink2" }, label),
    ),
    ...marks,
    s("text", { x: LEFT, y: high - 8, class: "t11 ink3" }, day(points[0].start)),
    s(
      "text",
      { x: right, y: high - 8, class: "t11 ink3", "text-anchor": "end" },
      day(points.at(-1).start),
    ),
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
