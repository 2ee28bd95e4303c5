// Each delivery by the day it was done and how long it took, with what half and 85 % took.

import { address } from "./api.js";
import { h, labelWidth } from "./dom.js";
import { counted, date, day, duration, seconds } from "./format.js";
import { itemCell } from "./item_cell.js";
import { asTable, section, table, valueOf } from "./parts.js";
import {
  axis,
  beyond,
  dayTicks,
  dotScale,
  levelLabels,
  mark,
  readable,
  rule,
  shape,
  shapeKey,
  sheet,
} from "./plot.js";

const TOP = 14;
const FOOT = 26;
const LEFT = 34;
const DAY_S = 86_400;
const MOST_ROWS = 100;
const days = (value) => duration(seconds(value, "d"));

/** The lines: what half and 85 % took, and the expectation that was held before. */
function levels({ time, sle }) {
  const promise = valueOf(sle, "expected_d");
  return [
    { value: valueOf(time, "p50"), label: "half", style: "s-ink3" },
    { value: valueOf(time, "p85"), label: "85\u00a0%", style: "s-ink" },
    { value: promise, label: "expected", style: "s-done dash", tone: "x-done" },
  ]
    .filter(({ value }) => value !== null)
    .map((one) => ({ ...one, label: `${one.label} ${days(one.value)}` }));
}

const words = (one) =>
  `${one.key} ${one.title}: ${duration(one.seconds)}, done on ${date(one.done_at)}`;

function dots(rows, over, { x, y }) {
  const r = rows.length > 400 ? 2.4 : 3.2;
  return rows.map((one) => {
    const age = one.seconds / DAY_S;
    const style = over !== null && age > over ? "f-ink" : "f-ink3 soft";
    const [left, top] = [x(one), y(age)].map((at) => Number(at.toFixed(1)));
    return mark(
      address("/journey", { key: one.key }),
      words(one),
      shape(one.kind, left, top, r, { class: `${style} s-bg` }),
    );
  });
}

function drawing(data, rows, width) {
  const [from, to] = data.time.window.map((one) => Date.parse(one));
  const high = width < 560 ? 240 : 320;
  const lines = levels(data);
  const right = width - Math.max(0, ...lines.map(({ label }) => labelWidth(label))) - 12;
  const least = Math.max(1, ...lines.map(({ value }) => value));
  const took = rows.map((one) => one.seconds / DAY_S);
  const { most, y, top } = dotScale(took, least, { high, head: TOP, foot: FOOT });
  const along = (at) => LEFT + ((at - from) / (to - from)) * (right - LEFT);
  const x = (one) => along(Date.parse(one.done_at));
  for (const one of lines) one.y = y(one.value);
  const marks = dots(rows, valueOf(data.time, "p85"), { x, y });
  const far = rows
    .filter((_, at) => took[at] > most)
    .map((one) => ({ x: x(one), y: TOP - 2, words: `${one.key} ${duration(one.seconds)}` }));
  const node = sheet(
    { width, high },
    "Flow time of each delivery",
    ...axis({ most, y, left: LEFT, right, unit: "d" }).flat(),
    ...lines.map((one) => rule(one.y, { left: LEFT, right }, `${one.style} w125`)),
    ...levelLabels(lines, right + 8, TOP, high - FOOT),
    ...beyond(far, { left: LEFT, right, edge: top - 4 }),
    ...marks,
    ...dayTicks({ from, to, x: along, y: high - 8 }),
  );
  return { node, marks };
}

function rowsTable(rows) {
  const longest = [...rows].sort((a, b) => b.seconds - a.seconds).slice(0, MOST_ROWS);
  return [
    table(
      "Deliveries, the longest first",
      [["Item"], ["Done"], ["Took", "num"]],
      longest.map((one) =>
        h(
          "tr",
          null,
          itemCell(one),
          h("td", null, date(one.done_at)),
          h("td", { class: "num" }, duration(one.seconds)),
        ),
      ),
    ),
    rows.length > MOST_ROWS
      ? h(
          "p",
          { class: "note" },
          `The ${MOST_ROWS} longest of ${counted(rows.length, "delivery", "deliveries")}.`,
        )
      : null,
  ];
}

/** The message of the figure: how many took longer than 85 % of them, and the longest. */
function finding(rows, time) {
  const longest = rows.reduce((a, b) => (b.seconds > a.seconds ? b : a));
  const half = valueOf(time, "p50");
  const begin =
    half === null
      ? counted(rows.length, "delivery", "deliveries")
      : `half took ${days(half)} or less`;
  return `${begin}; the longest, ${longest.key}, took ${duration(longest.seconds)} (${day(longest.done_at)})`;
}

export function scatterSection(data) {
  const rows = data.done.included.filter((one) => one.done_at && one.seconds !== undefined);
  const left = data.done.excluded.length;
  if (!rows.length)
    return [
      section("How long it took"),
      h(
        "p",
        { class: "note" },
        left
          ? `Nothing can be timed: of ${counted(left, "delivery", "deliveries")} the beginning is not known.`
          : "Nothing was done in this period.",
      ),
    ];
  const words = finding(rows, data.time);
  return [
    section("How long it took", words),
    readable(
      {
        name: `Flow time of each delivery: ${words}`,
        style: "scatter",
        hint: "A dot is a delivery, on the day it was done. Point at it, or walk with the arrow keys; Enter opens its journey.",
      },
      (width) => drawing(data, rows, width),
    ),
    shapeKey(
      new Set(rows.map(({ kind }) => kind)),
      valueOf(data.time, "p85") === null ? [] : [["f-ink", "longer than 85\u00a0% of them"]],
    ),
    left
      ? h(
          "p",
          { class: "note" },
          `${counted(left, "delivery", "deliveries")} more can\u2019t be timed: `,
          link(data.time.explain, "which, and why"),
          ".",
        )
      : null,
    asTable("Deliveries, as a table", rowsTable(rows)),
  ];
}

const link = (href, text) => h("a", { class: "lnk", href }, text);
