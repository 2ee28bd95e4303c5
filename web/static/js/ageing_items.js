// The items that are old or at risk: their chance to miss the expectation, what they wait for, and what that costs.

import { address } from "./api.js";
import { h, link, s } from "./dom.js";
import { atLeast, count, counted, duration, money, percent, reasonWords } from "./format.js";
import { itemCell, placeCell } from "./item_cell.js";
import { section, table } from "./parts.js";
import { views } from "./views.js";

const TRACK = 54;
const PAGE = 50;
const LIKELY = 0.5;
const sub = (...content) => h("span", { class: "sub" }, ...content);

/** The chance to miss the expectation, seen ones included; null: not known. */
export const chanceOf = (one) => (one.late ? 1 : (one.breach_p ?? one.observed.breach_p ?? null));

/** Will probably be late, or is. */
export const isLikely = (one) => (chanceOf(one) ?? 0) >= LIKELY;

const age = (one) => {
  const told = duration(one.age_s);
  return one.age_at_least ? atLeast(told) : told;
};

/** A bar and the chance in words; ink where it is over already. */
function chance(one) {
  const value = chanceOf(one);
  if (value === null)
    return h("span", { class: "withheld" }, reasonWords(one.reasons[0] ?? "not known"));
  const words = one.late
    ? "already over"
    : one.breach_p === null
      ? `(${percent(value, "C")}), few`
      : percent(value, "C");
  return h(
    "span",
    { class: "chance" },
    s(
      "svg",
      { width: TRACK, height: 4, "aria-hidden": "true" },
      s("rect", { width: TRACK, height: 4, class: "f-line" }),
      s("rect", { width: TRACK * value, height: 4, class: one.late ? "f-ink" : "f-waiting" }),
    ),
    words,
  );
}

function inTheWay({ reasons }) {
  const by = reasons.find((one) => one.by)?.by;
  if (by)
    return sub(
      "by ",
      link(address("/journey", { key: by.key }), { class: "lnk" }, by.key),
      by.team ? `, ${by.team}` : "",
    );
  const told = reasons.map(({ detail }) => detail).filter(Boolean);
  return told.length ? sub(told.join("; ")) : null;
}

/** What an item waits for: what blocks it, else the queue it is in. */
function waitsFor(one, blocks) {
  const block = blocks.get(one.key);
  if (block)
    return [
      h("span", { class: "w-blocked" }, `Blocked ${duration(block.blocked_s)}`),
      inTheWay(block),
    ];
  return one.waiting ? ["In the queue"] : ["Worked on"];
}

function cost({ burn_rate_cents: cents }, currency) {
  if (cents === null) return h("span", { class: "withheld" }, "no value");
  return cents ? money(cents, currency) : "";
}

const row = (one, blocks, currency) =>
  h(
    "tr",
    null,
    itemCell(one),
    placeCell(one),
    h("td", { class: "num" }, h("b", null, age(one))),
    h("td", null, chance(one)),
    h("td", { class: "p2" }, ...waitsFor(one, blocks)),
    h("td", { class: "num p2" }, cost(one, currency)),
  );

const COLUMNS = [
  ["Item"],
  ["Step", "p2"],
  ["Age", "num"],
  ["Chance to miss"],
  ["What it waits for", "p2"],
  ["Costs a week", "num p2"],
];

/** Which items, in words for a heading, a choice and where there is none. */
const VIEWS = {
  likely: ["Talk about these today", "Likely to miss", "No item will probably be late."],
  all: ["All in flight", "All", "Nothing is in flight now."],
};

function chosen(items, { stage, show }) {
  const here = stage ? items.filter((one) => one.stage === stage) : items;
  return stage || show === "all" ? here : here.filter(isLikely);
}

/** `view`: {stage, show, after, of (the expectation in words), href(choices)}. */
export function itemsSection(ageing, blocks, view) {
  const { stage, show, after, of, href } = view;
  const own = chosen(ageing.items, view);
  const title = stage ? `What is in ${stage}` : VIEWS[show][0];
  const how = `the oldest first; chance to miss ${of}, given the age reached`;
  const many = { likely: ageing.items.filter(isLikely).length, all: ageing.items.length };
  const lists = Object.entries(VIEWS).map(([name, [, words]]) => [
    name,
    `${words} ${count(many[name])}`,
  ]);
  const right = views(lists, stage ? null : show, (name) =>
    href({ show: name === "likely" ? null : name }),
  );
  const begin = section(title, how, right, "items");
  if (!own.length)
    return [
      begin,
      h("p", { class: "note" }, stage ? `Nothing is in ${stage} now.` : VIEWS[show][2]),
    ];
  const page = own.slice(after, after + PAGE);
  const next = after + PAGE < own.length ? href({ show, stage, after: after + PAGE }) : null;
  return [
    begin,
    table(
      title,
      COLUMNS,
      page.map((one) => row(one, blocks, ageing.currency)),
      { style: "items" },
    ),
    h(
      "p",
      { class: "more" },
      own.length > PAGE ? `${after + 1} to ${after + page.length} of ` : "",
      counted(own.length, "item"),
      next ? [" \u00b7 ", link(`${next}#items`, { class: "lnk" }, "Next items")] : null,
      ageing.next
        ? `; only the ${count(ageing.items.length)} oldest of ${count(ageing.total)} are read here`
        : "",
    ),
  ];
}
