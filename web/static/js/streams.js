// The streams of the Overview: table, bar of average days, 13 weeks, and the same numbers as tables.

import { h, labelWidth, link, responsive, s } from "./dom.js";
import {
  atMost,
  count,
  date,
  days,
  duration,
  money,
  moneyRange,
  percent,
  rate,
  reasonWords,
  seconds,
} from "./format.js";
import { asTable, grade, missing, section, table, trusted, value, valueOf } from "./parts.js";
import { signal, spark, trend } from "./spark.js";

const itemsOf = (stream) => `/journey?stream=${encodeURIComponent(stream.name)}`;
const cost = (stream) => valueOf(stream.delay_cost, "per_week_cents");
const sumOf = (stream, key) => stream.stages.reduce((sum, stage) => sum + (stage[key] ?? 0), 0);
const whole = (stream) => sumOf(stream, "waiting_d") + sumOf(stream, "active_d");

/** Costliest first; those without a cost keep their order behind them. */
export const byCost = (streams) => [...streams].sort((a, b) => (cost(b) ?? -1) - (cost(a) ?? -1));

function worst(stream) {
  return stream.stages.reduce((a, b) => ((b.waiting_d ?? 0) > (a?.waiting_d ?? 0) ? b : a), null);
}

/** The longest wait after the idea was taken up. */
const worstStep = (stream) =>
  worst({ stages: stream.stages.filter(({ state, waiting_d: wait }) => state !== "new" && wait) });

function finding(stream) {
  const longest = worst(stream);
  const first = `${stream.title}: ${days(stream.total_d ?? whole(stream))} on average from idea to release, ${days(sumOf(stream, "waiting_d"))} of them waiting`;
  return longest ? `${first}, longest at ${longest.name}, ${days(longest.waiting_d)}` : first;
}

/** One bar; `scale` is the days of the longest stream, so all bars can be compared. */
function bar(stream, width, scale) {
  const total = days(stream.total_d ?? whole(stream));
  const px = (width - labelWidth(total) - 12) / Math.max(scale, 0.1);
  const longest = worst(stream);
  const step = longest?.state === "new" ? worstStep(stream) : null;
  const marks = [];
  let x = 0;
  for (const stage of stream.stages) {
    for (const [state, amount] of [
      ["waiting", stage.waiting_d],
      ["active", stage.active_d],
    ]) {
      if (!amount) continue;
      const wide = Math.max(amount * px - 0.8, 1.2);
      marks.push(
        s(
          "rect",
          { x: x.toFixed(1), y: 0, width: wide.toFixed(1), height: 12, class: `f-${state}` },
          s("title", null, `${stage.name}, ${state} ${duration(seconds(amount, "d"))}`),
        ),
      );
      if (stage === longest && state === "waiting") marks.push(longestLabel(stage, x, width));
      if (stage === step && state === "waiting") {
        const label = stepLabel(stage, x, width, longest);
        if (label) marks.push(label);
      }
      x += amount * px;
    }
  }
  marks.push(s("text", { x: (x + 5).toFixed(1), y: 10, class: "t11 ink2" }, total));
  return s(
    "svg",
    {
      class: "ch",
      width,
      height: 30,
      viewBox: `0 0 ${width} 30`,
      role: "img",
      "aria-label": finding(stream),
    },
    ...marks,
  );
}

function longestLabel(stage, x, width) {
  const text = `${stage.name} ${days(stage.waiting_d)}`;
  const left = Math.max(0, Math.min(x, width - labelWidth(text, 500)));
  return s("text", { x: left.toFixed(1), y: 25, class: "t11 m x-waiting" }, text);
}

/** Beside the label of the ideas at the left; null where both do not fit. */
function stepLabel(stage, x, width, ideas) {
  const taken = labelWidth(`${ideas.name} ${days(ideas.waiting_d)}`, 500) + 12;
  const left = Math.min(x, width - labelWidth(`${stage.name} ${days(stage.waiting_d)}`, 500));
  return left < taken ? null : longestLabel(stage, x, width);
}

function percentile(stream, key, label) {
  const envelope = stream.idea_to_release;
  const amount = valueOf(envelope, key);
  const shown =
    amount === null
      ? missing(envelope, key)
      : value(envelope, duration(seconds(amount, envelope.unit), envelope.grade));
  return h("td", { class: "num" }, shown, h("span", { class: "sub phone" }, label));
}

function plain(envelope, key, write) {
  const amount = valueOf(envelope, key);
  return h(
    "td",
    { class: "num p2" },
    amount === null
      ? missing(envelope, key)
      : h("a", { class: "val", href: envelope.explain }, write(amount)),
  );
}

function weeks(stream) {
  if (!stream.weeks?.length) return h("td", { class: "wide weeks" });
  const shift = trusted(stream) ? signal(stream.weeks, stream.limits) : null;
  return h(
    "td",
    { class: "wide weeks" },
    spark(stream.weeks, stream.limits, { shift, unit: stream.idea_to_release.unit }),
    shift ? h("span", { class: "sub nw" }, trend(shift)) : null,
  );
}

