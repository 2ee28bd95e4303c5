// Map: the way of the work as it really went. One sentence, the drawing, the same as tables, and one step opened.

import { address } from "./api.js";
import { h, link } from "./dom.js";
import {
  counted,
  duration,
  durationWords,
  percent,
  period,
  reasonWords,
  seconds,
} from "./format.js";
import { choice } from "./frame.js";
import { figure, layout } from "./map_figure.js";
import { findings } from "./map_findings.js";
import { openedStep } from "./map_step.js";
import { tables } from "./map_tables.js";
import { completeness, pathsChoice, shareOf } from "./map_ways.js";
import { empty, grade, head, trusted } from "./parts.js";
import { asked, periodChoice, shifted } from "./period.js";
import { TYPES } from "./scope.js";
import { noStreams, STAGES } from "./unready.js";

const TITLE = "Value stream map";

const bold = (text) => h("b", null, text);
const about = (days, map) => duration(seconds(days, "d"), trusted(map) ? "B" : "C");

/** The measured step with the longest wait of what is committed to, else of all; null where nothing waits. */
function constraint({ steps }) {
  const waits = steps.filter(({ estimated, ladder }) => !estimated && ladder.waiting_d > 0);
  const begun = waits.filter(({ phase }) => phase !== "upstream");
  const all = begun.length ? begun : waits;
  return all.length
    ? all.reduce((a, b) => (b.ladder.waiting_d > a.ladder.waiting_d ? b : a))
    : null;
}

const isQueue = ({ queues, stages }) => queues.length > 0 && queues.length === stages.length;

/** Where the wait is longest, and what lies before the commitment. */
function where(map) {
  const worst = constraint(map);
  const early = map.ladder.phases.upstream_d;
  const parts =
    early > map.ladder.total_d / 10
      ? [`, ${about(early, map)} of it before anybody commits to the idea`]
      : [];
  if (!worst) return [...parts, "."];
  const after = parts.length && worst.phase !== "upstream" ? " after that" : "";
  return [
    ...parts,
    `. The longest wait${after} is ${isQueue(worst) ? "in" : "before"} `,
    bold(worst.name),
    `, ${about(worst.ladder.waiting_d, map)} for each.`,
  ];
}

function answer(map) {
  const { ladder, boundaries, n } = map;
  if (!n) return [`There is no way to draw: ${ladder.reason}.`];
  const to = boundaries.done.text;
  const whole = bold(
    trusted(map) ? durationWords(seconds(ladder.total_d, "d")) : about(ladder.total_d, map),
  );
  const waits = bold(
    trusted(map)
      ? `${about(ladder.waiting_d, map)} of them waiting`
      : `${percent(ladder.waiting_d / ladder.total_d, "C")} of it waiting`,
  );
  const begin = trusted(map)
    ? ["Ideas take ", whole, ` on average until they are ${to}: `]
    : [
        `The ${counted(n, "delivery", "deliveries")} of this period took `,
        whole,
        ` until they were ${to}: `,
      ];
  return [...begin, waits, ...where(map)];
}

function within(map, key, words) {
  const value = map.value[key] ?? null;
  if (value !== null) return `${words} ${about(value, map)}`;
  const seen = map.observed[key];
  return seen === undefined ? null : `${words} ${about(seen, map)}, as observed`;
}

function facts(map) {
  const why = (map.reasons ?? [])[0];
  return [
    period(...map.window),
    `n ${counted(map.n, "delivery", "deliveries")}`,
    "elapsed days",
    within(map, "p50", "half within"),
    within(map, "p85", "85 % within"),
    h("span", { class: "nw" }, grade(map.grade, map.reasons), why ? reasonWords(why) : null),
    link(map.explain, { class: "lnk" }, "The deliveries behind it"),
  ];
}

function nothingToDraw(map) {
  const staged = map.steps.some(({ kind }) => kind === "stage");
  if (!staged)
    return empty(
      "This stream has no stages",
      "A map needs to know which statuses are work and which are a queue. Add the stages to the stream in headwater.toml and start Headwater again.",
      STAGES,
    );
  return empty(
    "Nothing was delivered in this period",
    "The map is drawn from deliveries. Choose a longer period, or another type of work, above.",
  );
}

function blank() {
  return [head(TITLE, []), h("div", { class: "vsm", style: null })];
}

function draw(data, context) {
  if (!data) return blank();
  const { streams, map, drawing, step, found } = data;
  if (!streams.items.length) return noStreams(TITLE, "draw", streams.awaited);
  if (!map) return [...blank(), context.settle({ stream: streams.items[0].name })];
  const begin = [head(TITLE, answer(map), facts(map))];
  if (!map.n) return [...begin, nothingToDraw(map)];
  return [
    ...begin,
    h("div", { class: "maptools" }, pathsChoice(map, context)),
    figure(map, drawing, context),
    ...(step ? openedStep(map, step, context) : []),
    ...(found ? findings(found) : []),
    ...tables(map),
    completeness(map),
  ];
}

/** What is asked of every answer of the page. */
const scope = (query, now) => ({ ...asked(query, now), type: query.get("type") });

function reads(query, now) {
  const stream = query.get("stream");
  if (!stream) return { streams: "/v1/streams" };
  const base = `/v1/streams/${encodeURIComponent(stream)}`;
  const params = scope(query, now);
  const opened = query.get("step");
  const drawn = {
    ...params,
    paths: shareOf(query),
    theme: "page",
    headed: "false",
    layout: layout(),
  };
  return {
    streams: "/v1/streams",
    map: address(`${base}/map`, { ...params, paths: shareOf(query) }),
    drawing: address(`${base}/map.svg`, drawn),
    found: address(`${base}/findings`, params),
    ...(opened ? { step: address(`${base}/map/steps/${encodeURIComponent(opened)}`, params) } : {}),
  };
}

function filters(data, page) {
  const { query, change } = page;
  const streams = (data?.streams?.items ?? []).map(({ name, title }) => [name, title]);
  return [
    choice(
      "Stream",
      streams,
      query.get("stream") ?? "",
      (value) => change({ stream: value, step: null }),
      true,
    ),
    periodChoice(page),
    choice("Type of work", TYPES, query.get("type") ?? "", (value) => change({ type: value })),
  ];
}

function oldest(map) {
  const times = Object.values(map?.watermarks ?? {});
  return times.some((one) => one === null) ? null : times.sort()[0];
}

export const map = {
  keeps: (before, after) => before.get("stream") === after.get("stream"),
  title: (data) => (data?.map ? `${data.map.title}, ${TITLE.toLowerCase()}` : TITLE),
  reads,
  draw,
  filters,
  dataTo: ({ map: told }) => (told ? oldest(told) : undefined),
  shift: (direction, { query, change }) => change(shifted(query, direction, new Date())),
};
