// Forecast: when each parent arrives, all in one queue; when and how many of any work; whether such dates held.

import { address } from "./api.js";
import { h, link } from "./dom.js";
import { counted, date, percent } from "./format.js";
import { asksSection, dayAsked, itemsAsked } from "./forecast_asks.js";
import { answer, facts } from "./forecast_head.js";
import { heldSection } from "./forecast_held.js";
import { opened } from "./forecast_one.js";
import { noun, nouns, queueSection } from "./forecast_queue.js";
import { choice } from "./frame.js";
import { empty, head } from "./parts.js";
import { asked, periodChoice, shifted } from "./period.js";
import { noStreams } from "./unready.js";

const TITLE = "Forecast";
const OF = [
  ["", "Epics and other parents"],
  ["release", "Releases"],
];
const PLAN = ["order", "first", "growth", "beside", "dormant"];
const PARENTS = `[[streams]]
name = "checkout"
parents = ["Epic"]`;
const ORDERS = { begun: "Begun first", due: "Due first", smallest: "Fewest open items first" };
const BESIDE = [
  ["", "Other work goes on beside"],
  ["waits", "Other work waits"],
];
const DORMANT = [
  ["", "Without dormant items"],
  ["counted", "Dormant items too"],
];

const bold = (text) => h("b", null, text);

const against = ({ warnings }) =>
  warnings.length
    ? h(
        "div",
        { class: "against" },
        h("p", null, bold("What speaks against it")),
        h("ul", null, ...warnings.map((one) => h("li", null, one))),
      )
    : null;

function growths({ grown }, chosen) {
  const seen = grown.growth === null ? null : Math.min(Math.round(grown.growth * 100) / 100, 3);
  const options = [["", "Nothing is added"]];
  for (const share of [0.1, 0.2, 0.5, 1])
    options.push([String(share), `Open work grows by ${percent(share)}`]);
  if (seen) options.push([String(seen), `Grows by ${percent(seen)}, as begun ones did`]);
  if (chosen && !options.some(([value]) => value === chosen))
    options.push([chosen, `Open work grows by ${percent(Number(chosen))}`]);
  return options;
}

function controls(queue, { query, change }) {
  const planned = PLAN.some((name) => query.get(name));
  const usual = queue.of === "release" ? "due" : "begun";
  const orders = queue.orders.map((name) => [name === usual ? "" : name, ORDERS[name] ?? name]);
  const growth = query.get("growth") ?? "";
  return h(
    "div",
    { class: "plan", role: "group", "aria-label": "What if" },
    choice("Order", orders, query.get("order") ?? "", (value) => change({ order: value })),
    choice("Growth", growths(queue, growth), growth, (value) => change({ growth: value })),
    choice("Other work", BESIDE, query.get("beside") ?? "", (value) => change({ beside: value })),
    queue.dormant_items.items || query.get("dormant")
      ? choice("Dormant items", DORMANT, query.get("dormant") ?? "", (value) =>
          change({ dormant: value }),
        )
      : null,
    planned
      ? h(
          "button",
          {
            class: "lnk",
            type: "button",
            onclick: () => change(Object.fromEntries(PLAN.map((name) => [name, null]))),
          },
          "Back to the queue as it is",
        )
      : null,
  );
}

/** How much there is beside the queue, and what becomes of it. */
function beside({ of, without, beside: how, items }) {
  const open = without.in_flight + without.not_started;
  if (!open) return null;
  const to = of === "release" ? "release that is to come" : noun({ of, items });
  const then =
    how === "waits"
      ? "here they wait until the queue is done"
      : `the dates leave them the share of the pace that such work had`;
  return h(
    "p",
    { class: "note" },
    `${counted(open, "open item")} of the stream ${open === 1 ? "belongs" : "belong"} to no ${to}: ${then}.`,
  );
}

function noReleases() {
  return empty(
    "No release has open items",
    "A forecast by release needs items that are planned for one: a fix version in Jira, or a milestone in GitLab, that is not released, archived or closed. Give it a date there, too: then the forecast says how likely it is met.",
    null,
    link("/connectors", { class: "lnk" }, "Check the connectors"),
  );
}

