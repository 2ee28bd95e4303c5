// Value: what became of ideas once their code was live. Who has it, who uses it, what it brought.

import { address } from "./api.js";
import { h, link } from "./dom.js";
import { figures, head, section, unreadFigures } from "./parts.js";
import { shifted } from "./period.js";
import { oldest, scope, scopeChoices, streamBase, streamOf } from "./scope.js";
import { dearestFirst, stockReason, stockTable, stockWords } from "./stock.js";
import { clocksSection } from "./value_clocks.js";
import { answer, facts, figuresOf } from "./value_head.js";
import { itemsSection, shownOf } from "./value_items.js";
import { howToTell, nothingTold } from "./feature_lines.js";
import { returnsSection } from "./value_returns.js";
import { noStreams } from "./unready.js";

const TITLE = "Value";
const FIGURES = ["Idea to live", "Until first use", "Shipped, not switched on", "Outcome known"];
const METRICS = {
  live: "idea_to_live",
  first: "time_to_first_use",
  adopted: "time_to_adoption",
  brought: "realised_value",
  known: "outcome_coverage",
};
const FEW = 10;
const MANY = 50;

function reads(query, now) {
  const base = streamBase(query);
  if (!base) return { streams: "/v1/streams" };
  const params = scope(query, now);
  const metric = (slug, more = "") => address(`${base}/metrics/${slug}${more}`, params);
  const found = Object.entries(METRICS).map(([name, slug]) => [name, metric(slug)]);
  return {
    streams: "/v1/streams",
    ...Object.fromEntries(found),
    stock: address(`${base}/unexposed`, params),
    rows: metric(shownOf(query), "/explain"),
    returns: metric("realised_value", "/explain"),
  };
}

const blank = () => [
  head(TITLE, []),
  unreadFigures(FIGURES),
];

function stockPart(stock, { query }) {
  const heading = "Shipped and not switched on";
  if (!stock.items.length)
    return [section(heading, null, null, "stock"), h("p", { class: "note" }, stockReason(stock))];
  const all = query.get("all") === "stock";
  const most = all ? MANY : FEW;
  const more = `${address("/value", { ...Object.fromEntries(query), all: all ? null : "stock" })}#stock`;
  const many = stock.items.length;
  const toggle =
    many > FEW ? link(more, { class: "lnk" }, all ? "Only the dearest" : `All ${many}`) : null;
  const whole = link(stock.explain, { class: "lnk" }, "All of it, as data");
  const some = many > most ? `; the ${most} dearest` : "";
  return [
    section(
      heading,
      `${stockWords(stock)}${some}`,
      toggle ? [toggle, " ", whole] : whole,
      "stock",
    ),
    stockTable(dearestFirst(stock.items).slice(0, most), stock.currency),
  ];
}

/** No tool tells anything: neither who has it, nor who uses it, nor what it brought. */
const silent = ({ live, first, brought }) =>
  [live, first, brought].every(({ reasons }) =>
    reasons.some((one) => /^no tool reports/.test(one)),
  );

function draw(data, page) {
  if (!data) return blank();
  const { streams, live } = data;
  if (!streams.items.length) return noStreams(TITLE, "follow", streams.awaited);
  if (!live) return [...blank(), page.settle({ stream: streams.items[0].name })];
  const shown = { ...data, title: streamOf(streams, page.query)?.title ?? live.scope.stream };
  const begin = head(TITLE, answer(shown), facts(shown));
  if (silent(data)) return [begin, ...nothingTold()];
  return [
    begin,
    figures(...figuresOf(shown, page)),
    h("div", { class: "vtwo" }, clocksSection(shown, page), returnsSection(shown)),
    ...howToTell(shown),
    ...stockPart(data.stock, page),
    ...itemsSection(shown, page),
  ];
}

export const value = {
  keeps: (before, after) => before.get("stream") === after.get("stream"),
  title: (data, query) => {
    const stream = data && streamOf(data.streams, query);
    return stream ? `${stream.title}, ${TITLE.toLowerCase()}` : TITLE;
  },
  reads,
  draw,
  filters: (data, page) => scopeChoices(data?.streams, page, { page: null }),
  dataTo: ({ live }) => oldest(live?.watermarks),
  shift: (direction, { query, change }) => change(shifted(query, direction, new Date())),
};
