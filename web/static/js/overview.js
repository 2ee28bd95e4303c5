// Overview: how long, where it waits, what it costs, can I trust it; then streams and services.

import { address } from "./api.js";
import { count, day, period } from "./format.js";
import { choice } from "./frame.js";
import { loadingWords } from "./history.js";
import { answer, headline, scoped } from "./headline.js";
import { h, link } from "./dom.js";
import { figures, head, unreadFigures } from "./parts.js";
import { asked, periodChoice, shifted } from "./period.js";
import { servicesSection } from "./services.js";
import { byCost, streamsSection } from "./streams.js";
import { TYPES } from "./scope.js";
import { noStreams } from "./unready.js";

const TITLES = ["How long", "Where it waits", "What waiting costs", "Can I trust it"];
const MOST = 20; // streams or services that are shown until all are asked for

function blank() {
  return [
    head("Overview", []),
    unreadFigures(TITLES),
    ...streamsSection(null),
    ...servicesSection(null),
  ];
}

/** Numbers are there before the history is: since when they are whole, and the way to the rest. */
function loading(history) {
  const told = loadingWords(history);
  return told && h("span", null, link("/connectors", { class: "lnk" }, told.short), `; ${told.part}`);
}

function facts(overview, query) {
  const week = overview.incomplete_week;
  const running = !week
    ? null
    : Date.parse(week) < Date.parse(overview.window[1])
      ? `week of ${day(week)} is incomplete and drawn hollow`
      : "the 13 weeks are those up to now";
  const type = TYPES.find(([value]) => value === query.get("type") && value);
  return [
    period(...overview.window),
    "idea to release",
    "elapsed days",
    type ? `${type[1].toLowerCase()} only` : null,
    running,
    loading(overview.history),
  ].filter(Boolean);
}

/** The first rows of many, and the way to all; the way back is that of the browser. */
function begun(rows, query) {
  if (query.get("all") || rows.length <= MOST) return { rows, more: null };
  const to = address("/", { ...Object.fromEntries(query), all: "1" });
  const more = [`${MOST} of ${count(rows.length)} \u00b7 `, link(to, { class: "lnk" }, "Show all")];
  return { rows: rows.slice(0, MOST), more: h("span", null, ...more) };
}

function draw(data, { query }) {
  if (!data) return blank();
  const { overview } = data;
  if (!overview.streams.length) return noStreams("Overview", "measure", overview.awaited);
  const scope = scoped(overview, query.get("stream"));
  const names = new Set(scope.streams.flatMap(({ name, title }) => [name, title]));
  const services = overview.services.filter(({ stream }) => scope.pooled || names.has(stream));
  const [streams, delivery] = [begun(byCost(scope.streams), query), begun(services, query)];
  return [
    head("Overview", answer(scope), facts(overview, query)),
    figures(...headline(scope)),
    ...streamsSection(streams.rows, streams.more),
    ...(services.length
      ? servicesSection(delivery.rows, overview.streams, delivery.more)
      : [
          h(
            "p",
            { class: "note" },
            "No service is configured here, so there are no delivery figures.",
          ),
        ]),
  ];
}

function filters(data, page) {
  const { query, change } = page;
  const streams = (data?.overview.streams ?? []).map(({ name, title }) => [name, title]);
  return [
    choice(
      "Stream",
      [["", "All streams"], ...streams],
      query.get("stream") ?? "",
      (value) => change({ stream: value }),
      true,
    ),
    periodChoice(page),
    choice("Type of work", TYPES, query.get("type") ?? "", (value) => change({ type: value })),
  ];
}

export const overview = {
  keeps: () => true,
  title: () => "Overview",
  reads: (query, now) => ({
    overview: address("/v1/overview", { ...asked(query, now), type: query.get("type") }),
  }),
  draw,
  filters,
  dataTo: ({ overview: { oldest_watermark: time } }) => time,
  shift: (direction, { query, change }) => change(shifted(query, direction, new Date())),
};
