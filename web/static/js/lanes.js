// One lane of the time line: marks of its events, then labels where there is room.

import { s } from "./dom.js";
import { WHOLE, count, duration, stamp } from "./format.js";

const ms = (iso) => Date.parse(iso);
const FAILED = /^(fail|error|unsuccess|abort|reject)/i;
const CLUSTER = 40;
const failed = (event) => FAILED.test(event.result ?? "");

function mark(event, ...shapes) {
  const name = [event.label, event.detail, event.result, `${stamp(event.at)}\u00a0UTC`]
    .filter(Boolean)
    .join(", ");
  return s("a", { href: event.url, tabindex: -1, class: "mk" }, s("title", null, name), ...shapes);
}

/** Events with their place: x1 to x2, y the middle. */
function placed(lane, top, x, end) {
  return lane.events.map((event) => {
    const x1 = x(ms(event.at));
    const open =
      event.kind === "live" || (!event.end && (event.kind === "incident" || event.kind === "flag"));
    const x2 = event.end ? x(ms(event.end)) : open ? end : x1;
    return { ...event, x1, x2, y: top + 21, top };
  });
}

const box = (one, y, style, least = 3) =>
  s("rect", {
    x: one.x1.toFixed(1),
    y,
    width: Math.max(one.x2 - one.x1, least).toFixed(1),
    height: 8,
    rx: 2,
    ...style,
  });

const point = (one) =>
  s("circle", { cx: one.x1.toFixed(1), cy: one.y + 1, r: 3.5, class: "f-ink2" });

const SHAPES = {
  exposure: point,
  outcome: point,
  move: point,
  flag: (one) =>
    s("rect", {
      x: one.x1.toFixed(1),
      y: one.top + 36,
      width: Math.max(one.x2 - one.x1, 2).toFixed(1),
      height: 3,
      class: "f-blocked",
    }),
  commit: (one) =>
    s("path", { d: `M${one.x1.toFixed(1)} ${one.top + 15}v12`, class: "s-ink2 w15" }),
  merge_request: (one) => box(one, one.top + 17, { class: "s-ink2 w125 f-bg" }, 5),
  build: (one) =>
    failed(one)
      ? s("path", {
          d: `M${(one.x1 - 3.5).toFixed(1)} ${one.top + 32}l7 7m0-7l-7 7`,
          class: "s-blocked w175",
        })
      : s("rect", {
          x: (one.x1 - 4).toFixed(1),
          y: one.top + 17,
          width: 8,
          height: 8,
          rx: 1,
          class: "f-ink2",
        }),
  deployment: (one) =>
    s("path", {
      d: `M${one.x1.toFixed(1)} ${one.top + 14}l6 10h-12z`,
      class: failed(one) ? "s-blocked w15" : one.production ? "f-done" : "s-ink2 w15",
    }),
  change: (one) => box(one, one.top + 17, { class: "s-ink2 w125 f-bg" }, 8),
  incident: (one) => box(one, one.top + 34, { fill: "url(#h-blk)" }, 8),
  live: (one) => box(one, one.top + 17, { class: "f-done" }, 4),
};
SHAPES.created = SHAPES.move;

const LOW = new Set(["flag", "incident"]);
const HALF = {
  move: 4,
  created: 4,
  build: 5,
  deployment: 7,
  commit: 2,
  merge_request: 5,
  change: 8,
  incident: 8,
};

function rows(top) {
  return { high: top + 11, mid: top + 26, low: top + 42 };
}

/** Where a label of a mark may stand, best first. */
function besides(one, row, half) {
  const after = { x: one.x2 + half + 5, anchor: "start" };
  const before = { x: one.x1 - half - 5, anchor: "end" };
  return { after: (y) => ({ ...after, y: row[y] }), before: (y) => ({ ...before, y: row[y] }) };
}

/** Groups of marks closer than `CLUSTER` pixels. */
function clusters(events) {
  const groups = [];
  for (const one of events) {
    if (groups.length && one.x1 - groups.at(-1).at(-1).x1 < CLUSTER) groups.at(-1).push(one);
    else groups.push([one]);
  }
  return groups;
}

