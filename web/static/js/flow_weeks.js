// Throughput: how much was done in each day, week or month, empty ones among them.

import { address } from "./api.js";
import { h, s } from "./dom.js";
import { count, counted, day, rate } from "./format.js";
import { asTable, section, table, valueOf } from "./parts.js";
import { axis, readable } from "./plot.js";
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

function columns(points, every, { x, y, width, explain }) {
  return points
    .filter((one) => one.count !== null)
    .map((one) => {
      const left = x(points.indexOf(one));
      const name = named(one, every);
      const top = y(one.count);
      return s(
        "a",
        { href: explain(one), "aria-label": name },
        s("title", null, name),
        s("rect", { x: left - width / 2, y: TOP, width, height: HIGH - TOP - FOOT, class: "hit" }),
        s("rect", {
          x: (left - width * 0.36).toFixed(1),
          y: top.toFixed(1),
          width: (width * 0.72).toFixed(1),
          height: Math.max(y(0) - top, 0).toFixed(1),
          class: one.complete ? "f-ink3 col" : "col open",
        }),
        width >= 14
          ? s(
              "text",
              {
                x: left.toFixed(1),
                y: (top - 5).toFixed(1),
                class: "t11 ink2",
                "text-anchor": "middle",
              },
              count(one.count),
            )
          : null,
      );
    });
}

function drawing(run, explain, width) {
  const { points, every } = run;
  const mean = valueOf(run, "mean");
  const right = width - (mean === null ? 4 : 96);
  const most = Math.max(1, mean ?? 0, ...points.map((one) => one.count ?? 0)) * 1.05;
  const y = (value) => HIGH - FOOT - (value / most) * (HIGH - TOP - FOOT);
  const each = (right - LEFT) / points.length;
  const x = (at) => LEFT + each * (at + 0.5);
  const [grid, numbers] = axis({ most, y, left: LEFT, right });
  const marks = columns(points, every, { x, y, width: each, explain });
  const by = Math.ceil(points.length / Math.max(2, Math.floor((right - LEFT) / 72)));
  const node = s(
    "svg",
    {
      class: "ch",
      width,
      height: HIGH,
      viewBox: `0 0 ${width} ${HIGH}`,
      role: "group",
      "aria-label": "Throughput",
    },
    ...grid,
    ...numbers,
    mean === null
      ? null
      : s("path", { d: `M${LEFT} ${y(mean).toFixed(1)}H${right}`, class: "s-ink w125 dash" }),
    ...marks,
    mean === null
      ? null
      : s(
          "text",
          { x: right + 8, y: (y(mean) + 4).toFixed(1), class: "t11 ink2" },
          `average ${rate(mean)}`,
        ),
    ...points
      .filter((_, at) => at % by === 0)
      .map((one) =>
        s(
          "text",
          {
            x: x(points.indexOf(one)).toFixed(1),
            y: HIGH - 8,
            class: "t11 ink3",
            "text-anchor": "middle",
          },
          day(one.start),
        ),
      ),
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
