// Cumulative flow: how many items came as far as each step, day by day, or how many are in each.

import { address } from "./api.js";
import { h, s } from "./dom.js";
import { count, counted, day } from "./format.js";
import { asTable, empty, section, table } from "./parts.js";
import { apart, axis, dayTicks, mark, readable, sheet } from "./plot.js";
import { STAGES } from "./unready.js";
import { views } from "./views.js";

const TOP = 10;
const FOOT = 26;
const LEFT = 38;
const VIEWS = { came: "How far items came", inside: "What is in each step" };
const STYLES = {
  new: "a-new",
  waiting: "a-waiting",
  active: "a-active",
  done: "a-done",
  gone: "a-gone",
};

const viewOf = (query) => (query.get("areas") === "inside" ? "inside" : "came");

/** Bands of a point, from the bottom up: [{name, state, size}]; null where the history is not read. */
function bands(point, boundaries, view, base) {
  if (!point.reached || !point.occupancy) return null;
  if (view === "inside") {
    const states = new Map(boundaries.map(({ name, state }) => [name, state]));
    return Object.entries(point.occupancy)
      .map(([name, size]) => ({ name, state: states.get(name) ?? "unknown", size }))
      .reverse();
  }
  const last = boundaries.at(-1);
  const lines = boundaries.map(({ name, state }, at) => ({
    name,
    state,
    size:
      point.reached[name] -
      (at + 1 < boundaries.length ? point.reached[boundaries[at + 1].name] : 0),
  }));
  const done = point.reached[last.name] - point.cancelled - base.done;
  return [
    { name: "Dropped", state: "gone", size: point.cancelled - base.cancelled },
    { ...lines.at(-1), size: done },
    ...lines.slice(0, -1).reverse(),
  ];
}

function stacked(data, view) {
  const { boundaries, points } = data.cfd;
  const first = points.find((one) => one.reached);
  if (!first || !boundaries.length) return [];
  const last = boundaries.at(-1).name;
  const base = { done: first.reached[last] - first.cancelled, cancelled: first.cancelled };
  return points.flatMap((point) => {
    const found = bands(point, boundaries, view, base);
    if (!found) return [];
    let below = 0;
    const own = found.map((band) => {
      const from = below;
      below += band.size;
      return { ...band, from, to: below };
    });
    return [{ point, at: Date.parse(point.end), bands: own, top: below }];
  });
}

function area(columns, n, x, y) {
  const upper = columns.map(
    ({ at, bands: own }) => `${x(at).toFixed(1)} ${y(own[n].to).toFixed(1)}`,
  );
  const lower = columns
    .map(({ at, bands: own }) => `${x(at).toFixed(1)} ${y(own[n].from).toFixed(1)}`)
    .reverse();
  return `M${[...upper, ...lower].join("L")}Z`;
}

const told = ({ name, size }) => `${name} ${count(size)}`;

const dayWords = ({ point, bands: own }) =>
  `${day(point.start)}: ${own
    .toReversed()
    .filter(({ size }) => size)
    .map(told)
    .join(", ")}`;

/** A column of each day, from half way to its neighbours. */
function marksOf(columns, { x, high, explain }) {
  const between = (one, other) => (x(one.at) + x((other ?? one).at)) / 2;
  return columns.map((column, at) => {
    const left = between(column, columns[at - 1]);
    const width = Math.max(between(column, columns[at + 1]) - left, 1);
    const size = { x: left, y: TOP, width, height: high - TOP - FOOT };
    return mark(explain(column.point), dayWords(column), s("rect", { ...size, class: "hit day" }));
  });
}

/** Names of the bands at the right, kept apart. */
function names(bands, { x, y, low, width }) {
  const own = bands
    .filter(({ size }) => size > 0)
    .map((band) => ({ ...band, y: (y(band.from) + y(band.to)) / 2 }));
  return apart(own, TOP + 6, low).map(({ name, size, state, at }) =>
    s(
      "text",
      { x, y: at.toFixed(1), class: "t11 ink2" },
      s("tspan", { class: `b ${TEXTS[state] ?? "ink2"}` }, short(name, width)),
      s("tspan", { dx: 4, class: "ink3" }, count(size)),
    ),
  );
}