function moveLabels(moves, row, labels) {
  const texts = [];
  let silent = [];
  const tell = () => {
    if (silent.length > 1) {
      const seconds = (ms(silent.at(-1).at) - ms(silent[0].at)) / 1000;
      const long = duration(seconds, WHOLE);
      const text = `${silent.length} moves${seconds < 60 ? "" : ` in ${long}`}`;
      const x = (silent[0].x1 + silent.at(-1).x1) / 2;
      texts.push(
        labels.place(text, [
          { x, y: row.low, anchor: "middle" },
          { x: silent.at(-1).x1 + 4, y: row.low, anchor: "end" },
        ]),
      );
    }
    silent = [];
  };
  for (const one of moves) {
    const text = labels.place(one.label, [besides(one, row, 4).after("mid")]);
    if (text) tell();
    if (text) texts.push(text);
    else silent.push(one);
  }
  tell();
  return texts;
}

function commitLabels(commits, row, labels) {
  return clusters(commits).map((group) => {
    const at = [{ x: group[0].x1, y: row.high }];
    return (
      labels.place(group.length === 1 ? "1 commit" : `${count(group.length)} commits`, at) ??
      labels.place(count(group.length), at)
    );
  });
}

function buildLabels(builds, row, labels) {
  if (!builds.length) return [];
  const bad = builds.filter(failed).length;
  const text = `${count(builds.length)} ${builds.length === 1 ? "build" : "builds"}${bad ? `, ${count(bad)} failed` : ""}`;
  return [
    labels.place(text, [
      { x: builds[0].x1 - 4, y: row.high },
      { x: builds[0].x1 + 4, y: row.high, anchor: "end" },
    ]),
  ];
}

const full = (one) =>
  one.detail && !one.label.includes(one.detail) ? `${one.label}: ${one.detail}` : one.label;

function singleLabel(one, row, labels) {
  const at = besides(one, row, HALF[one.kind] ?? 2);
  const spec = {
    merge_request: [[at.after("mid"), at.after("low"), at.before("low")], "ink2 halo"],
    change: [[at.before("mid"), at.after("mid"), at.before("low"), at.after("low")], "ink2 halo"],
    incident: [[at.before("low"), at.after("low")], "x-blocked halo"],
    deployment: [
      [at.before("low"), at.after("mid"), at.after("low"), at.before("high")],
      failed(one) ? "x-blocked halo" : one.production ? "x-done halo" : "ink2 halo",
    ],
    flag: [[at.after("low"), at.before("low")], "x-blocked halo"],
    live: [
      [at.before("mid"), { x: one.x1, y: row.low }, { x: one.x2, y: row.low, anchor: "end" }],
      "x-done halo",
    ],
  }[one.kind];
  if (!spec) return null;
  const [places, style] = spec;
  const text =
    one.kind === "flag"
      ? one.label
      : one.kind === "live" && one.detail
        ? `live: ${one.detail}`
        : full(one);
  return labels.place(text, places, { style }) ?? labels.place(one.label, places, { style });
}

/** {marks, texts, events}: what to draw, and the events with their places, for links. */
export function drawLane(lane, { top, x, end, labels }) {
  const row = rows(top);
  const events = placed(lane, top, x, end);
  const of = (...kinds) => events.filter(({ kind }) => kinds.includes(kind));
  for (const one of events) {
    const half = HALF[one.kind] ?? 2;
    const low = LOW.has(one.kind) || (one.kind === "build" && failed(one));
    labels.take(low ? row.low : row.mid, one.x1 - half, one.x2 + half);
  }
  const singles = of("deployment", "incident", "change", "merge_request", "live", "flag").map(
    (one) => singleLabel(one, row, labels),
  );
  const texts = [
    ...singles,
    ...moveLabels(of("created", "move"), row, labels),
    ...commitLabels(of("commit"), row, labels),
    ...buildLabels(of("build"), row, labels),
  ];
  const marks = events
    .filter(({ kind }) => SHAPES[kind])
    .map((one) => mark(one, SHAPES[one.kind](one)));
  return { marks, texts: texts.filter(Boolean), events };
}
