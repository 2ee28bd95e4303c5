// Ageing: what is too old today, where it stands, what it waits for, and what is blocked by whom.

import { address } from "./api.js";
import { ageingChart } from "./ageing_chart.js";
import { answer, facts, finding, headFigures, promised } from "./ageing_head.js";
import { itemsSection } from "./ageing_items.js";
import { blockedSection } from "./blocked.js";
import { h } from "./dom.js";
import { duration, seconds } from "./format.js";
import { empty, head, section, unreadFigures } from "./parts.js";
import { ended, shifted } from "./period.js";
import { oldest, scope, scopeChoices, streamBase } from "./scope.js";
import { noStreams, STAGES } from "./unready.js";

const TITLE = "Ageing";
const MOST = 500;

const FIGURES = ["Likely to miss it", "Blocked", "Oldest", "Waiting"];
const blank = () => [head(TITLE, []), unreadFigures(FIGURES), h("div", { class: "ages blank" })];

/** This page with other choices; null leaves one out. */
const here = (query, choices) =>
  address("/ageing", {
    ...Object.fromEntries(query),
    show: null,
    stage: null,
    after: null,
    ...choices,
  });

const expectation = (promise) =>
  promise === null ? "the expectation" : `the expectation of ${duration(seconds(promise, "d"))}`;

function viewOf(query, promise) {
  return {
    stage: query.get("stage"),
    show: query.get("show") === "all" ? "all" : "likely",
    after: Math.max(0, Number.parseInt(query.get("after"), 10) || 0),
    of: expectation(promise),
    href: (choices) => here(query, choices),
  };
}

function noStages() {
  return empty(
    "This stream has no stages",
    "How old work usually is at each step is known only where statuses are stages. Add them to the stream in headwater.toml and start Headwater again.",
    STAGES,
  );
}

function chartSection(data, query, promise, blocks) {
  const { ageing } = data;
  const how =
    promise === null
      ? "days since commitment; grey: where the middle of past items left the step; tinted: older than 85 % of them"
      : `days since commitment; grey: where the middle of past items left the step; tinted: older than 85 % of them; dashed: ${expectation(promise)}`;
  const href = (stage) => `${here(query, { stage })}#items`;
  return [
    section("Age by step", how),
    ...(ageing.zones.length
      ? ageingChart(ageing, { blocks, promise, href, name: finding(ageing) })
      : []),
    ageing.zones.every(({ state }) => state === "unknown") ? noStages() : null,
  ];
}

function draw(data, context) {
  if (!data) return blank();
  const { query } = context;
  const { streams, ageing, blocked } = data;
  if (!streams.items.length) return noStreams(TITLE, "look at", streams.awaited);
  if (!ageing) return [...blank(), context.settle({ stream: streams.items[0].name })];
  const promise = promised(ageing);
  const blocks = new Map(blocked.items.map((one) => [one.key, one]));
  const begin = [head(TITLE, answer(data, ended(query)), facts(data)), headFigures(data)];
  if (!ageing.items.length && !ageing.zones.length) return [...begin, noStages()];
  return [
    ...begin,
    ...chartSection(data, query, promise, blocks),
    ...itemsSection(ageing, blocks, viewOf(query, promise)),
    ...blockedSection(data),
  ];
}

function reads(query, now) {
  const base = streamBase(query);
  const streams = { streams: "/v1/streams" };
  if (!base) return streams;
  const params = scope(query, now);
  return {
    ...streams,
    ageing: address(`${base}/ageing`, { ...params, sort: "-age", limit: MOST }),
    blocked: address(`${base}/blocked`, params),
  };
}

export const ageing = {
  keeps: (before, after) => before.get("stream") === after.get("stream"),
  title: () => TITLE,
  reads,
  draw,
  filters: (data, page) =>
    scopeChoices(data?.streams, page, { stage: null, show: null, after: null }),
  dataTo: ({ ageing: told }) => (told ? oldest(told.watermarks) : undefined),
  shift: (direction, { query, change }) => change(shifted(query, direction, new Date())),
};
