// Goals: what is expected of a stream, whether that was kept, what will miss it, and its objectives.

import { address } from "./api.js";
import { h, link } from "./dom.js";
import {
  count,
  duration,
  fraction,
  percent,
  percentRange,
  period,
  reasonWords,
  seconds,
  withheld,
} from "./format.js";
import { choice } from "./frame.js";
import { expected, keptSection } from "./goals_kept.js";
import { objectivesFigure, objectivesSection } from "./goals_objectives.js";
import { figures, grade, head, section, trusted, unreadFigures, valueOf } from "./parts.js";
import { shifted } from "./period.js";
import { oldest, scope, scopeChoices, streamBase } from "./scope.js";
import { noStreams } from "./unready.js";

const TITLE = "Goals";
const LEVELS = ["50", "70", "85", "95"];
const MOST_D = 3650;

const bold = (text) => h("b", null, text);
/** Every time of the page as exact as the grade of its answer allows. */
const days = (value, { grade: letter }) => duration(seconds(value, "d"), letter);
const levelOf = (query) => (LEVELS.includes(query.get("percent")) ? query.get("percent") : "85");

/** The days that somebody asks for; null: what history gives. */
function ownOf(query) {
  const asked = Number(query.get("days"));
  return asked > 0 && asked <= MOST_D ? String(asked) : null;
}

function keptWords(sle) {
  const share = valueOf(sle, "adherence");
  const meant = expected(sle);
  if (meant === null) return ["Nothing is expected yet: the time before this period gave nothing."];
  const whose = sle.within_d ? "asked for" : "expected, as the time before had shown";
  const told = [`${sle.percent}\u00a0% of the work within `, bold(days(meant, sle)), ` was ${whose}`];
  if (share === null || !trusted(sle)) return [...told, "; whether that was kept cannot be said."];
  return [...told, "; ", bold(percent(share, sle.grade)), " kept that."];
}

function missWords({ ageing }) {
  const late = valueOf(ageing, "likely_late");
  if (late === null || !trusted(ageing) || !ageing.total) return [];
  return [" ", bold(`${count(late)} of ${count(ageing.total)}`), " in flight will probably miss it."];
}

function nextWords({ sle }) {
  const next = valueOf(sle, `p${sle.percent}`);
  if (next === null || sle.within_d || !trusted(sle)) return [];
  return [" From now on ", bold(days(next, sle)), " can be expected."];
}

/** What will miss it is held against what can be expected from now on: that comes first. */
const answer = (data) => [...keptWords(data.sle), ...nextWords(data), ...missWords(data)];

function facts({ sle }) {
  const why = (sle.reasons ?? [])[0];
  return [
    period(...sle.window),
    "since commitment, elapsed days",
    `n ${count(sle.n)}`,
    h("span", { class: "nw" }, grade(sle.grade, sle.reasons), why ? reasonWords(why) : null),
    link(sle.explain, { class: "lnk" }, "The deliveries behind it"),
  ];
}

function expectation({ sle }) {
  const key = `p${sle.percent}`;
  const value = valueOf(sle, key);
  const range = sle.interval?.[key];
  const edges = range?.every((one) => one !== null) ? `${days(range[0], sle)} to ${days(range[1], sle)}` : "";
  return {
    title: "Can be expected",
    value: value === null ? null : days(value, sle),
    small: `for ${sle.percent}\u00a0%`,
    soft: !trusted(sle),
    none: "withheld",
    href: sle.explain,
    notes: [value === null ? withheld(sle.reasons, key) : edges],
  };
}

function keptFigure({ sle }) {
  const share = valueOf(sle, "adherence");
  const range = sle.interval?.adherence;
  return {
    title: expected(sle) === null ? "Kept" : `Done within ${days(expected(sle), sle)}`,
    value: share === null ? null : percent(share, sle.grade),
    soft: !trusted(sle),
    none: "withheld",
    href: sle.explain,
    notes: [
      share === null
        ? withheld(sle.reasons, "adherence")
        : `${fraction(valueOf(sle, "kept"), valueOf(sle, "done"))}${range ? ` \u00b7 ${percentRange(...range)}` : ""}`,
    ],
  };
}