function drawing(columns, explain, width) {
  const high = width < 560 ? 260 : 340;
  const right = width - (width < 560 ? 84 : 128);
  const [from, to] = [columns[0].at, columns.at(-1).at];
  const most = Math.max(1, ...columns.map(({ top }) => top)) * 1.02;
  const y = (value) => high - FOOT - (value / most) * (high - TOP - FOOT);
  const x = (at) => LEFT + ((at - from) / Math.max(to - from, 1)) * (right - LEFT);
  const last = columns.at(-1).bands;
  const [grid, numbers] = axis({ most, y, left: LEFT, right });
  const marks = marksOf(columns, { x, high, explain });
  const node = sheet(
    { width, high },
    "Items by step and day",
    ...grid,
    ...last.map((band, n) =>
      s("path", { d: area(columns, n, x, y), class: `area ${STYLES[band.state] ?? "a-new"}` }),
    ),
    ...numbers,
    ...names(last, { x: right + 8, y, low: high - FOOT, width }),
    ...marks,
    ...dayTicks({ from, to, x, y: high - 8 }),
  );
  return { node, marks };
}

const TEXTS = { waiting: "x-waiting", active: "x-active", done: "x-done" };
const short = (name, width) => {
  const most = width < 560 ? 9 : 15;
  return name.length > most ? `${name.slice(0, most - 1)}\u2026` : name;
};

function areasTable(columns) {
  const names = columns
    .at(-1)
    .bands.map(({ name }) => name)
    .reverse();
  const shown = columns.filter(
    (_, at) => (columns.length - 1 - at) % Math.ceil(columns.length / 14) === 0,
  );
  return table(
    "Items by step and day",
    [["Day"], ...names.map((name) => [name, "num"])],
    shown
      .reverse()
      .map(({ point, bands: own }) =>
        h(
          "tr",
          null,
          h("td", null, day(point.start)),
          ...[...own].reverse().map(({ size }) => h("td", { class: "num" }, count(size))),
        ),
      ),
  );
}

/** What the shape says: what came and left since the first day of the drawing. */
function finding(columns, view) {
  const [first, last] = [columns[0], columns.at(-1)];
  const load = ({ bands: own }) =>
    own
      .filter(({ state }) => state !== "done" && state !== "gone")
      .reduce((sum, { size }) => sum + size, 0);
  const [before, after] = [load(first), load(last)];
  const grew = after > before ? "grew" : after < before ? "shrank" : null;
  const what = view === "inside" ? "work in flight" : "what is not done";
  return grew
    ? `${what} ${grew} from ${count(before)} to ${counted(after, "item")} since ${day(first.point.start)}`
    : `${what} is ${counted(after, "item")}, as on ${day(first.point.start)}`;
}

export function areasSection(data, { query, here, base, params }) {
  const view = viewOf(query);
  const columns = stacked(data, view);
  const right = views(Object.entries(VIEWS), view, (name) =>
    here({ areas: name === "came" ? null : name }, "areas"),
  );
  if (!data.cfd.boundaries.length || columns.length < 2)
    return [
      section("In and out", null, right, "areas"),
      data.cfd.boundaries.length
        ? h("p", { class: "note" }, "Too few days of this period are read to draw them.")
        : empty(
            "This stream has no stages",
            "How far items came is known only where statuses are stages.",
            STAGES,
          ),
    ];
  const words = finding(columns, view);
  const explain = (point) => address(`${base}/cfd/explain`, { ...params, to: point.end });
  return [
    section("In and out", words, right, "areas"),
    readable(
      {
        name: `Cumulative flow: ${words}`,
        style: "areas",
        hint: "A column is a day: point at it, or walk with the arrow keys; Enter opens its items.",
      },
      (width) => drawing(columns, explain, width),
    ),
    asTable("In and out, as a table", areasTable(columns)),
  ];
}
