// The time line of one item: state above and below the line, one lane per tool, links between.

import { costLine, hasCost } from "./cost_line.js";
import { labelWidth, s } from "./dom.js";
import { WHOLE, duration, stampDay } from "./format.js";
import { labelRows } from "./labels.js";
import { drawLane } from "./lanes.js";
import { STATE, longNames, stateBars } from "./state_bars.js";
import { folds, ticks, timescale } from "./timescale.js";
import { blockedBy, longestWait, stretches } from "./visits.js";

const LEFT = 96;
const TOP = 26;
const LANE = 58;
const FIRST_LANE = 116;
const DAY_MS = 86_400_000;
const ms = (iso) => Date.parse(iso);
const liveAt = (journey) => journey.released_at ?? journey.first_released_at;
const isLive = (journey) => Boolean(liveAt(journey));

/** First and last moment of the drawing: a little after the last event, at most the time of the data. */
function range(journey, parts) {
  const events = journey.lanes.flatMap((lane) => lane.events);
  const moments = [
    ...parts.flatMap(({ from, to }) => [from, to]),
    ...events.flatMap(({ at, end }) => [ms(at), end ? ms(end) : ms(at)]),
  ];
  const from = Math.min(...moments);
  const last = Math.max(...moments);
  const open = parts.some((part) => part.open);
  const to = open ? last : Math.max(last, Math.min(ms(journey.as_of), last + (last - from) * 0.08));
  return { from, to: Math.max(to, from + DAY_MS / 24), moments };
}

function grid(axis, height) {
  const lines = ticks(axis).flatMap(({ x, label }) => [
    s("path", { d: `M${x.toFixed(1)} ${TOP}V${height - 6}`, class: "s-line" }),
    s("text", { x: x.toFixed(1), y: 16, class: "t11 ink3", "text-anchor": "middle" }, label),
  ]);
  return lines;
}

/** Two slanted gaps through what runs on behind a fold. */
function foldCuts({ quiet, x }, bottom = STATE.below + 2) {
  return quiet.map((fold) => {
    const middle = (x(fold.from) + x(fold.to)) / 2;
    return s("path", {
      d: `M${(middle - 7).toFixed(1)} ${bottom}l8-52m4 52l8-52`,
      class: "s-bg w2 f-none",
    });
  });
}

/** A fold is a band without grid, two slanted strokes and its length. */
function foldMarks({ quiet, x }, height) {
  return quiet.flatMap((fold) => {
    const left = x(fold.from);
    const middle = (left + x(fold.to)) / 2;
    return [
      s("rect", {
        x: (left + 2).toFixed(1),
        y: TOP,
        width: (x(fold.to) - left - 4).toFixed(1),
        height: height - 6 - TOP,
        class: "f-bg",
      }),
      s("path", {
        d: `M${(middle - 5).toFixed(1)} ${TOP + 4}l4-8m2 8l4-8M${(middle - 5).toFixed(1)} ${height - 8}l4-8m2 8l4-8`,
        class: "s-ink3 w125",
      }),
      s(
        "text",
        { x: middle.toFixed(1), y: 16, class: "t11 ink3", "text-anchor": "middle" },
        duration((fold.to - fold.from) / 1000, "B"),
      ),
    ];
  });
}

/** Blocked stretches; one that runs on into the next step is one block. */
function blocks(parts) {
  const joined = [];
  for (const part of parts.filter(({ kind }) => kind === "blocked")) {
    const before = joined.at(-1);
    if (before && before.to === part.from) joined[joined.length - 1] = { ...before, to: part.to };
    else joined.push(part);
  }
  return joined;
}

/** What the item waited for, above; that it came back, below. */
function stateNotes(journey, parts, x, labels, end) {
  const at = (part, y) => [
    { x: x(part.from), y },
    { x: x(part.to), y, anchor: "end" },
  ];
  const notes = blocks(parts)
    .map((part) => {
      const text = `Blocked ${duration((part.to - part.from) / 1000, WHOLE)}`;
      const why = blockedBy(journey, part);
      const style = { style: "b x-blocked", weight: 600 };
      return (
        (why && labels.place(`${text}: ${why}`, at(part, STATE.note), style)) ||
        labels.place(text, at(part, STATE.note), style)
      );
    });
  const wait = longestWait(journey, parts);
  const reason = journey.longest_wait?.reason;
  if (wait && reason && !["blocked", "returned"].includes(reason))
    notes.push(labels.place(reason, at(wait, STATE.note), { style: "x-waiting" }));
  for (const part of parts.filter(({ reason }) => reason === "returned"))
    notes.push(
      labels.place(
        `back to ${part.stage}`,
        [{ x: (x(part.from) + x(part.to)) / 2, y: STATE.under, anchor: "middle" }],
        { style: "m ink", weight: 500 },
      ),
    );
  const last = parts.at(-1);
  if (isLive(journey) && last) {
    const place = {
      x: x(Math.max(last.to, ms(liveAt(journey)))) + 7,
      y: STATE.above + 16,
    };
    notes.push(
      labels.place(
        `${journey.released_at ? "live" : "partly live"} ${stampDay(liveAt(journey), journey.as_of)}`,
        [place, { x: end, y: STATE.note, anchor: "end" }],
        { style: "b x-done", weight: 600 },
      ),
    );
  }
  return notes;
}

