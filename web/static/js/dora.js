// DORA: is speed bought with instability? Five numbers together, of a service or of a stream's pooled.

import { address } from "./api.js";
import { behindSection, shownOf } from "./dora_behind.js";
import { fiveSections } from "./dora_five.js";
import { answer, facts } from "./dora_head.js";
import { partsSection, variantsSection } from "./dora_parts.js";
import { baseOf, explainOf, noServices, place, placeChoice } from "./dora_scope.js";
import { surveySection } from "./dora_survey.js";
import { h } from "./dom.js";
import { head, section } from "./parts.js";
import { asked, periodChoice, shifted } from "./period.js";
import { oldest } from "./scope.js";
import { servicesSection } from "./services.js";

const TITLE = "DORA";
const WEEK_MS = 7 * 86_400_000;

function reads(query, now) {
  const lists = { services: "/v1/services", streams: "/v1/streams" };
  const base = baseOf(query);
  if (!base) return lists;
  const params = asked(query, now);
  const pooled = place(query).kind === "stream";
  return {
    ...lists,
    told: address(`${base}/dora`, { ...params, interval: "week" }),
    rows: explainOf(query, shownOf(query), params),
    ...(pooled ? { overview: address("/v1/overview", params) } : {}),
  };
}

const blank = () => [
  head(TITLE, []),
  section("Throughput", "\u00a0"),
  h("div", { class: "grp blank" }),
  section("Instability", "\u00a0"),
  h("div", { class: "grp blank" }),
];

/** Addresses of this page: what is behind a number, and behind a week of it. */
function ways(query) {
  const here = (choices) =>
    `${address("/dora", { ...Object.fromEntries(query), page: null, ...choices })}#behind`;
  return {
    behind: (slug) => here({ show: slug }),
    week: (start, slug) => {
      const to = new Date(Date.parse(start) + WEEK_MS).toISOString().slice(0, 10);
      return here({ window: "7", to, show: slug });
    },
  };
}

/** Of a pool: each of its services by itself, beside the pooled numbers. */
function apart({ told, overview, streams }) {
  if (!told.services || !overview) return [];
  const own = overview.services.filter(({ name }) => told.services.includes(name));
  return own.length > 1 ? servicesSection(own, streams.items) : [];
}

const titleOf = ({ streams }, query) => {
  const at = place(query);
  if (at.kind === "service") return `${TITLE}, service ${at.name}`;
  const stream = streams.items.find(({ name }) => name === at.name);
  return `${TITLE}, ${stream?.title ?? at.name} pooled`;
};

function draw(data, page) {
  if (!data) return blank();
  if (!data.services.items.length) return noServices(TITLE, data.services);
  if (!data.told) return [...blank(), page.settle({ service: data.services.items[0].name })];
  const { told } = data;
  const to = ways(page.query);
  return [
    head(titleOf(data, page.query), answer(told), facts(told)),
    ...fiveSections(told, to),
    ...apart(data),
    ...partsSection(told, to),
    ...variantsSection(told, to),
    ...behindSection(told, data.rows, page),
    ...surveySection(told),
  ];
}

export const dora = {
  keeps: (before, after) =>
    ["service", "stream"].every((one) => before.get(one) === after.get(one)),
  title: (data, query) => (data && place(query) ? titleOf(data, query) : TITLE),
  reads,
  draw,
  filters: (data, page) => [
    placeChoice(data?.services, data?.streams, page, { page: null }),
    periodChoice(page),
  ],
  dataTo: ({ told }) => oldest(told?.deployment_frequency.watermarks),
  shift: (direction, { query, change }) => change(shifted(query, direction, new Date())),
};
