// Journey: one item's whole life on one time line, or the way to it.

import { h, responsive } from "./dom.js";
import { evidenceSection } from "./evidence.js";
import { choice, chevron } from "./frame.js";
import { drawItems, itemReads } from "./items.js";
import { journeyFigures } from "./journey_figures.js";
import { finding, goneWords, journeyAnswer, journeyFacts, left } from "./journey_head.js";
import { asTable, figures, head, section, unreadFigures } from "./parts.js";
import { ribbon, stretchTable } from "./ribbon.js";
import { dataTo } from "./sources_head.js";
import { drawTimeline } from "./timeline.js";

const HOW =
  "waiting above the line, active below it; its cost grows while it waits; solid links are told by a tool, dashed links are inferred";
const TITLES = ["Time taken", "Waiting", "Handoffs and returns", "Cost of its waiting"];

// What must come first, whichever way a link points.
const ORDER = ["commit", "merge_request", "build", "deployment", "live"];

/** Linked events against the order of their clocks: drawn as recorded, and said. */
function clockNotes(journey) {
  const events = new Map(
    journey.lanes.flatMap((lane) =>
      lane.events.map((event) => [
        event.id,
        { ...event, tool: lane.tool, rank: ORDER.indexOf(event.kind) },
      ]),
    ),
  );
  return journey.links.flatMap(({ from, to }) => {
    const pair = [events.get(from), events.get(to)];
    if (!pair.every((one) => one && one.rank >= 0)) return [];
    const [cause, effect] = pair.sort((a, b) => a.rank - b.rank);
    const open = effect.kind === "merge_request" && !effect.end;
    if (
      open ||
      cause.rank === effect.rank ||
      Date.parse(effect.end ?? effect.at) >= Date.parse(cause.at)
    )
      return [];
    return [
      h(
        "p",
        { class: "note" },
        `Clocks differ: ${effect.tool} recorded \u201c${effect.label}\u201d before ${cause.tool} recorded \u201c${cause.label}\u201d. Both are drawn as recorded.`,
      ),
    ];
  });
}

/** What is not visible any more is told below its answer; it still has one. */
function goneNote(journey) {
  if (!journey.gone || left(journey)) return [];
  return [h("p", { class: "note" }, goneWords(journey))];
}

function drawJourney(journey, page) {
  const place = h("figure", { class: "wide timeline", "aria-label": finding(journey) });
  return [
    head(journey.title, journeyAnswer(journey), journeyFacts(journey)),
    ...goneNote(journey),
    ...(left(journey) ? [] : [figures(...journeyFigures(journey))]),
    section("Time line", HOW),
    journey.visits.length || journey.lanes.length
      ? responsive(place, (width) => drawTimeline(journey, width))
      : h("p", { class: "note" }, "No tool recorded a move of this item."),
    ribbon(journey),
    ...clockNotes(journey).slice(0, 3),
    asTable("Time line, as a table", stretchTable(journey)),
    ...evidenceSection(journey, page),
  ];
}

const blank = (key) => [
  head(key, []),
  unreadFigures(TITLES),
  section("Time line", HOW),
  h("figure", { class: "wide timeline blank" }),
];

function draw(data, page) {
  const key = page.query.get("key");
  if (!key) return drawItems(data, page);
  return data ? drawJourney(data.journey, page) : blank(key);
}

function filters(data, { query, change }) {
  const key = query.get("key");
  if (key)
    return [
      h(
        "a",
        { class: "fbtn strong", href: "/journey", title: "Choose another item" },
        key,
        chevron(),
      ),
    ];
  const streams = (data?.streams.items ?? []).map(({ name, title }) => [name, title ?? name]);
  return [
    choice(
      "Stream",
      [["", "All streams"], ...streams],
      query.get("stream") ?? "",
      (value) => change({ stream: value, cursor: null }),
      true,
    ),
  ];
}

function failed(error, query) {
  const key = query.get("key");
  if (error.status !== 404 || !key) return null;
  const change = ({ q }) => location.assign(q ? `/journey?q=${encodeURIComponent(q)}` : "/journey");
  const page = { query: new URLSearchParams(), change };
  return [
    drawItems(
      null,
      page,
      `No item \u201c${key}\u201d is known. It may lie outside the projects and types of the streams, or its source was not read yet.`,
    )[0],
    h(
      "p",
      { class: "note" },
      h("a", { class: "lnk", href: "/connectors" }, "See what the sources gave"),
    ),
  ];
}

export const journey = {
  keeps: (before, after) =>
    before.get("key") === after.get("key") && before.get("q") === after.get("q"),
  title: (data, query) =>
    query.get("key") ? `${query.get("key")}${data ? ` ${data.journey.title}` : ""}` : "Journey",
  reads: (query) =>
    query.get("key")
      ? {
          journey: `/v1/items/${encodeURIComponent(query.get("key"))}/journey`,
          sources: "/v1/sources",
        }
      : itemReads(query),
  draw,
  filters,
  failed,
  dataTo: (data) => (data.sources ? dataTo(data) : undefined),
};
