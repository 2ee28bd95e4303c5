// Bottlenecks: where work waits, what that costs, and what to do next; the items are those of Ageing.

import { address } from "./api.js";
import { answer, constraint, headFigures, stepOf } from "./bottleneck_head.js";
import { pilesSection } from "./bottleneck_piles.js";
import { waysSection } from "./bottleneck_ways.js";
import { h, link } from "./dom.js";
import { period, reasonWords } from "./format.js";
import { choice } from "./frame.js";
import { findings } from "./map_findings.js";
import { empty, grade, head, section, unreadFigures } from "./parts.js";
import { asked, ended, periodChoice, shifted } from "./period.js";
import { scope, TYPES } from "./scope.js";
import { noStreams, STAGES } from "./unready.js";

const TITLE = "Bottlenecks";

/** The items of Ageing with the choices of this page, and more. */
const itemsAt = (query, choices = {}) =>
  address("/ageing", { ...Object.fromEntries(query), ...choices });

function facts({ ageing }) {
  const why = (ageing.reasons ?? [])[0];
  return [
    period(...ageing.window),
    "elapsed days",
    h("span", { class: "nw" }, grade(ageing.grade, ageing.reasons), why ? reasonWords(why) : null),
    link(ageing.explain, { class: "lnk" }, "The items behind it"),
  ];
}

const FIGURES = ["Waiting now", "It costs", "Likely to miss it", "Blocked"];
const blank = () => [head(TITLE, []), unreadFigures(FIGURES), h("div", { class: "piles blank" })];

/** What to try on the queue that holds up most, in the lab. */
function tryIt(stages, query) {
  const worst = constraint(stages.items);
  if (!worst) return null;
  const step = stepOf(stages.items, worst.name);
  const lab = (lever, value) =>
    address("/lab", {
      stream: query.get("stream"),
      step: step.name,
      [`${step.name}.${lever}`]: value,
    });
  const ways = [
    step.state === "active" ? ["one more person at ", "people", "+1"] : null,
    ["half the other waiting at ", "wait", "-50 %"],
    ["a limit of five on work at ", "limit", "5"],
  ].filter(Boolean);
  return h(
    "p",
    { class: "more" },
    "Try in the lab: ",
    ...ways.flatMap(([words, lever, value], at) => [
      at ? " \u00b7 " : "",
      link(lab(lever, value), { class: "lnk" }, `${words}${step.name}`),
    ]),
  );
}

function noStages() {
  return empty(
    "This stream has no stages",
    "To tell where work waits, Headwater needs to know which statuses are work and which are a queue. Add the stages to the stream in headwater.toml and start Headwater again.",
    STAGES,
  );
}

function draw(data, context) {
  if (!data) return blank();
  const { query } = context;
  const { streams, stages } = data;
  if (!streams.items.length) return noStreams(TITLE, "look at", streams.awaited);
  if (!stages) return [...blank(), context.settle({ stream: streams.items[0].name })];
  const begin = [head(TITLE, answer(data, ended(query)), facts(data)), headFigures(data, itemsAt(query))];
  if (!stages.items.some(({ state }) => state === "waiting" || state === "active"))
    return [...begin, section("Where work piles up"), noStages()];
  const lab = address(
    `/v1/streams/${encodeURIComponent(query.get("stream"))}/lab`,
    asked(query, new Date()),
  );
  return [
    ...begin,
    ...pilesSection(data, {
      lab,
      href: (name) => `${itemsAt(query, { stage: name })}#items`,
    }),
    tryIt(stages, query),
    waysSection(data),
    ...findings(data.found),
  ];
}

function reads(query, now) {
  const stream = query.get("stream");
  const streams = { streams: "/v1/streams" };
  if (!stream) return streams;
  const base = `/v1/streams/${encodeURIComponent(stream)}`;
  const params = scope(query, now);
  return {
    ...streams,
    stages: address(`${base}/stages`, params),
    cfd: address(`${base}/cfd`, params),
    ageing: address(`${base}/ageing`, { ...params, limit: 1 }),
    blocked: address(`${base}/blocked`, params),
    handoffs: address(`${base}/handoffs`, params),
    rework: address(`${base}/rework`, params),
    found: address(`${base}/findings`, params),
  };
}

const teamsOf = ({ items }) => [...new Set(items.map(({ team }) => team).filter(Boolean))];

function filters(data, page) {
  const { query, change } = page;
  const streams = (data?.streams?.items ?? []).map(({ name, title }) => [name, title]);
  const teams = teamsOf(data?.stages ?? { items: [] });
  return [
    choice(
      "Stream",
      streams,
      query.get("stream") ?? "",
      (value) => change({ stream: value, team: null }),
      true,
    ),
    periodChoice(page),
    choice("Type of work", TYPES, query.get("type") ?? "", (value) => change({ type: value })),
    teams.length
      ? choice(
          "Team",
          [["", "All teams"], ...teams.map((team) => [team, team])],
          query.get("team") ?? "",
          (value) => change({ team: value }),
        )
      : null,
  ].filter(Boolean);
}

function oldest({ watermarks }) {
  const times = Object.values(watermarks ?? {});
  return times.some((one) => one === null) ? null : times.sort()[0];
}

export const bottlenecks = {
  keeps: (before, after) => before.get("stream") === after.get("stream"),
  title: () => TITLE,
  reads,
  draw,
  filters,
  dataTo: ({ ageing }) => (ageing ? oldest(ageing) : undefined),
  shift: (direction, { query, change }) => change(shifted(query, direction, new Date())),
};
