// The queue of parents or releases: each with what remains, what is done beside it, and when it arrives, on one axis of days.

import { h, responsive, s } from "./dom.js";
import { count, counted, percent, stampDay } from "./format.js";
import { section, table } from "./parts.js";
import { ticks, timescale } from "./timescale.js";

const SHOWN = 50;
const DAY = 86_400_000;
const HEIGHT = 28;
const MIDDLE = 14;
const LEVELS = [
  ["p50", "half"],
  ["p85", "85\u00a0%"],
  ["p95", "95\u00a0%"],
];

const at = (day) => Date.parse(`${day}T00:00:00Z`);
const sub = (...content) => h("span", { class: "sub" }, ...content);

/** What the groups are called: releases; parents by their type where all are of one. */
export function noun({ of, items }) {
  if (of === "release") return of;
  const types = new Set(items.map(({ type }) => type.toLowerCase()));
  return types.size === 1 && [...types][0] ? [...types][0] : "parent";
}

export const nouns = (queue) => `${noun(queue)}s`;

/** Whether all that is open of it is dormant, so that nobody can say when it arrives. */
export const isDormant = ({ items }) =>
  items.in_flight + items.not_started + items.to_come === items.dormant;

const titled = (word) => `${word[0].toUpperCase()}${word.slice(1)}`;

/** From tomorrow to the last date that is drawn. */
function reach(rows, starts) {
  const days = rows.flatMap(({ dates, due }) => [dates.p95, dates.p85, due?.date]);
  const last = Math.max(...days.filter(Boolean).map(at), at(starts) + 7 * DAY);
  return { from: at(starts), to: last + (last - at(starts)) * 0.03 };
}

const scaleOf = ({ from, to }, width) =>
  timescale({ from, to, quiet: [], left: 6, right: width - 6 });

const marksOf = (span, x) => ticks({ ...span, quiet: [], x });

function axis(span, width) {
  const x = scaleOf(span, width);
  return s(
    "svg",
    { class: "ch", height: 16, viewBox: `0 0 ${width} 16`, "aria-hidden": "true" },
    ...marksOf(span, x).map((one) =>
      s("text", { x: one.x.toFixed(1), y: 11, class: "t11 ink3" }, one.label),
    ),
  );
}

function told({ title, dates, due }, starts) {
  const by = LEVELS.filter(([name]) => dates[name]).map(
    ([name, word]) => `${word} by ${stampDay(dates[name], starts)}`,
  );
  const met = due ? `, due ${stampDay(due.date, starts)}` : "";
  return `${title}: ${by.join(", ") || "no date known"}${met}`;
}

const bar = (x, y, width, height, style) => s("rect", { x, y, width, height, class: style });

/** From half to 95 %: hollow, filled, closed. */
function whisker([half, sure, surest], width) {
  if (half === null) return [];
  const end = surest ?? width - 2;
  return [
    bar(half, MIDDLE - 1, Math.max(end - half, 1), 2, "f-ink3"),
    s("circle", { cx: half, cy: MIDDLE, r: 3, class: "f-bg s-ink2 w15" }),
    surest === null ? null : bar(surest - 1, MIDDLE - 5, 2, 10, "f-ink3"),
    sure === null ? null : s("circle", { cx: sure, cy: MIDDLE, r: 4.5, class: "f-ink s-bg" }),
  ];
}

/** The due date as a line through the row, before or behind the filled mark. */
const dueLine = ({ due }, x) =>
  due ? bar(x(at(due.date)) - 1, 1, 2, HEIGHT - 2, due.at_risk ? "f-risk" : "f-done") : null;

function mark(row, span, starts, width) {
  const x = scaleOf(span, width);
  const places = LEVELS.map(([name]) => (row.dates[name] ? x(at(row.dates[name])) : null));
  return s(
    "svg",
    {
      class: "ch",
      height: HEIGHT,
      viewBox: `0 0 ${width} ${HEIGHT}`,
      role: "img",
      "aria-label": told(row, starts),
    },
    ...marksOf(span, x).map((one) => bar(one.x, 0, 1, HEIGHT, "f-line")),
    ...whisker(places, width),
    dueLine(row, x),
  );
}

/** Which date the what-if moved, against the queue as it is. */
function moved(row, before) {
  const was = before?.items.find(({ key }) => key === row.key);
  if (!was?.dates.p85 || was.dates.p85 === row.dates.p85) return null;
  return sub(`was ${stampDay(was.dates.p85, row.dates.p85)}`);
}

/** How likely a date is met: by what became of past ones, where that is known. */
export const chanceOf = ({ chance, corrected_chance: corrected }) => corrected ?? chance;

function dueCell({ due }, starts) {
  if (!due) return h("td", { class: "num due" }, h("span", { class: "withheld" }, "no date"));
  const chance = chanceOf(due) === null ? "" : percent(chanceOf(due), "C");
  const word = due.at_risk
    ? h("span", { class: "sub w-risk" }, `${due.overdue ? "overdue" : `at risk, ${chance}`}`)
    : sub(chance ? `met with ${chance}` : "");
  return h("td", { class: "num due" }, stampDay(due.date, starts), word);
}

/** What is open of it, in words. */
export const remains = ({ items }) =>
  [
    items.in_flight ? `${count(items.in_flight)} in flight` : null,
    items.not_started - items.dormant
      ? `${count(items.not_started - items.dormant)} not begun`
      : null,
    items.dormant ? `${count(items.dormant)} dormant` : null,
    items.to_come ? `${count(items.to_come)} to come` : null,
  ]
    .filter(Boolean)
    .join(", ");

