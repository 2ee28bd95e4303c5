// Failures: what each incident is put down to, why, and what a person says of it.

import { address } from "./api.js";
import { deploymentsTable, failuresOf, newest, standing, standingsWords } from "./deployments.js";
import { baseOf, explainOf, noServices, place, placeChoice } from "./dora_scope.js";
import { answer, bandSection, cascadeSection, facts, figuresOf } from "./failures_head.js";
import { h, link } from "./dom.js";
import { choice } from "./frame.js";
import { incidentsSection } from "./incident_list.js";
import { empty, figures, head, section, unreadFigures } from "./parts.js";
import { asked, periodChoice, shifted } from "./period.js";
import { oldest } from "./scope.js";

const TITLE = "Failures";
const MOST = 40;
const FIGURES = [
  "Change fail rate, strict",
  "Change fail rate, lenient",
  "Incidents not explained",
  "Still watched",
];
const WHICH = [
  ["", "Failed or in doubt"],
  ["all", "All deployments"],
];

function reads(query, now) {
  const lists = { services: "/v1/services", streams: "/v1/streams" };
  if (place(query)?.kind !== "service") return lists;
  const params = asked(query, now);
  const base = baseOf(query);
  return {
    ...lists,
    told: address(`${base}/dora`, params),
    incidents: address(`${base}/incidents`, params),
    rows: explainOf(query, "change_fail_rate", params),
  };
}

const blank = () => [
  head(TITLE, []),
  unreadFigures(FIGURES),
  section("Incidents", "\u00a0"),
];

/** The first service of the stream in the address, else the first of all. */
function firstService({ services, streams }, query) {
  const stream = streams.items.find(({ name }) => name === query.get("stream"));
  const known = services.items.map(({ name }) => name);
  return stream?.services.find((one) => known.includes(one)) ?? known[0];
}

const isSuspect = (row, context) =>
  standing(row, context) !== "rollback" &&
  (standing(row, context) !== "sound" || row.lenient === "yes");

function deploymentsSection({ told, rows }, { query, change }) {
  const every = newest([...rows.included, ...rows.excluded]);
  const all = query.get("deployments") === "all";
  const context = {
    pooled: false,
    watch: told.observation_window_h,
    now: told.change_fail_rate.as_of,
    blind: () => false,
    failures: failuresOf(query),
  };
  const found = all ? every : every.filter((one) => isSuspect(one, context));
  const shown = found.slice(0, MOST);
  const which = choice("Which deployments", WHICH, all ? "all" : "", (value) =>
    change({ deployments: value }),
  );
  const behind = address("/dora", {
    service: place(query).name,
    window: query.get("window"),
    to: query.get("to"),
  });
  const some = found.length > MOST ? `; the newest ${MOST} of ${found.length}` : "";
  return [
    section(
      "Deployments",
      `${standingsWords(every, context)}${some}`,
      link(behind, { class: "lnk" }, "The five of DORA"),
      "deployments",
    ),
    h("p", { class: "cctl" }, which),
    shown.length
      ? deploymentsTable("Deployments and whether they failed", shown, context)
      : h(
          "p",
          { class: "note" },
          every.length
            ? "No deployment failed, is suspected or still watched."
            : "Nothing was deployed in this period.",
        ),
  ];
}

function noIncidents(name, missing) {
  return [
    head(`${TITLE}, service ${name}`, [`What fails is not known: ${missing.what}.`], null),
    empty(
      "No service desk tells of this service",
      "Incidents come from ServiceNow. Add the source, and to this service the configuration items by which the service desk calls it; then read it.",
      missing.line,
      link("/connectors", { class: "lnk" }, "Check the connectors"),
    ),
  ];
}

function draw(data, page) {
  if (!data) return blank();
  const { query } = page;
  if (!data.services.items.length) return noServices(TITLE, data.services);
  if (!data.told) return [...blank(), page.settle({ service: firstService(data, query) })];
  const { told, incidents, rows } = data;
  if (told.missing) return noIncidents(told.service, told.missing);
  const shown = { incidents: incidents.items, rate: told.change_fail_rate };
  const context = { ...page, now: told.change_fail_rate.as_of };
  return [
    head(`${TITLE}, service ${told.service}`, answer(shown), facts(shown)),
    figures(...figuresOf(shown, page)),
    h(
      "div",
      { class: "ftwo" },
      h("div", null, ...cascadeSection(shown, page)),
      h("div", null, ...bandSection(shown)),
    ),
    ...incidentsSection(shown.incidents, [...rows.included, ...rows.excluded], context),
    ...deploymentsSection(data, page),
  ];
}

export const failures = {
  keeps: (before, after) => before.get("service") === after.get("service"),
  title: (data, query) =>
    query.get("service") ? `${TITLE}, service ${query.get("service")}` : TITLE,
  reads,
  draw,
  filters: (data, page) => [
    placeChoice(data?.services, null, page, {
      page: null,
      put: null,
      incident: null,
      deployments: null,
    }),
    periodChoice(page),
  ],
  dataTo: ({ told }) => oldest(told?.change_fail_rate.watermarks),
  shift: (direction, { query, change }) => change(shifted(query, direction, new Date())),
};
