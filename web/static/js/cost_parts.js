// The delay cost split: a bar for each part, and one part opened to what waited there.

import { address } from "./api.js";
import { h, link } from "./dom.js";
import { count, counted, duration, moneyRange, seconds } from "./format.js";
import { choice } from "./frame.js";
import { itemCell } from "./item_cell.js";
import { amount, amountCell, moneyBars, rangeOf } from "./money.js";
import { asTable, section, table } from "./parts.js";
import { valueWords } from "./value_lines.js";

export const BYS = [
  ["stage", "By queue"],
  ["team", "By team"],
  ["reason", "By reason"],
  ["kind", "By type"],
  ["item", "By item"],
  ["owner", "By whose value"],
];
const OF = [
  ["now", "a week, now"],
  ["period", "in this period"],
];
const MOST = 10;
const FEW_ROWS = 10;
const MANY_ROWS = 50;
const MEASURES = {
  now: { cents: "burn_rate_cents", how: "what waiting burns a week, as of now" },
  period: { cents: "cost_cents", how: "what waiting cost in this period; the parts add up" },
};

const chosenBy = (query) => BYS.find(([name]) => name === query.get("by")) ?? BYS[0];
const measureOf = (query) => (query.get("of") === "period" ? "period" : "now");

function opened(query, part) {
  const all = Object.fromEntries(query);
  return `${address("/delay-cost", { ...all, part })}#part`;
}

function beside(row, what) {
  if (what === "period") return `${duration(seconds(row.wait_d, "d"))} waited`;
  const bare = row.unvalued_now ? `, ${count(row.unvalued_now)} without a value` : "";
  return `${counted(row.waiting_now, "item")}${bare}`;
}

function barRow(row, { query, by, what }) {
  const { cents } = MEASURES[what];
  return {
    label: row[by],
    sub: beside(row, what),
    cents: row[cents],
    range: rangeOf(row.ranges[cents]),
    href: opened(query, row[by]),
    current: query.get("part") === row[by],
  };
}

function controls({ query, change }, by, what) {
  return [
    choice("Split", BYS, by, (value) =>
      change({ by: value === "stage" ? null : value, part: null }),
    ),
    choice("What is shown", OF, what, (value) => change({ of: value === "now" ? null : value })),
  ];
}

const cells = (row, cents, currency) => {
  const range = rangeOf(row.ranges[cents]);
  return [
    h("td", { class: "num" }, amount(row[cents], currency, range) ?? "not valued"),
    h("td", { class: "num" }, range ? moneyRange(range, currency) : "no range"),
  ];
};

function partsTable(cost, by, [, label]) {
  const rows = cost.items.map((row) =>
    h(
      "tr",
      null,
      h("td", null, row[by]),
      h("td", { class: "num" }, duration(seconds(row.wait_d, "d"))),
      ...cells(row, "cost_cents", cost.currency),
      h("td", { class: "num" }, row.sunk_cents ? amount(row.sunk_cents, cost.currency) : ""),
      ...cells(row, "burn_rate_cents", cost.currency),
      h("td", { class: "num" }, count(row.waiting_now)),
    ),
  );
  const numbers = ["Waited", "Cost", "Likely", "Sunk", "A week now", "Likely", "Waiting now"];
  const heads = [[label.replace("By ", "")], ...numbers.map((one) => [one, "num"])];
  return table(`Delay cost ${label.toLowerCase()}`, heads, rows);
}

function finding(first, what, currency) {
  if (!first) return "Nothing burns";
  const weekly = what === "now" ? " a week" : "";
  return `Most by ${first.label}: ${amount(first.cents, currency, first.range)}${weekly}`;
}

/** Bars by the chosen split and measure, each opening what waited there. */
export function bySection({ cost }, page) {
  const { query } = page;
  const [by, label] = chosenBy(query);
  const what = measureOf(query);
  const rows = cost.items
    .map((row) => barRow(row, { query, by, what }))
    .filter(({ cents }) => cents > 0)
    .sort((a, b) => b.cents - a.cents);
  const shown = rows.slice(0, MOST);
  const more = rows.length > MOST ? `; the ${MOST} dearest of ${count(rows.length)}` : "";
  const ranged = shown.some(({ range }) => range) ? "; line: likely range (p10\u2013p90)" : "";
  const empty =
    what === "now" ? "Nothing with a value waits now." : "Nothing waited in this period.";
  return h(
    "section",
    { class: "cby" },
    section(label, `${MEASURES[what].how}${ranged}${more}`, null, "parts"),
    h("p", { class: "cctl" }, ...controls(page, by, what)),
    shown.length
      ? h(
          "figure",
          { "aria-label": finding(shown[0], what, cost.currency) },
          moneyBars(shown, cost.currency),
        )
      : h("p", { class: "note" }, empty),
    cost.items.length
      ? asTable(`${label}, as a table`, partsTable(cost, by, chosenBy(query)))
      : null,
  );
}

const partRow = (currency) => (item) =>
  h(
    "tr",
    null,
    itemCell(item),
    h("td", { class: "num" }, duration(item.charged_s)),
    amountCell(item.cost_cents, currency, null),
    h("td", { class: "num p2" }, amount(item.value.likely_cents, currency)),
    h(
      "td",
      { class: "p2" },
      valueWords(item.value),
      item.value.inherited ? h("span", { class: "sub" }, `value of ${item.value.key}`) : null,
    ),
  );

function leftOut(rows) {
  if (!rows.length) return null;
  const items = rows.map((item) => h("tr", null, itemCell(item)));
  return asTable(
    `${counted(rows.length, "delivery", "deliveries")} without a value waited there, too`,
    table("Waited there without a value", [["Item"]], items, { headed: false }),
  );
}

/** The part of the address, opened: every delivery with what its waiting there cost. */
export function partSection({ cost, part }, { query, change }) {
  if (!part) return [];
  const close = h(
    "button",
    { class: "lnk", type: "button", onclick: () => change({ part: null, all: null }) },
    "Close",
  );
  const { included: all } = part;
  const most = query.get("all") === "part" ? MANY_ROWS : FEW_ROWS;
  const shown = all.slice(0, most);
  const some = all.length > most ? `, the ${most} dearest` : "";
  const how = `${counted(all.length, "delivery", "deliveries")} waited there in this period${some}, and what that cost`;
  const heads = [["Item"], ["Waited there", "num"], ["Cost", "num"], ["Worth a week", "num p2"]];
  const open = cost.items.find((row) => row[part.by] === part.part)?.explain;
  const more =
    all.length > FEW_ROWS && most === FEW_ROWS
      ? h(
          "button",
          { class: "lnk", type: "button", onclick: () => change({ all: "part" }) },
          "More",
        )
      : null;
  const whole = open && link(open, { class: "lnk" }, "All of it, as data");
  const ways = [more, whole, close]
    .filter(Boolean)
    .flatMap((one, at) => (at ? [" \u00b7 ", one] : [one]));
  return [
    section(part.part, how, ways, "part"),
    all.length
      ? table(part.part, [...heads, ["Shape", "p2"]], shown.map(partRow(cost.currency)))
      : h("p", { class: "note" }, "Nothing with a value waited there in this period."),
    leftOut(part.excluded),
  ];
}
