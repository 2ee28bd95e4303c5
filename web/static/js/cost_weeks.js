// Thirteen weeks of delay cost: one line, its likely range, the running week hollow.

import { address } from "./api.js";
import { h, responsive, s } from "./dom.js";
import { day, moneyRange } from "./format.js";
import { amount, rangeOf } from "./money.js";
import { asTable, section, table } from "./parts.js";
import { step } from "./plot.js";
import { signal } from "./spark.js";

const HEIGHT = 250;
const TOP = 24;
const BASE = 214;
const LEFT = 44;
const RIGHT = 46;
const KEPT = 13;
const DAY_MS = 86_400_000;

/** The last thirteen whole weeks and the running one. */
const shown = (series) => {
  const whole = series.filter(({ complete }) => complete).slice(-KEPT);
  return [...whole, ...series.filter(({ complete }) => !complete)];
};

function trend({ series, limits }) {
  const weeks = series.map(({ start, complete, cost_cents: p50 }) => ({ start, complete, p50 }));
  const shift = signal(weeks, limits);
  return shift ? `${shift.longer ? "higher" : "lower"} since ${day(shift.since)}` : null;
}

function runs(points) {
  const found = [];
  for (const point of points) {
    if (point.cents === null) found.push([]);
    else (found.at(-1) ?? found[found.push([]) - 1]).push(point);
  }
  return found.filter((run) => run.length);
}

const path = (points, y) =>
  points
    .map((point, at) => `${at ? "L" : "M"}${point.x.toFixed(1)} ${y(point).toFixed(1)}`)
    .join("");

function band(run) {
  const told = run.filter(({ range }) => range);
  if (told.length < 2) return null;
  const upper = path(told, ({ range }) => range[1]);
  const lower = path([...told].reverse(), ({ range }) => range[0]).replace("M", "L");
  return s("path", { d: `${upper}${lower}Z`, class: "f-waiting-s" });
}

function placed(series, width, most) {
  const y = (cents) => BASE - ((BASE - TOP) * cents) / most;
  const gap = (width - LEFT - RIGHT) / Math.max(series.length - 1, 1);
  return series.map((week, at) => {
    const range = rangeOf(week.range);
    return {
      ...week,
      cents: week.cost_cents,
      x: LEFT + at * gap,
      y: week.cost_cents === null ? null : y(week.cost_cents),
      range: range?.map(y) ?? null,
    };
  });
}

function weekAddress(week, query) {
  const to = new Date(Date.parse(week.start) + 7 * DAY_MS).toISOString().slice(0, 10);
  const all = { ...Object.fromEntries(query), window: "7", to, of: "period", part: null };
  return address("/delay-cost", all);
}

function dot(point, currency, query) {
  const text = `Week of ${day(point.start)}: ${amount(point.cents, currency, rangeOf(point.range))}`;
  const named = `${text}${point.complete ? "" : ", running"}`;
  const style = point.complete ? "f-waiting" : "f-bg s-waiting w15";
  return s(
    "a",
    { href: weekAddress(point, query), "aria-label": named },
    s("title", null, named),
    s("circle", { cx: point.x, cy: point.y, r: 11, class: "hit" }),
    s("circle", {
      cx: point.x,
      cy: point.y,
      r: point.last || !point.complete ? 3.5 : 2,
      class: style,
    }),
  );
}

function axis(width, most, currency) {
  const by = step(most);
  const marks = { lines: [], labels: [] };
  for (let at = 0; at <= most; at += by) {
    const y = BASE - ((BASE - TOP) * at) / most;
    marks.lines.push(s("path", { d: `M2 ${y}H${width}`, class: at ? "s-line" : "s-line2" }));
    const label = at && s("text", { x: 2, y: y - 4, class: "t11 ink3 halo" }, amount(at, currency));
    if (label) marks.labels.push(label);
  }
  return marks;
}

function dates(points) {
  const middle = points[Math.floor((points.length - 1) / 2)];
  const told = points.length > 4 ? [points[0], middle, points.at(-1)] : [points[0], points.at(-1)];
  return told.map((point, at) =>
    s(
      "text",
      {
        x: point.x,
        y: BASE + 20,
        class: "t11 ink3",
        "text-anchor": at === 0 ? "start" : at === told.length - 1 ? "end" : "middle",
      },
      day(point.start),
    ),
  );
}

function drawing(series, currency, query, width) {
  const tops = series.map((week) => Math.max(week.cost_cents ?? 0, week.range?.p90 ?? 0));
  const most = Math.max(1, ...tops) * 1.08;
  const points = placed(series, width, most);
  const whole = points.filter(({ complete }) => complete);
  const told = whole.filter(({ cents }) => cents !== null);
  const last = told.at(-1);
  const { lines, labels } = axis(width, most, currency);
  const label = last && {
    x: Math.min(last.x + 6, width - 40),
    y: Math.max(last.y - 10, 12),
    class: "t12 b x-waiting halo",
  };
  return s(
    "svg",
    { class: "ch", viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: "group" },
    ...runs(whole).map(band),
    ...lines,
    ...runs(whole).map((run) => s("path", { d: path(run, ({ y }) => y), class: "s-waiting w2" })),
    ...points
      .filter(({ cents }) => cents !== null)
      .map((point) =>
        dot(
          { ...point, last: point === last, range: series[points.indexOf(point)].range },
          currency,
          query,
        ),
      ),
    last
      ? s("text", label, amount(last.cents, currency, rangeOf(series[points.indexOf(last)].range)))
      : null,
    ...labels,
    ...dates(points),
  );
}

function weeksTable(series, currency) {
  const rows = series.map((week) => {
    const range = rangeOf(week.range);
    const text = week.cost_cents === null ? "no data" : amount(week.cost_cents, currency, range);
    return h(
      "tr",
      null,
      h("td", null, `${day(week.start)}${week.complete ? "" : ", running"}`),
      h("td", { class: "num" }, text),
      h("td", { class: "num" }, range ? moneyRange(range, currency) : "no range"),
      h("td", { class: "num" }, week.sunk_cents ? amount(week.sunk_cents, currency) : ""),
    );
  });
  return table(
    "Delay cost by week",
    [["Week of"], ["Cost", "num"], ["Likely", "num"], ["Sunk", "num"]],
    rows,
  );
}

export function weeksSection({ weekly }, { query }) {
  const series = shown(weekly.series ?? []);
  const known = series.some(({ cost_cents: cents }) => cents !== null);
  const words = trend(weekly);
  const place = h("div", { class: "cweeks" });
  return h(
    "section",
    null,
    section("Thirteen weeks", words ?? "what waiting cost each week; the running one is hollow"),
    known
      ? h(
          "figure",
          { "aria-label": `Delay cost by week${words ? `: ${words}` : ""}` },
          responsive(place, (width) => drawing(series, weekly.currency, query, width)),
        )
      : h("p", { class: "note" }, "No week has a cost yet: nothing that waited has a value."),
    known ? asTable("Weeks, as a table", weeksTable(series, weekly.currency)) : null,
  );
}
