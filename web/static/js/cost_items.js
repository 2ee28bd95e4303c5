// The items in flight that burn most, and those without a value.

import { address } from "./api.js";
import { h, link } from "./dom.js";
import { count, counted, day, duration, percent } from "./format.js";
import { amount, amountCell, rangeDot, rangeOf } from "./money.js";
import { itemCell } from "./item_cell.js";
import { asTable, section, table } from "./parts.js";
import { valueWays, valueWords } from "./value_lines.js";

const FEW = 8;
const MANY = 50;
const HEADS = [
  ["Item"],
  ["Waits in"],
  ["Cost of delay a week, likely range", "p2 rng"],
  ["a week", "num"],
  ["So far", "num p2"],
  ["Until done, half the time", "num p2"],
  ["Shape", "p2"],
];

function place(item, asOf) {
  const since = item.waiting_since && (Date.parse(asOf) - Date.parse(item.waiting_since)) / 1000;
  const word = item.waiting ? (since ? duration(since) : "waits") : "worked on";
  return h(
    "td",
    null,
    item.stage,
    h("span", { class: "sub" }, item.team ? `${word}, ${item.team}` : word),
  );
}

function shape(item) {
  const { value, risk } = item;
  const notes = [
    value.inherited ? `value of ${value.key}` : null,
    risk ? `${percent(risk.late)} risk to miss it` : null,
  ].filter(Boolean);
  return h(
    "td",
    { class: "p2" },
    valueWords(value),
    notes.length ? h("span", { class: "sub" }, notes.join("; ")) : null,
  );
}

function row(item, { currency, as_of: asOf }, most) {
  const range = rangeOf(item.burn_range);
  const later = item.projected_cents?.p50;
  const burns = item.burn_rate_cents > 0;
  return h(
    "tr",
    null,
    itemCell(item),
    place(item, asOf),
    h("td", { class: "p2 rng" }, burns ? rangeDot(item.burn_rate_cents, range, most) : null),
    burns
      ? amountCell(item.burn_rate_cents, currency, range)
      : h("td", { class: "num" }, h("span", { class: "withheld" }, "nothing now")),
    h("td", { class: "num p2" }, amount(item.cost_cents, currency)),
    h(
      "td",
      { class: "num p2" },
      later === null || later === undefined
        ? h("span", { class: "withheld" }, "not known")
        : amount(later, currency),
    ),
    shape(item),
  );
}

const ends = (items) =>
  Math.max(1, ...items.map((one) => Math.max(one.burn_rate_cents, one.burn_range?.p90 ?? 0)));

/** Dearest week first; all of them where the address says so. */
export function burningSection({ burning }, { query }) {
  const valued = burning.items.filter(({ value }) => value !== null);
  const all = query.get("all") === "items";
  const burns = valued.filter(({ burn_rate_cents: cents }) => cents > 0);
  const shown = all ? valued.slice(0, MANY) : burns.slice(0, FEW);
  const choices = Object.fromEntries(query);
  const right =
    valued.length > FEW || all
      ? link(
          `${address("/delay-cost", { ...choices, all: all ? null : "items" })}#items`,
          { class: "lnk" },
          all ? "Only what burns most" : `All ${count(valued.length)} with a value`,
        )
      : null;
  const some = all && valued.length > MANY ? `, the first ${MANY}` : "";
  const head = section(
    "Items that burn most",
    `in flight, highest weekly cost first${some}`,
    right,
    "items",
  );
  if (!shown.length)
    return [head, h("p", { class: "note" }, "Nothing with a value waits now, so nothing burns.")];
  const most = ends(shown);
  return [
    head,
    table(
      "Items that burn most",
      HEADS,
      shown.map((item) => row(item, burning, most)),
      { style: "burning" },
    ),
    burning.projection_reason
      ? h("p", { class: "note" }, `Until done is not known: ${burning.projection_reason}.`)
      : h("p", { class: "note" }, `Until done: ${burning.projection}.`),
  ];
}

/** What is in flight without a value: counted here, and nowhere priced at zero. */
export function unvaluedSection({ burning }) {
  const bare = burning.items.filter(({ value }) => value === null);
  if (!bare.length) return [];
  const rows = bare
    .slice(0, MANY)
    .map((item) =>
      h(
        "tr",
        null,
        itemCell(item),
        place(item, burning.as_of),
        h("td", { class: "nw" }, item.committed_at ? `since ${day(item.committed_at)}` : ""),
      ),
    );
  const listed = (some) => table("Without a value", [["Item"], ["Stands in"], ["In flight"]], some);
  const rest = rows.slice(FEW);
  const how = `${count(bare.length)} of ${counted(burning.total, "item")} in flight; counted, never priced at zero`;
  return [
    section("Without a value", how, null, "unvalued"),
    listed(rows.slice(0, FEW)),
    rest.length ? asTable(`The other ${count(rest.length)}`, listed(rest)) : null,
    asTable("How to give them a value", valueWays(bare[0].key, burning.currency)),
  ];
}