function goesFirst(row, first, context) {
  const leads = first.includes(row.key);
  const others = first.filter((key) => key !== row.key);
  return h(
    "button",
    {
      class: "ask",
      type: "button",
      "aria-label": leads ? `Put ${row.key} back in line` : `What if ${row.key} goes first?`,
      onclick: () => context.change({ first: (leads ? others : [row.key, ...others]).join(",") }),
    },
    leads ? "Put back in line" : "What if first?",
  );
}

/** A release is asked for by its name, where that is its alone. */
const named = ({ key, title }) => (key === title ? title : `${key}, ${title}`);

const nameOf = (row, context) =>
  h(
    "a",
    { class: "val", href: context.opens(row.key), "aria-label": named(row) },
    h("b", null, row.title),
  );

function names(row, context, first) {
  return h(
    "td",
    { class: "what" },
    nameOf(row, context),
    sub(
      row.key === row.title ? null : h("span", { class: "key" }, row.key),
      `${row.key === row.title ? "" : " \u00b7 "}${count(row.items.done)} of ${count(row.items.total)} done`,
      row.items.added ? `, ${count(row.items.added)} added later` : "",
      goesFirst(row, first, context),
    ),
  );
}

/** When it comes if it is as late as past ones were; nothing where nothing is corrected. */
function pastCell({ corrected }, { lateness, starts }) {
  if (lateness.reason) return null;
  const { p50, p85 } = corrected.items.dates;
  const half = p50 ? `half by ${stampDay(p50, starts)}` : "";
  if (p85) return h("td", { class: "num due" }, stampDay(p85, starts), sub(half));
  return h("td", { class: "num due" }, h("span", { class: "withheld" }, "not known"), sub(half));
}

function line(row, number, span, { queue, before, context }) {
  const holder = responsive(h("div", { class: "mark" }), (width) =>
    mark(row, span, queue.starts, width),
  );
  const { items, groups } = row.ahead;
  return h(
    "tr",
    { class: queue.first.includes(row.key) ? "led" : null },
    h("td", { class: "num place" }, count(number)),
    names(row, context, queue.first),
    h(
      "td",
      { class: "num open" },
      h("b", null, count(row.items.in_flight + row.items.not_started + row.items.to_come)),
      sub(remains(row)),
    ),
    h(
      "td",
      { class: "num p2" },
      count(items),
      items ? sub(`of ${counted(groups, "other")}`) : null,
    ),
    h("td", { class: "when" }, holder),
    h(
      "td",
      { class: "num sure" },
      row.dates.p85
        ? h("b", null, stampDay(row.dates.p85, queue.starts))
        : h("span", { class: "withheld" }, "not known"),
      moved(row, before),
    ),
    pastCell(row, queue),
    dueCell(row, queue.starts),
  );
}

/** Those of which nobody can say when they arrive, as a list that opens. */
function asleep(rows, { queue, context }) {
  if (!rows.length) return null;
  const limit = queue.dormant_items.longer_than_d;
  const word = rows.length === 1 ? noun(queue) : nouns(queue);
  return h(
    "details",
    { class: "alt" },
    h("summary", null, `${count(rows.length)} ${word} without a date: what is open lies dormant`),
    h(
      "div",
      null,
      h(
        "p",
        { class: "note" },
        `Unbegun for more than ${counted(Math.round(limit), "day")}: 95\u00a0% of what was begun had not lain so long. Begin it, or close it.`,
      ),
      h(
        "ul",
        { class: "before" },
        ...rows.map((row) =>
          h(
            "li",
            null,
            nameOf(row, context),
            `${row.key === row.title ? "" : ` ${row.key}`}, ${counted(row.items.dormant, "item")}`,
          ),
        ),
      ),
    ),
  );
}

const key = () =>
  h(
    "p",
    { class: "note" },
    "Hollow: in half of all futures it is done by then. Filled: 85\u00a0%. Bar: 95\u00a0%. The line through a row is its due date.",
  );

const columns = (queue, head) => [
  ["", "num place"],
  [titled(noun(queue))],
  ["Open items", "num"],
  ["Beside or before", "num p2"],
  [head, "when"],
  ["85\u00a0% by", "num"],
  ...(queue.lateness.reason ? [] : [["As past ones came", "num"]]),
  ["Due", "num"],
];

function showAll(rows, { change }) {
  const button = h(
    "button",
    { class: "lnk", type: "button", onclick: () => change({ all: "1" }) },
    `Show all ${count(rows.length)}`,
  );
  return h("p", { class: "more" }, button);
}

/** The section: how the queue is worked off, and its rows. `before`: the queue without the what-if, or null. */
export function queueSection(queue, before, context) {
  const page = { queue, before, context };
  const rows = queue.items.filter((row) => !isDormant(row));
  const all = context.query.get("all") === "1" || rows.length <= SHOWN;
  const shown = all ? rows : rows.slice(0, SHOWN);
  const span = reach(rows, queue.starts);
  const head = responsive(h("div", { class: "mark" }), (width) => axis(span, width));
  const lines = shown.map((row, place) => line(row, place + 1, span, page));
  return [
    section(
      `When each ${noun(queue)} arrives`,
      "one queue, for all share the people: what is in flight is finished in any order, the rest is begun in this one",
    ),
    context.controls,
    rows.length ? table("The queue", columns(queue, head), lines, { style: "queue" }) : null,
    rows.length ? key() : null,
    all ? null : showAll(rows, context),
    asleep(queue.items.filter(isDormant), page),
  ];
}
