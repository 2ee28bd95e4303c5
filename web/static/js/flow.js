// Flow: how long work took, what can be promised, what came and went, and whether a swing was noise.

import { address } from "./api.js";
import { behaviourSection, measured } from "./flow_behaviour.js";
import { areasSection } from "./flow_areas.js";
import { discardsSection } from "./flow_discards.js";
import { answer, facts, headFigures } from "./flow_head.js";
import { lawSection } from "./flow_law.js";
import { mixSection } from "./flow_mix.js";
import { promiseSection } from "./flow_promise.js";
import { scatterSection } from "./flow_scatter.js";
import { rhythm, weeksSection } from "./flow_weeks.js";
import { h } from "./dom.js";
import { head, unreadFigures } from "./parts.js";
import { shifted } from "./period.js";
import { oldest, scope, scopeChoices, streamBase } from "./scope.js";
import { noStreams } from "./unready.js";

const TITLE = "Flow";

const FIGURES = ["Flow time, half within", "Done", "In less out", "Expectation kept"];
const blank = () => [head(TITLE, []), unreadFigures(FIGURES), h("div", { class: "scatter blank" })];

/** This page with other choices, at a section of it; null leaves one out. */
const hereOf = (query) => (choices, at) =>
  `${address("/flow", { ...Object.fromEntries(query), ...choices })}${at ? `#${at}` : ""}`;

function draw(data, context) {
  if (!data) return blank();
  const { query } = context;
  const { streams, time } = data;
  if (!streams.items.length) return noStreams(TITLE, "look at", streams.awaited);
  if (!time) return [...blank(), context.settle({ stream: streams.items[0].name })];
  const page = {
    query,
    here: hereOf(query),
    base: streamBase(query),
    params: scope(query, new Date()),
  };
  return [
    head(TITLE, answer(data), facts(data)),
    headFigures(data),
    ...scatterSection(data),
    ...promiseSection(data),
    ...areasSection(data, page),
    ...weeksSection(data, page),
    ...behaviourSection(data, page),
    h("div", { class: "ways2" }, mixSection(data), lawSection(data)),
    ...discardsSection(data),
  ];
}

function reads(query, now) {
  const base = streamBase(query);
  const streams = { streams: "/v1/streams" };
  if (!base) return streams;
  const params = scope(query, now);
  const of = (path, more = {}) => address(`${base}/${path}`, { ...params, ...more });
  const { type: _, team: __, ...window } = params;
  return {
    ...streams,
    time: of("metrics/flow_time"),
    done: of("metrics/flow_time/explain"),
    sle: of("sle"),
    plan: address(`${base}/predictability`, window),
    cfd: of("cfd", { interval: query.get("window") === "365" ? "week" : null }),
    run: of("run-chart", { interval: rhythm(query) }),
    xmr: of(`metrics/${measured(query)}/xmr`),
    velocity: of("metrics/velocity"),
    mix: of("metrics/distribution"),
    law: of("littles-law"),
    gone: of("discards"),
  };
}

export const flow = {
  keeps: (before, after) => before.get("stream") === after.get("stream"),
  title: () => TITLE,
  reads,
  draw,
  filters: (data, page) => scopeChoices(data?.streams, page),
  dataTo: ({ time }) => (time ? oldest(time.watermarks) : undefined),
  shift: (direction, { query, change }) => change(shifted(query, direction, new Date())),
};