function missing({ ageing, sle }, href) {
  const late = valueOf(ageing, "likely_late");
  const limit = valueOf(ageing, "sle_d");
  return {
    title: limit === null ? "Likely to miss it" : `Likely to miss ${days(limit, sle)}`,
    value: late === null ? null : count(late),
    small: `of ${count(ageing.total)} in flight`,
    none: "withheld",
    href,
    notes: [
      late === null
        ? withheld(ageing.reasons, "likely_late")
        : `${count(valueOf(ageing, "late") ?? 0)} are over already`,
    ],
  };
}

/** A number of days of one's own, held against what was done. */
function ownSection({ query, change }) {
  const input = h("input", {
    type: "number",
    min: 1,
    max: MOST_D,
    step: 1,
    value: ownOf(query) ?? "",
    "aria-label": "Days of your own",
    onchange: () => change({ days: ownOf(new URLSearchParams({ days: input.value })) }),
  });
  const back = ownOf(query)
    ? h(
        "button",
        { class: "lnk", type: "button", onclick: () => change({ days: null }) },
        "As history gives it",
      )
    : null;
  return [
    section("A goal of your own", "what was done and what is in flight, held against it", null, "own"),
    h(
      "p",
      { class: "own" },
      `${levelOf(query)}\u00a0% of the work within `,
      input,
      " days ",
      back,
    ),
  ];
}

const FIGURES = ["Can be expected", "Kept", "Likely to miss it", "Objectives"];
const blank = () => [head(TITLE, []), unreadFigures(FIGURES)];

function draw(data, page) {
  if (!data) return blank();
  const { query } = page;
  const { streams, sle } = data;
  if (!streams.items.length) return noStreams(TITLE, "expect", streams.awaited);
  if (!sle) return [...blank(), page.settle({ stream: streams.items[0].name })];
  const same = { stream: query.get("stream"), window: query.get("window"), to: query.get("to") };
  const flow = address("/flow", same);
  return [
    head(TITLE, answer(data), facts(data)),
    figures(
      expectation(data),
      keptFigure(data),
      missing(data, address("/ageing", same)),
      objectivesFigure(data),
    ),
    ...keptSection(sle, `${flow}#promise`),
    ...ownSection(page),
    ...objectivesSection(data, `${flow}#promise`),
  ];
}

function reads(query, now) {
  const base = streamBase(query);
  const streams = { streams: "/v1/streams" };
  if (!base) return streams;
  const params = scope(query, now);
  const { type: _, team: __, ...window } = params;
  const goal = { percent: levelOf(query), within_d: ownOf(query) };
  return {
    ...streams,
    sle: address(`${base}/sle`, { ...params, ...goal }),
    ageing: address(`${base}/ageing`, { ...params, ...goal, limit: 1 }),
    plan: address(`${base}/predictability`, window),
    told: address(`${base}/predictability/explain`, window),
  };
}

function filters(data, page) {
  const [stream, ...others] = scopeChoices(data?.streams, page, { days: null });
  const { query, change } = page;
  const levels = LEVELS.map((level) => [level, `For ${level}\u00a0%`]);
  const unset = (value) => (value === "85" ? null : value);
  return [
    stream,
    choice("How sure", levels, levelOf(query), (value) => change({ percent: unset(value) })),
    ...others,
  ];
}

export const goals = {
  keeps: (before, after) => before.get("stream") === after.get("stream"),
  title: () => TITLE,
  reads,
  draw,
  filters,
  dataTo: ({ sle }) => (sle ? oldest(sle.watermarks) : undefined),
  shift: (direction, { query, change }) => change(shifted(query, direction, new Date())),
};