function laneHeads(lanes) {
  const all = [
    { tool: "State", detail: "all tools", y: 68 },
    ...lanes.map((lane, at) => ({ ...lane, y: FIRST_LANE + at * LANE + 28 })),
  ];
  return all.flatMap(({ tool, detail, y }) => [
    s("text", { x: 0, y, class: "t12 b ink" }, clipped(tool, 1.16)),
    s("text", { x: 0, y: y + 15, class: "t11 ink3" }, clipped(detail ?? "")),
  ]);
}

function clipped(text, scale = 1) {
  let shown = text;
  while (shown.length > 1 && labelWidth(shown) * scale > LEFT - 2) shown = shown.slice(0, -1);
  return shown === text
    ? text
    : s("tspan", null, `${shown.slice(0, -1)}\u2026`, s("title", null, text));
}

/** Links that decide a date; one stroke for those that would lie on one another. */
function linkPaths(links, events) {
  const place = new Map(events.map((event) => [event.id, event]));
  const seen = new Set();
  return links
    .filter(({ decides }) => decides)
    .flatMap(({ from, to, confidence }) => {
      const [a, b] = [place.get(from), place.get(to)];
      if (!a || !b || a.top === b.top) return [];
      const down = b.top > a.top;
      const start = a.y + (down ? 9 : -9);
      const end = b.y + (down ? -10 : 10);
      const bend = (down ? b.top : a.top) + 2;
      const [x1, x2] = [a.x2, b.x1];
      const path =
        Math.abs(x1 - x2) < 6
          ? `M${x2.toFixed(1)} ${start}V${end}`
          : `M${x1.toFixed(1)} ${start}V${bend}H${x2.toFixed(1)}V${end}`;
      if (seen.has(path)) return [];
      seen.add(path);
      return [s("path", { d: path, class: `s-ink3 w125${confidence >= 0.9 ? "" : " dash"}` })];
    });
}

/** The drawing at `width` pixels; its height follows the number of lanes. */
export function drawTimeline(journey, width) {
  const parts = stretches(journey);
  const { from, to, moments } = range(journey, parts);
  const quiet = folds(moments, from, to);
  const x = timescale({ from, to, quiet, left: LEFT, right: width });
  const paid = hasCost(journey) ? [{ tool: "Cost", detail: "of its waiting" }] : [];
  const rows = [...paid, ...journey.lanes];
  const height = FIRST_LANE + rows.length * LANE;
  const labels = labelRows(LEFT, width);
  const place = (at) => ({ top: FIRST_LANE + at * LANE, x, end: width, labels });
  const lanes = journey.lanes.map((lane, at) => drawLane(lane, place(at + paid.length)));
  const axis = { from, to, quiet, x };
  return s(
    "svg",
    {
      class: "ch",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "group",
      "aria-label": "Marks of the time line",
    },
    ...grid(axis, height),
    ...foldMarks(axis, height),
    ...laneHeads(rows),
    ...rows.map((_, at) =>
      s("path", { d: `M${LEFT} ${FIRST_LANE + at * LANE}H${width}`, class: "s-line" }),
    ),
    ...linkPaths(
      journey.links,
      lanes.flatMap(({ events }) => events),
    ),
    ...stateBars(parts, axis),
    s("path", { d: `M${LEFT} ${STATE.line}H${width}`, class: "s-bg" }),
    ...foldCuts(axis),
    ...paid.flatMap(() => costLine(journey, { ...place(0), quiet })),
    ...paid.flatMap(() => foldCuts(axis, FIRST_LANE + 52)),
    ...stateNotes(journey, parts, x, labels, width),
    ...longNames(parts, axis, labels),
    ...lanes.flatMap(({ marks }) => marks),
    ...lanes.flatMap(({ texts }) => texts),
  );
}
