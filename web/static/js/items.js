// Items: search, the recently live, the oldest in flight.

import { address } from "./api.js";
import { h } from "./dom.js";
import { atLeast, count, counted, date, duration, money, stampDay } from "./format.js";
import { itemCell } from "./item_cell.js";
import { empty, head, section, table } from "./parts.js";

const FEW = 10;
const MANY = 50;

export function itemReads(query) {
  const stream = query.get("stream");
  const type = query.get("type");
  const streams = address("/v1/streams");
  if (query.get("q"))
    return {
      streams,
      found: address("/v1/items", {
        q: query.get("q"),
        stream,
        type,
        limit: MANY,
        cursor: query.get("cursor"),
      }),
    };
  return {
    streams,
    flight: address("/v1/items", { stream, type, state: "in_flight", sort: "-age", limit: FEW }),
    done: address("/v1/items", { stream, type, state: "done", sort: "-done", limit: FEW }),
  };
}

/** What an item loses while it waits; work costs nothing here. */
function burnWords({ burn_rate_cents: burn, currency }) {
  if (burn === null) return "not valued";
  return burn === 0 ? "worked on" : `${money(burn, currency ?? "EUR")} a week`;
}

function flightRow(item) {
  return h(
    "tr",
    null,
    itemCell(item),
    h(
      "td",
      null,
      item.stage ?? "",
      item.blocked ? h("span", { class: "sub w-blocked" }, "blocked") : null,
    ),
    h(
      "td",
      { class: "num" },
      item.age_s === null
        ? h("span", { class: "withheld" }, "not started")
        : h("b", null, ageWords(item)),
      h("span", { class: "sub" }, burnWords(item)),
    ),
  );
}

/** Code may be live before its ticket is closed, or long after. */
function liveWords({ released_at: live, done_at: done }) {
  if (!live) return "not live";
  return date(live) === date(done) ? "live" : `live ${stampDay(live, done)}`;
}

function doneRow(item) {
  return h(
    "tr",
    null,
    itemCell(item),
    h(
      "td",
      { class: "nw" },
      date(item.done_at),
      h("span", { class: "sub" }, liveWords(item)),
    ),
    h(
      "td",
      { class: "num" },
      item.flow_time_s === null
        ? h("span", { class: "withheld" }, "no start known")
        : h("b", null, duration(item.flow_time_s)),
    ),
  );
}

/** An age whose start is not known is a bound. */
function ageWords(item) {
  const age = duration(item.age_s);
  return item.age_at_least ? atLeast(age) : age;
}

const TIME_WORDS = { cancelled: "dropped", not_started: "not started" };

function foundRow(item, titles) {
  const time = item.flow_time_s ?? item.age_s;
  return h(
    "tr",
    null,
    itemCell(item),
    h("td", { class: "p2" }, titles.get(item.stream) ?? item.stream),
    h("td", null, item.stage ?? ""),
    h(
      "td",
      { class: "num" },
      time === null
        ? ""
        : h("b", null, item.flow_time_s === null ? ageWords(item) : duration(time)),
      h(
        "span",
        { class: "sub" },
        TIME_WORDS[item.state] ?? (item.flow_time_s === null ? "so far" : "flow time"),
      ),
    ),
  );
}

function searchField(query, change) {
  const input = h("input", {
    type: "search",
    name: "q",
    value: query.get("q"),
    placeholder: "Key or words of a title",
    "aria-label": "Search items",
    autocomplete: "off",
  });
  const find = (event) => {
    event.preventDefault();
    const text = input.value.trim();
    return change({ q: text || null, cursor: null });
  };
  return h(
    "form",
    { class: "search", role: "search", onsubmit: find },
    input,
    h("button", { type: "submit" }, "Search"),
  );
}

const LISTS = {
  flight: [
    "Oldest in flight",
    "committed and not yet done, oldest first",
    [["Item"], ["Step"], ["Age", "num"]],
    flightRow,
    "No item is in flight.",
  ],
  done: [
    "Recently done",
    "newest first",
    [["Item"], ["Done"], ["Flow time", "num"]],
    doneRow,
    "No item is done yet.",
  ],
};

function list(name, answer) {
  const [heading, how, columns, row, none] = LISTS[name];
  const items = answer?.items ?? [];
  const body =
    answer && !items.length
      ? h("p", { class: "note" }, none)
      : table(heading, columns, items.map(row), { style: "items" });
  return h(
    "section",
    null,
    ...[
      section(
        heading,
        answer?.total > items.length
          ? `${how}, ${count(items.length)} of ${count(answer.total)}`
          : how,
      ),
      body,
    ],
  );
}

function results(answer, query, titles) {
  if (!answer) return [section("Found", "\u00a0")];
  const next = answer.next
    ? h(
        "p",
        { class: "more" },
        h(
          "a",
          {
            class: "lnk",
            href: address("/journey", {
              q: query.get("q"),
              stream: query.get("stream"),
              cursor: answer.next,
            }),
          },
          "Next items",
        ),
      )
    : null;
  if (!answer.items.length)
    return [
      h("div", { class: "sechead" }),
      empty("Nothing found", `No item has “${query.get("q")}” in its key or title.`),
    ];
  return [
    section(
      "Found",
      answer.total > answer.items.length
        ? `${count(answer.items.length)} of ${counted(answer.total, "item")}`
        : counted(answer.total, "item"),
    ),
    table(
      "Found",
      [["Item"], ["Stream", "p2"], ["Step"], ["Time", "num"]],
      answer.items.map((item) => foundRow(item, titles)),
      { style: "items" },
    ),
    next,
  ];
}

/** The page without a key; `lead` is what to say above the search field. */
export function drawItems(
  data,
  { query, change },
  lead = "One item\u2019s whole life on one time line, across all tools. Search for it, or open one below.",
) {
  const top = h("div", { class: "top" }, head("Journey", [lead], null), searchField(query, change));
  const titles = new Map((data?.streams.items ?? []).map(({ name, title }) => [name, title]));
  if (query.get("q")) return [top, ...results(data?.found, query, titles)];
  const nothing = data && !data.flight.items.length && !data.done.items.length;
  if (nothing)
    return [
      top,
      h("div", { class: "sechead" }),
      empty(
        "No items yet",
        "No work item was collected. Read the sources, then this list fills.",
        "headwater sync",
        h("a", { class: "lnk", href: "/connectors" }, "Check the connectors"),
      ),
    ];
  return [
    top,
    h("div", { class: "lists" }, list("flight", data?.flight), list("done", data?.done)),
  ];
}
