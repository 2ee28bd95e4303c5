// Delay cost: what waiting costs, where, for which item, what is not in it, and what to pull next.

import { address } from "./api.js";
import { h } from "./dom.js";
import { choice } from "./frame.js";
import { answer, facts, figuresOf } from "./delay_cost_head.js";
import { burningSection, unvaluedSection } from "./cost_items.js";
import { orderSection } from "./cost_order.js";
import { BYS, bySection, partSection } from "./cost_parts.js";
import { weeksSection } from "./cost_weeks.js";
import { figures, head, unreadFigures } from "./parts.js";
import { asked, shifted } from "./period.js";
import { oldest, scope, scopeChoices, streamBase, streamOf } from "./scope.js";
import { stockSection } from "./stock.js";
import { noValues } from "./value_lines.js";
import { noStreams } from "./unready.js";

const TITLE = "Delay cost";
const FIGURES = ["Waiting costs now", "Waiting cost", "Where", "What is not in it"];
const CLOCKS = [
  ["", "From commitment"],
  ["idea", "From the idea"],
];
const WEEKS = 13;
const DAY_MS = 86_400_000;

const by = (query) => (BYS.some(([name]) => name === query.get("by")) ? query.get("by") : "stage");

/** The thirteen whole weeks before the end of the period, and the running one. */
function weeks(query, now) {
  const { to } = asked(query, now);
  const end = to ? Date.parse(to) : now.getTime();
  return { from: new Date(end - WEEKS * 7 * DAY_MS).toISOString().slice(0, 10), to };
}

function reads(query, now) {
  const base = streamBase(query);
  if (!base) return { streams: "/v1/streams" };
  const params = { ...scope(query, now), clock: query.get("clock") };
  const { clock, ...work } = params;
  const part = query.get("part");
  const week = { ...params, ...weeks(query, now), interval: "week" };
  return {
    streams: "/v1/streams",
    cost: address(`${base}/delay-cost`, { ...params, by: by(query) }),
    weekly: address(`${base}/delay-cost`, week),
    burning: address(`${base}/delay-cost/items`, work),
    queue: `${base}/sequence`,
    stock: address(`${base}/unexposed`, work),
    ...(part
      ? { part: address(`${base}/delay-cost/explain`, { ...params, by: by(query), part }) }
      : {}),
  };
}

const blank = () => [
  head(TITLE, []),
  unreadFigures(FIGURES),
];

/** Nothing has a value: neither what waited nor what is in flight. */
const unpriced = ({ cost, burning }) =>
  cost.cost_cents === null && burning.unvalued === burning.total;

function draw(data, page) {
  if (!data) return blank();
  const { streams, cost } = data;
  if (!streams.items.length) return noStreams(TITLE, "price", streams.awaited);
  if (!cost) return [...blank(), page.settle({ stream: streams.items[0].name })];
  const shown = { ...data, title: streamOf(streams, page.query)?.title ?? cost.scope.stream };
  const begin = head(TITLE, answer(shown), facts(cost));
  if (unpriced(data)) return [begin, ...noValues(data), ...stockSection(data.stock, page)];
  return [
    begin,
    figures(...figuresOf(shown, page)),
    h("div", { class: "ctwo" }, bySection(shown, page), weeksSection(shown, page)),
    ...partSection(shown, page),
    ...burningSection(data, page),
    ...orderSection(shown, page),
    ...stockSection(data.stock, page),
    ...unvaluedSection(data),
  ];
}

function filters(data, page) {
  const { query, change } = page;
  const clock = choice("From when on waiting costs", CLOCKS, query.get("clock") ?? "", (value) =>
    change({ clock: value }),
  );
  return [...scopeChoices(data?.streams, page, { part: null }), clock];
}

export const delayCost = {
  keeps: (before, after) => before.get("stream") === after.get("stream"),
  title: (data, query) => {
    const stream = data && streamOf(data.streams, query);
    return stream ? `${stream.title}, ${TITLE.toLowerCase()}` : TITLE;
  },
  reads,
  draw,
  filters,
  dataTo: ({ cost }) => oldest(cost?.watermarks),
  shift: (direction, { query, change }) => change(shifted(query, direction, new Date())),
};
