// Total age by step: each item in load, before the ages at which past items had left that step.

import { address } from "./api.js";
import { labelWidth, s } from "./dom.js";
import { atLeast, count, counted, duration, percent, seconds } from "./format.js";
import { LEVELS, known, zoneLabel, zoneNodes, zoneTable } from "./ageing_zones.js";
import { asTable } from "./parts.js";
import { axis, mark, reach, readable, rule, shape, shapeKey, sheet } from "./plot.js";

const TOP = 46;
const FOOT = 8;
const DAY_S = 86_400;
const days = (value) => duration(seconds(value, "d"));

/** Older than 85 % of those who ever left this step. */
export const tooOld = ({ pace, observed }) => (pace ?? observed.pace ?? 0) >= 0.85;

/** Places in the column, so that none lies on another: the middle first, then by turns left and right. */
function spread(items, { middle, room, y, r }) {
  const taken = [];
  const gap = 2 * r + 2;
  return items.map((item) => {
    const at = y(item.age_s / DAY_S);
    const free = (x) => taken.every((one) => (one.x - x) ** 2 + (one.y - at) ** 2 >= gap ** 2);
    let x = middle;
    for (let n = 1; n * (gap / 2) < room && !free(x); n += 1)
      x = middle + (n % 2 ? 1 : -1) * Math.ceil(n / 2) * gap;
    x = Math.min(Math.max(x, middle - room), middle + room);
    taken.push({ x, y: at });
    return { item, x, y: at };
  });
}

function fitted(text, room) {
  if (labelWidth(text, 600) <= room) return text;
  let kept = text;
  while (kept.length > 1 && labelWidth(`${kept}\u2026`, 600) > room) kept = kept.slice(0, -1);
  return `${kept}\u2026`;
}

/** Where the words of a column stand: in two rows those at the ends begin or end with their column. */
function headPlace({ at, many, left, width, two }) {
  if (two && at === 0) return { x: left, "text-anchor": "start" };
  if (two && at === many - 1) return { x: left + width, "text-anchor": "end" };
  return { x: left + width / 2, "text-anchor": "middle" };
}

/** The steps above their columns, in two rows where they have no room beside one another. */
function headings(columns, width, href) {
  const words = ({ stage, items }) => labelWidth(stage, 600) + labelWidth(` ${items}`) + 10;
  const two = columns.some(({ zone }) => words(zone) > width);
  return columns.map(({ zone, left }, at) => {
    const low = two && at % 2 === 1;
    const place = headPlace({ at, many: columns.length, left, width, two });
    const ends = two && (at === 0 || at === columns.length - 1);
    const room = (ends ? 1.5 * width : two ? 2 * width : width) - labelWidth(` ${zone.items}`) - 10;
    const middle = left + width / 2;
    return s(
      "g",
      null,
      s(
        "a",
        { href: href(zone.stage), "aria-label": `${zone.stage}: ${counted(zone.items, "item")}` },
        s(
          "text",
          { ...place, y: low ? 30 : 14, class: "t11" },
          s("tspan", { class: "b ink" }, fitted(zone.stage, room)),
          s("tspan", { dx: 4, class: "ink3" }, count(zone.items)),
        ),
      ),
      two ? s("path", { d: `M${middle} ${low ? 34 : 18}V${TOP - 4}`, class: "s-line2" }) : null,
    );
  });
}

function look(item) {
  if (item.blocked) return "f-blocked";
  return tooOld(item) ? "f-waiting" : "f-ink3";
}

function words(item, blocks) {
  const age = `${item.age_at_least ? atLeast(duration(item.age_s)) : duration(item.age_s)} old`;
  const pace = item.pace ?? item.observed.pace ?? null;
  const block = blocks.get(item.key);
  return [
    `${item.key} ${item.title}`,
    `${age}, in ${item.stage}`,
    pace === null ? null : `${percent(pace, "C")} had left it at this age`,
    block ? `blocked for ${duration(block.blocked_s)}` : item.blocked ? "blocked" : null,
  ]
    .filter(Boolean)
    .join("; ");
}

/** Keys beside what is too old, where there is room on either side. */
function labels(dots, right, r) {
  const boxes = dots.map(({ x, y }) => [x - r - 1, x + r + 1, y - r - 1, y + r + 1]);
  const free = (a) => boxes.every((b) => a[1] < b[0] || a[0] > b[1] || a[3] < b[2] || a[2] > b[3]);
  return dots
    .filter(({ item, over }) => over || item.blocked || tooOld(item))
    .map(({ item, x, y, over }) => {
      const more = over ? duration(item.age_s) : item.blocked ? "blocked" : "";
      const wide = labelWidth(item.key, 600) + (more ? labelWidth(` ${more}`) + 4 : 0);
      const places = [x + r + 5, x - r - 5 - wide].filter((at) => at > 0 && at + wide < right);
      const at = places.find((one) => free([one, one + wide, y - 5, y + 5]));
      if (at === undefined) return null;
      boxes.push([at, at + wide, y - 5, y + 5]);
      const tone = item.blocked ? "x-blocked" : "x-waiting";
      return s(
        "text",
        { x: at.toFixed(1), y: (y + 4).toFixed(1), class: "t11 halo" },
        s("tspan", { class: "b ink" }, item.key),
        more ? s("tspan", { dx: 4, class: tone }, more) : null,
      );
    });
}