function costCell(stream) {
  const envelope = stream.delay_cost;
  const range = envelope?.interval?.per_week_cents ?? null;
  if (cost(stream) === null)
    return h("td", { class: "num cost" }, missing(envelope, "per_week_cents"));
  const { currency } = envelope.value;
  return h(
    "td",
    { class: "num cost" },
    value(envelope, money(cost(stream), currency, { interval: range, grade: envelope.grade })),
    range
      ? h("span", { class: "sub" }, moneyRange(range, currency))
      : h("span", { class: "sub phone" }, "delay cost a week"),
  );
}

const isEmpty = (stream) =>
  !stream.idea_to_release?.n && !valueOf(stream.load, "now") && !whole(stream);

function emptyRow(stream, name) {
  const why =
    (stream.reasons?.[0] && reasonWords(stream.reasons[0])) ??
    "no item of this stream was in flight or went live in this period";
  return h(
    "tr",
    null,
    name,
    h(
      "td",
      { colspan: 3, class: "empty-stream" },
      "no data: ",
      why,
      h(
        "span",
        { class: "sub" },
        "its projects and types stand under ",
        h("code", null, `[[streams]] name = "${stream.name}"`),
        "; ",
        link("/connectors", { class: "lnk" }, "see what its sources gave"),
      ),
    ),
    h("td", { class: "wide weeks" }),
    ...[1, 2, 3].map(() => h("td", { class: "p2" })),
    h("td", { class: "cost" }),
    h("td", { class: "gr" }, grade(stream.grade, stream.reasons)),
  );
}

function row(stream, scale) {
  const name = h(
    "td",
    null,
    h("a", { href: itemsOf(stream), class: "st" }, stream.title),
    h("span", { class: "sub" }, (stream.teams ?? []).join(", ")),
  );
  if (isEmpty(stream)) return emptyRow(stream, name);
  const place = h("a", { href: itemsOf(stream), class: "ch" });
  return h(
    "tr",
    null,
    name,
    percentile(stream, "p50", "half within"),
    percentile(stream, "p85", `85\u00a0% within`),
    h(
      "td",
      { class: "strip" },
      whole(stream) ? responsive(place, (width) => bar(stream, width, scale)) : null,
    ),
    weeks(stream),
    plain(stream.efficiency, "ratio", (amount) => atMost(percent(amount, stream.efficiency.grade))),
    plain(stream.load, "now", count),
    plain(stream.velocity, "per_week", (amount) => rate(amount, stream.velocity.grade)),
    costCell(stream),
    h("td", { class: "gr" }, grade(stream.grade, stream.reasons)),
  );
}

const HEADS = (note) => [
  ["Stream"],
  ["Half within", "num"],
  ["85\u00a0% within", "num"],
  [note, "strip"],
  ["13 weeks", "wide weeks"],
  ["Efficiency", "num p2"],
  ["Load", "num p2"],
  ["Per week", "num p2"],
  ["Delay cost a week", "num"],
  [h("span", { class: "sr" }, "Grade")],
];

function stagesTable(streams) {
  const rows = streams.flatMap((stream) =>
    stream.stages.map((stage) =>
      h(
        "tr",
        null,
        ...[stream.title, stage.name, stage.team ?? ""].map((text) => h("td", null, text)),
        ...[stage.waiting_d, stage.active_d].map((amount) =>
          h("td", { class: "num" }, amount ? duration(seconds(amount, "d")) : ""),
        ),
      ),
    ),
  );
  return table(
    "Average days by step",
    [["Stream"], ["Step"], ["Team"], ["Waiting", "num"], ["Active", "num"]],
    rows,
  );
}

function weeksTable(streams) {
  const starts = [
    ...new Set(streams.flatMap((stream) => (stream.weeks ?? []).map(({ start }) => start))),
  ].sort();
  const cell = (stream, start) => {
    const week = (stream.weeks ?? []).find((one) => one.start === start);
    if (!week) return "";
    if (week.n === null) return "not read yet";
    const text =
      week.p50 === null || week.p50 === undefined
        ? "too few"
        : duration(seconds(week.p50, stream.idea_to_release.unit));
    return `${text}, n ${count(week.n)}${week.complete ? "" : ", running"}`;
  };
  const rows = starts.map((start) =>
    h(
      "tr",
      null,
      h("td", null, date(start)),
      ...streams.map((stream) => h("td", { class: "num" }, cell(stream, start))),
    ),
  );
  return table(
    "Half within, by week",
    [["Week of"], ...streams.map(({ title }) => [title, "num"])],
    rows,
  );
}

/** Section with the table; null streams draw headings only, at their place. `more`: the way to the others. */
export function streamsSection(streams, more = null) {
  const ordered = byCost(streams ?? []);
  const scale = Math.max(0, ...ordered.map(whole));
  const note = h(
    "span",
    null,
    "Average days, idea to release: ",
    h("span", { class: "w-waiting" }, "waiting"),
    " and ",
    h("span", { class: "w-active" }, "active"),
  );
  const told = ordered.filter((stream) => !isEmpty(stream));
  return [
    section("Streams", "ordered by delay cost, each compared only with its own past", more),
    table(
      "Streams",
      HEADS(note),
      ordered.map((stream) => row(stream, scale)),
      { style: ordered.some(({ title }) => title.length > 24) ? "streams long" : "streams" },
    ),
    told.length ? asTable("Days by step, as a table", stagesTable(told)) : null,
    told.some((stream) => stream.weeks?.length)
      ? asTable("13 weeks, as a table", weeksTable(told))
      : null,
  ];
}
