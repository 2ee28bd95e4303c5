// Two questions about any work of the stream: when are so many done, how many are done by a day.

import { h, link } from "./dom.js";
import { count, counted, date, reasonWords } from "./format.js";
import { section } from "./parts.js";

const DAY = 86_400_000;
const MOST_ITEMS = 10_000;
const MOST_DAYS = 365;
const LEVELS = [
  ["p50", "with 50\u00a0%"],
  ["p85", "with 85\u00a0%"],
  ["p95", "with 95\u00a0%"],
];
const day = (ms) => new Date(ms).toISOString().slice(0, 10);

/** How many items are asked for: what the address says where it makes sense, else 20. */
export function itemsAsked(query) {
  const asked = Number(query.get("items"));
  return Number.isInteger(asked) && asked >= 1 && asked <= MOST_ITEMS ? asked : 20;
}

/** By when: what the address says where it lies ahead and within a year, else in four weeks. */
export function dayAsked(query, now) {
  const asked = query.get("by") ?? "";
  const ms = /^\d{4}-\d\d-\d\d$/.test(asked) ? Date.parse(asked) : Number.NaN;
  const ahead = (ms - now.getTime()) / DAY;
  return ahead > 0.6 && ahead < MOST_DAYS ? asked : day(now.getTime() + 28 * DAY);
}

function answers(forecast, write) {
  if (forecast.value.p85 === null)
    return h("p", { class: "withheld" }, reasonWords(forecast.reasons[0] ?? "no data"));
  return h(
    "dl",
    { class: "asked" },
    ...LEVELS.map(([name, word]) =>
      h("div", null, h("dt", null, word), h("dd", { class: name }, write(name))),
    ),
  );
}

function question(id, before, input, after, answer) {
  return h(
    "div",
    { class: "question" },
    h("p", { class: "q" }, h("label", { for: id }, before), " ", input, " ", after),
    answer,
  );
}

const onchange = (name, context) => (event) => {
  if (event.target.reportValidity()) context.change({ [name]: event.target.value });
};

function whenAsked(when, context) {
  const input = h("input", {
    id: "ask-items",
    type: "number",
    min: 1,
    max: MOST_ITEMS,
    required: true,
    value: when.items,
    onchange: onchange("items", context),
  });
  const write = (name) =>
    when.dates[name] === null
      ? "not within ten years"
      : [date(when.dates[name]), h("span", { class: "sub" }, counted(when.value[name], "day"))];
  return question("ask-items", "When are", input, "items done?", answers(when, write));
}

function manyAsked(many, context, now) {
  const input = h("input", {
    id: "ask-by",
    type: "date",
    min: day(now.getTime() + DAY),
    required: true,
    max: day(now.getTime() + MOST_DAYS * DAY),
    value: many.date,
    onchange: onchange("by", context),
  });
  const write = (name) => [
    `${count(many.value[name])} or more`,
    h("span", { class: "sub" }, `in ${counted(many.days, "day")}`),
  ];
  return question("ask-by", "How many are done by", input, "?", answers(many, write));
}

/** The section. */
export function asksSection({ when, many }, context, now) {
  return [
    section(
      "Ask about any work",
      "of all items of the stream, whatever they belong to",
      link(when.explain, { class: "lnk" }, `The ${counted(when.n, "completion")} behind it`),
      "ask",
    ),
    h("div", { class: "asks" }, whenAsked(when, context), manyAsked(many, context, now)),
  ];
}