function beside({ right, wide, promise, percent: level, y, last }) {
  if (!wide) return [];
  const at = (value, ...content) =>
    s("text", { x: right + 8, y: (value + 4).toFixed(1), class: "t11 ink3" }, ...content);
  const p50 = last && known(last, "p50");
  const far = (value) => promise === null || Math.abs(y(value) - y(promise)) > 32;
  return [
    p50 !== null && p50 !== undefined && far(p50) ? at(y(p50), "half had left") : null,
    promise === null
      ? null
      : s(
          "text",
          { x: right + 8, y: (y(promise) - 1).toFixed(1), class: "t11" },
          s("tspan", { class: "b ink" }, "expectation"),
          s("tspan", { x: right + 8, dy: 13, class: "ink2" }, `${level} % in ${days(promise)}`),
        ),
  ];
}

/** The scale at a width; `over`: something is older than what is drawn to scale. */
function scaleOf({ ageing, promise }, width) {
  const wide = width >= 640;
  const high = wide ? 410 : 340;
  const left = 34;
  const right = width - (wide ? 104 : 2);
  const ages = ageing.items.map(({ age_s: age }) => age / DAY_S);
  const past = ageing.zones.flatMap((zone) => LEVELS.map((level) => known(zone, level) ?? 0));
  const most = reach(ages, Math.max(1, promise ?? 0, ...past), 0.85);
  const over = ageing.items.some(({ age_s: age }) => age / DAY_S > most);
  const top = TOP + (over ? 24 : 0);
  const y = (age) => high - FOOT - (Math.min(age, most) / most) * (high - FOOT - top);
  const step = (right - left) / Math.max(ageing.zones.length, 1);
  const many = Math.max(0, ...ageing.zones.map(({ items }) => items));
  const r = many > 60 || step < 30 ? 2.8 : 3.7;
  return { wide, high, left, right, most, over, top, y, step, r };
}

function dotsOf(columns, items, { step, r, most, y }) {
  const height = (age) => (age > most ? TOP + 10 : y(age));
  const room = Math.max(step / 2 - r - 4, 0);
  return columns.flatMap(({ zone, left }) => {
    const own = items.filter(({ stage }) => stage === zone.stage);
    return spread(own, { middle: left + step / 2 - 1, room, y: height, r }).map((one) => ({
      ...one,
      over: one.item.age_s / DAY_S > most,
    }));
  });
}

function markOf({ item, x, y }, blocks, r) {
  const [left, top] = [x, y].map((at) => Number(at.toFixed(1)));
  const style = { class: `${look(item)} s-bg` };
  const href = address("/journey", { key: item.key });
  return mark(href, words(item, blocks), shape(item.kind, left, top, r, style));
}

/** What lies beneath the dots: zones, the scale, the expectation, the edge of the scale. */
function ground(columns, scale, promise) {
  const { left, right, most, over, top, y, step } = scale;
  const [lines, numbers] = axis({ most, y, left, right });
  const place = (begin) => ({ left: begin, width: step - 2, y, top });
  return [
    ...columns.flatMap(({ zone, left: begin }) => zoneNodes(zone, place(begin))),
    lines[0],
    ...numbers,
    promise === null ? null : rule(y(promise), scale, "s-ink w125 dash"),
    over ? rule(top - 3, scale, "s-line2 dash") : null,
    ...columns.map(({ zone, left: begin }) => zoneLabel(zone, place(begin))),
  ];
}

/** {node, marks} at a width. */
function drawing({ ageing, blocks, promise, href }, width) {
  const scale = scaleOf({ ageing, promise }, width);
  const { wide, high, left, right, y, step, r } = scale;
  const columns = ageing.zones.map((zone, at) => ({ zone, left: left + at * step + 1 }));
  const dots = dotsOf(columns, ageing.items, scale);
  const marks = dots.map((one) => markOf(one, blocks, r));
  const node = sheet(
    { width, high },
    "Age by step",
    ...ground(columns, scale, promise),
    ...headings(columns, step, href),
    ...marks,
    ...(wide ? labels(dots, right, r) : []),
    ...beside({ right, wide, promise, percent: ageing.percent, y, last: ageing.zones.at(-1) }),
  );
  return { node, marks };
}

/** The figure with its key and its numbers; `href(stage)`: where the items of a step are listed. */
export function ageingChart(ageing, { blocks, promise, href, name }) {
  const kinds = new Set(ageing.items.map(({ kind }) => kind));
  const more = [
    ageing.items.some(tooOld) ? ["f-waiting", "older than 85 % at its step"] : null,
    ageing.items.some(({ blocked }) => blocked) ? ["f-blocked", "blocked"] : null,
  ].filter(Boolean);
  return [
    readable(
      {
        name,
        style: "ages",
        hint: "A dot is an item in work. Point at it, or walk with the arrow keys; Enter opens its journey.",
      },
      (width) => drawing({ ageing, blocks, promise, href }, width),
    ),
    shapeKey(kinds, more),
    asTable("Steps, as a table", zoneTable(ageing)),
  ];
}