function nothing(queue) {
  if (queue.of === "release") return noReleases();
  return empty(
    "No parent has open items",
    "A forecast by parent needs items that belong to one, such as stories to an epic. Name the types of parents of the stream in headwater.toml, and link items to them in the tracker.",
    PARENTS,
    queue.warnings.length ? null : link("/connectors", { class: "lnk" }, "Check the connectors"),
  );
}

/** The address of this page with one parent opened. */
function opening(query) {
  return (key) => {
    const params = new URLSearchParams(query);
    params.set("open", key);
    return `/forecast?${params}#opened`;
  };
}

const blank = () => [head(TITLE, [])];

function draw(data, context) {
  if (!data) return blank();
  const { streams, queue, before, one, held, work } = data;
  if (!streams.items.length) return noStreams(TITLE, "forecast", streams.awaited);
  if (!queue) return [...blank(), context.settle({ stream: streams.items[0].name })];
  const page = { ...context, opens: opening(context.query), controls: controls(queue, context) };
  return [
    head(TITLE, answer(queue, held), facts(queue)),
    against(queue),
    ...(queue.items.length ? queueSection(queue, before ?? null, page) : [nothing(queue)]),
    beside(queue),
    ...(one ? opened(one, queue.starts, page) : []),
    ...asksSection(data, page, new Date()),
    ...heldSection(held, work, nouns(queue)),
  ];
}

function reads(query, now) {
  const stream = query.get("stream");
  if (!stream) return { streams: "/v1/streams" };
  const base = `/v1/streams/${encodeURIComponent(stream)}/forecasts`;
  const pool = asked(query, now);
  const of = { of: query.get("of") };
  const plan = { ...of, ...Object.fromEntries(PLAN.map((name) => [name, query.get(name)])) };
  const planned = PLAN.some((name) => query.get(name));
  const open = query.get("open");
  const found = {
    streams: "/v1/streams",
    queue: address(`${base}/queue`, { ...pool, ...plan }),
    held: address(`${base}/queue/calibration`, of),
    work: `${base}/calibration`,
    when: address(`${base}/when`, { ...pool, items: itemsAsked(query) }),
    many: address(`${base}/how-many`, { ...pool, date: dayAsked(query, now) }),
  };
  if (planned) found.before = address(`${base}/queue`, { ...pool, ...of });
  if (open) found.one = address(`${base}/queue/${encodeURIComponent(open)}`, { ...pool, ...plan });
  return found;
}

function filters(data, page) {
  const { query, change } = page;
  const streams = (data?.streams?.items ?? []).map(({ name, title }) => [name, title]);
  const other = { open: null, first: null, all: null };
  return [
    choice(
      "Stream",
      streams,
      query.get("stream") ?? "",
      (value) => change({ stream: value, ...other }),
      true,
    ),
    choice("Of", OF, query.get("of") ?? "", (value) =>
      change({ of: value, ...other, order: null }),
    ),
    periodChoice(page),
  ];
}

function oldest(queue) {
  const times = Object.values(queue?.watermarks ?? {});
  return times.some((one) => one === null) ? null : times.sort()[0];
}

/** A key of the what-if may be done by now: the way back is shown with the reason. */
function failed(error, query) {
  const kept = new URLSearchParams();
  for (const name of ["stream", "of", "window"])
    if (query.get(name)) kept.set(name, query.get(name));
  if (error.status !== 422 && error.status !== 404) return null;
  return [
    head(TITLE, ["This question can't be answered as it stands in the address."], null),
    h("p", null, error.message),
    h(
      "p",
      { class: "more" },
      h("a", { class: "lnk", href: `/forecast?${kept}` }, "Ask without the what-if"),
    ),
  ];
}

export const forecast = {
  keeps: (before, after) => before.get("stream") === after.get("stream"),
  title: () => TITLE,
  reads,
  draw,
  filters,
  failed,
  dataTo: ({ queue }) => (queue ? oldest(queue) : undefined),
  shift: (direction, { query, change }) => change(shifted(query, direction, new Date())),
};
