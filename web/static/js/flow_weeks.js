// Throughput: how much was done in each day, week or month, empty ones among them.

import { address } from "./api.js";
import { h, s } from "./dom.js";
import { count, counted, day, rate } from "./format.js";
import { asTable, section, table, valueOf } from "./parts.js";
import { axis, mark, readable, rule, sheet } from "./plot.js";
import { views } from "./views.js";

const TOP = 20;
const FOOT = 26;
const LEFT = 34;
const HIGH = 200;
const EVERY = { day: "Days", week: "Weeks", month: "Months" };

/** The rhythm of the address; weeks where it says none. */
export const rhythm = (query) => (query.get("every") in EVERY ? query.get("every") : "week");

const named = (one, every) =>
  `${every === "day" ? day(one.start) : `${every} of ${day(one.start)}`}: ${one.count === null ? "not known" : `${count(one.count)} done`}${one.complete ? "" : ", still running"}`;

/** A column and its number; what is pointed at is as high as the drawing. */
function column(one, { left, y, width }) {
  const top = y(one.count);
  const size = { x: (left - width * 0.36).toFixed(1), width: (width * 0.72).toFixed(1) };
  const number = { x: left.toFixed(1), y: (top - 5).toFixed(1), "text-anchor": "middle" };
  return [
    s("rect", { x: left - width / 2, y: TOP, width, height: HIGH - TOP - FOOT, class: "hit" }),
    s("rect", {
      ...size,
      y: top.toFixed(1),
      height: Math.max(y(0) - top, 0).toFixed(1),
      class: one.complete ? "f-ink3 col" : "col open",
    }),
    width >= 14 ? s("text", { ...number, class: "t11 ink2 halo" }, count(one.count)) : null,
  ];
}

/** As many days beneath as there is room for. */
function starts(points, x, room) {
  const by = Math.ceil(points.length / Math.max(2, Math.floor(room / 72)));
  const place = { y: HIGH - 8, class: "t11 ink3", "text-anchor": "middle" };
  return points
    .map((one, at) => s("text", { ...place, x: x(at).toFixed(1) }, day(one.start)))
    .filter((_, at) => at % by === 0);
}

function average(mean, y, right) {
  if (mean === null) return [];
  const place = { x: right + 8, y: (y(mean) + 4).toFixed(1), class: "t11 ink2" };
  return [
    rule(y(mean), { left: LEFT, right }, "s-ink w125 dash"),
    s("text", place, `average ${rate(mean)}`),
  ];
}

function drawing(run, explain, width) {
  const { points, every } = run;
  const mean = valueOf(run, "mean");
  const right = width - (mean === null ? 4 : 96);
  const most = Math.max(1, mean ?? 0, ...points.map((one) => one.count ?? 0)) * 1.05;
  const y = (value) => HIGH - FOOT - (value / most) * (HIGH - TOP - FOOT);
  const each = (right - LEFT) / points.length;
  const x = (at) => LEFT + each * (at + 0.5);
  const marks = points.flatMap((one, at) =>
    one.count === null
      ? []
      : [mark(explain(one), named(one, every), ...column(one, { left: x(at), y, width: each }))],
  );
  const node = sheet(
    { width, high: HIGH },
    "Throughput",
    ...axis({ most, y, left: LEFT, right }).flat(),
    ...average(mean, y, right),
    ...marks,
    ...starts(points, x, right - LEFT),
  );
  return { node, marks };
}

const runTable = ({ points, every }, explain) =>
  table(
    "Throughput",
    [[`${EVERY[every] ?? "Period"} from`], ["Done", "num"]],
    points
      .toReversed()
      .map((one) =>
        h(
          "tr",
          null,
          h("td", null, `${day(one.start)}${one.complete ? "" : ", running"}`),
          h(
            "td",
            { class: "num" },
            one.count === null
              ? "not known"
              : h("a", { class: "val", href: explain(one) }, count(one.count)),
          ),
        ),
      ),
  );

function words(run) {
  const mean = valueOf(run, "mean");
  const { zero_periods: zeros, periods } = run.value;
  if (mean === null) return `no whole ${run.every} in this period`;
  const empty = zeros
    ? `; ${count(zeros)} of ${counted(periods, run.every)} with nothing done`
    : "";
  return `${rate(mean)} a ${run.every} on average${empty}; the running ${run.every} is hollow`;
}

export function weeksSection({ run }, { query, here, base, params }) {
  const right = views(Object.entries(EVERY), rhythm(query), (name) =>
    here({ every: name === "week" ? null : name }, "throughput"),
  );
  const known = run.points.some((one) => one.count !== null);
  const { type, team } = params;
  const explain = (one) =>
    address(`${base}/metrics/velocity/explain`, { from: one.start, to: one.end, type, team });
  if (!known)
    return [
      section("Throughput", null, right, "throughput"),
      h("p", { class: "note" }, "Nothing is known of this period: no history of it is read."),
    ];
  return [
    section("Throughput", words(run), right, "throughput"),
    readable(
      {
        name: `Throughput: ${words(run)}`,
        style: "weeks",
        hint: `A column is a ${run.every}; Enter opens what was done in it.`,
      },
      (width) => drawing(run, explain, width),
    ),
    asTable("Throughput, as a table", runTable(run, explain)),
  ];
}
