// What is shipped and not switched on: what it burns, and each item.

import { h, link } from "./dom.js";
import { count, duration, percent } from "./format.js";
import { itemCell } from "./item_cell.js";
import { amount } from "./money.js";
import { section, table, trusted, valueOf } from "./parts.js";

const FEW = 8;
const STATES = {
  never_on: "never switched on",
  partly_on: "on for some",
  switched_off: "switched off again",
};

function row(item, currency) {
  const cents = item.value_per_week_cents;
  const share = item.state === "partly_on" ? `, ${percent(item.share)} of users` : "";
  return h(
    "tr",
    null,
    itemCell(item),
    h(
      "td",
      null,
      `${STATES[item.state]}${share}`,
      h("span", { class: "sub" }, item.features.join(", ")),
    ),
    h("td", { class: "num" }, duration(item.age_s)),
    h(
      "td",
      { class: "num" },
      cents === null
        ? h("span", { class: "withheld" }, "no value")
        : h("b", null, amount(cents, currency)),
    ),
  );
}

/** A table of these items; the dearest first, then the oldest. */
export const stockTable = (items, currency) =>
  table(
    "Shipped and not switched on",
    [["Item"], ["State"], ["For", "num"], ["Worth a week", "num"]],
    items.map((item) => row(item, currency)),
    { style: "stock" },
  );

export const dearestFirst = (items) =>
  [...items].sort(
    (a, b) => (b.value_per_week_cents ?? -1) - (a.value_per_week_cents ?? -1) || b.age_s - a.age_s,
  );

/** How many, what they burn, and how many of them nobody valued. */
export function stockWords(stock) {
  const burn = valueOf(stock, "burn_rate_cents");
  const bare = valueOf(stock, "unvalued");
  const cost = burn ? `; not switching them on costs ${amount(burn, stock.currency)} a week` : "";
  const without = bare ? `, ${count(bare)} of them without a value` : "";
  return `${count(stock.items.length)} in production that most users do not have${cost}${without}`;
}

/** Why nothing is listed: nobody reports exposure, or everything is on. */
export const stockReason = (stock) =>
  stock.reasons.some((one) => one.includes("no tool reports exposure"))
    ? "No tool reports which features are switched on, so this is not known. Flag tools tell it by events or a file."
    : "Everything that is in production, and of which a tool tells, is switched on.";

export function stockSection(stock, { query }) {
  const all = `/value?stream=${encodeURIComponent(query.get("stream"))}#stock`;
  const heading = "Shipped and not switched on";
  if (!stock.items.length)
    return [
      section(heading, null, link(all, { class: "lnk" }, "What became of features"), "stock"),
      h("p", { class: "note" }, stockReason(stock)),
    ];
  const more = link(
    all,
    { class: "lnk" },
    `All ${count(stock.items.length)}, and what became of the others`,
  );
  const soft = trusted(stock) ? "" : "; known in direction only";
  return [
    section(heading, `${stockWords(stock)}${soft}`, more, "stock"),
    stockTable(dearestFirst(stock.items).slice(0, FEW), stock.currency),
  ];
}
