// Where the wait goes: a row per step, hollow as it is, filled with the change.

import { h, labelWidth, responsive, s } from "./dom.js";
import { section } from "./parts.js";
import { busyText, daysText, directionWords, signed } from "./lab_numbers.js";

const ROW = { wide: 40, narrow: 52 };
const TOP = 18;
const LEFT = 150;
const BUSY = 92;
const LABEL = 132;
const NARROW = 560;

const text = (x, y, kind, content, anchor = null) =>
  s("text", { x, y, class: kind, "text-anchor": anchor }, content);

/** Round distances between lines of a scale: 1, 2, 4, 5 or ten times that. */
function ticks(most) {
  const raw = most / 3;
  const size = 10 ** Math.floor(Math.log10(raw || 1));
  const step = [1, 2, 4, 5, 10].map((n) => n * size).find((n) => n >= raw) ?? size;
  return [0, 1, 2, 3]
    .map((n) => Number((n * step).toPrecision(3)))
    .filter((n) => n <= most * 1.001);
}

/** Less than this part of the longest wait is not to be seen, though the runs tell it apart. */
const SEEN = 0.005;

const longest = (steps) =>
  Math.max(0.1, ...steps.flatMap(({ wait_d: w }) => [w.before ?? 0, w.after ?? 0]));

/** The rows: before and after in days; `changed` only beyond chance, and where it can be seen. */
function rowsOf(steps) {
  const least = longest(steps) * SEEN;
  const seen = ({ direction, difference }) =>
    direction !== "same" && (difference === null || Math.abs(difference) >= least);
  return steps
    .filter((one) => one.busy || one.visits || (one.wait_d.after ?? one.wait_d.before) > 0.005)
    .map((one) => ({ ...one, changed: seen(one.wait_d) }));
}

function mark(row, x, y) {
  const { before, after, direction } = row.wait_d;
  if (!row.changed) return [s("circle", { cx: x(before), cy: y, r: 4.5, class: "f-ink3" })];
  const kind = direction === "more" ? "waiting" : "ink";
  return [
    s("path", { d: `M${x(before)} ${y}H${x(after)}`, class: `s-${kind} w2` }),
    s("circle", { cx: x(before), cy: y, r: 4.5, class: "f-bg s-ink3 w15" }),
    s("circle", { cx: x(after), cy: y, r: 5.5, class: `f-${kind}` }),
  ];
}

function label(row, x, y) {
  const { before, after, difference, direction } = row.wait_d;
  const at = x(Math.max(before, after)) + 12;
  if (!row.changed) return text(at, y + 4, "t12 ink3", daysText(before));
  return s(
    "text",
    { x: at, y: y + 4, class: "t12" },
    s(
      "tspan",
      { class: `b ${direction === "more" ? "x-waiting" : "ink"}` },
      signed(difference, daysText),
    ),
    s("tspan", { class: "ink3", dx: 6 }, `${daysText(before)} to ${daysText(after)}`),
  );
}

function busy(row, width, y) {
  if (!row.busy) return null;
  const { before, after, direction } = row.busy;
  const more = direction === "more" ? "b ink" : "m ink2";
  return [
    text(width - 46, y + 4, "t12 ink3", busyText(before), "end"),
    direction === "same" ? null : text(width - 38, y + 4, `t12 ${more}`, busyText(after)),
  ];
}

const fits = (name, room) => {
  if (labelWidth(name, 600) * 1.1 <= room) return name;
  let cut = name;
  while (cut.length > 1 && labelWidth(`${cut}\u2026`, 600) * 1.1 > room) cut = cut.slice(0, -1);
  return `${cut}\u2026`;
};

function drawn(rows, width, name) {
  const narrow = width < NARROW;
  const left = narrow ? 6 : LEFT;
  const right = narrow ? LABEL : BUSY + LABEL;
  const most = longest(rows);
  const x = (days) => left + (days / most) * Math.max(20, width - left - right);
  const each = narrow ? ROW.narrow : ROW.wide;
  const height = TOP + rows.length * each;
  const lines = narrow
    ? []
    : ticks(most).map((days) => [
        s("path", { d: `M${x(days)} ${TOP}V${height}`, class: "s-line" }),
        text(
          x(days),
          10,
          "t11 ink3",
          days ? `${days}\u00a0d` : "wait 0",
          days ? "middle" : "start",
        ),
      ]);
  const body = rows.map((row, at) => {
    const y = TOP + at * each + (narrow ? 30 : 20);
    const top = narrow ? y - 16 : y - 4;
    const room = narrow ? width - 12 : LEFT - 12;
    return [
      text(0, top, "t12 b ink", [fits(row.step, room), s("title", null, row.step)]),
      row.team && row.team !== row.step
        ? narrow
          ? text(labelWidth(row.step, 600) * 1.1 + 12, top, "t11 ink3", row.team)
          : text(0, y + 11, "t11 ink3", fits(row.team, room))
        : null,
      ...mark(row, x, y),
      label(row, x, y),
      narrow ? null : busy(row, width, y),
    ];
  });
  return s(
    "svg",
    {
      class: "ch",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": name,
    },
    ...lines,
    narrow ? null : text(width - 46, 10, "t11 ink3", "busy", "end"),
    ...body,
  );
}

const listed = (row) =>
  h(
    "li",
    null,
    h("b", null, row.step),
    h("span", { class: "n" }, row.team === row.step ? "" : row.team),
    h(
      "span",
      { class: row.wait_d.direction === "more" ? "w-waiting" : null },
      directionWords(row.wait_d),
    ),
  );

function finding(rows) {
  const worst = (way) =>
    rows
      .filter(({ wait_d: wait }) => wait.direction === way)
      .sort((a, b) => Math.abs(b.wait_d.difference) - Math.abs(a.wait_d.difference))[0];
  const [less, more] = [worst("less"), worst("more")];
  const told = (row, words) =>
    row && `${words} at ${row.step} by ${daysText(Math.abs(row.wait_d.difference))}`;
  return [told(less, "the wait shrinks most"), told(more, "it grows most")]
    .filter(Boolean)
    .join(", ");
}

/** The section; `steps` as of a change, with numbers or with directions only. */
export function waitSection({ steps, numbers }) {
  const rows = rowsOf(steps);
  if (!numbers)
    return h(
      "section",
      null,
      section("Where the wait goes", "by step: shorter, longer, or no more than chance"),
      h("ul", { class: "ways-gone" }, ...rows.map(listed)),
    );
  const name = `Wait by step before and after, in days: ${finding(rows) || "no change beyond chance"}`;
  const place = h("div", { class: "labwait" });
  return h(
    "section",
    null,
    section(
      "Where the wait goes",
      "days per item before each step: hollow today, filled with the change; busy share at the right",
    ),
    h(
      "figure",
      null,
      responsive(place, (width) => drawn(rows, width, name)),
    ),
  );
}

/** The same without a change: one dot a step. */
export function waitToday({ steps, numbers }) {
  const same = (value) =>
    value === null ? null : { before: value, after: value, difference: 0, direction: "same" };
  const rows = steps.map((one) => ({ ...one, wait_d: same(one.wait_d), busy: same(one.busy) }));
  if (!numbers || rows.some(({ wait_d: wait }) => !wait)) return null;
  const name = "Wait by step as it is, in days";
  const place = h("div", { class: "labwait" });
  return h(
    "section",
    null,
    section("Where the wait is", "days per item before each step; busy share at the right"),
    h(
      "figure",
      null,
      responsive(place, (width) => drawn(rowsOf(rows), width, name)),
    ),
  );
}
