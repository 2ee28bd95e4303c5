// The items behind a number of Value: when each was released, live, used, adopted, and what it brought.

import { address } from "./api.js";
import { h } from "./dom.js";
import { count, counted, date, duration, percent } from "./format.js";
import { choice } from "./frame.js";
import { itemCell } from "./item_cell.js";
import { amount } from "./money.js";
import { paged } from "./paging.js";
import { asTable, section, table } from "./parts.js";

const SHOWN = [
  ["idea_to_live", "Live in this period"],
  ["time_to_first_use", "First used in this period"],
  ["time_to_adoption", "Adopted in this period"],
  ["realised_value", "With a return"],
  ["outcome_coverage", "All released"],
];
const PAGE = 25;
const MOST_LEFT = 200;
const REASONS = {
  no_exposure: "no tool tells who has it",
  not_deployed: "not in production",
  not_exposed: "too few users have it",
  switched_off: "switched off soon after",
  no_use_data: "no tool tells of its use",
  not_used_yet: "not used yet",
  no_use_share: "no share of users told",
  not_adopted_yet: "not adopted yet",
  unvalued: "no value",
  no_value_told: "no value told of it",
  not_told: "no tool tells whether it is on",
};
const WAYS = { experiment: "experiment", before_after: "before and after", opinion: "opinion" };

export const reasonOf = (name) => REASONS[name] ?? name.replaceAll("_", " ");

/** "108 no tool tells who has it, 19 too few users have it". */
export const leftOutWords = (excluded) =>
  Object.entries(excluded ?? {})
    .sort(([, a], [, b]) => b - a)
    .map(([name, many]) => `${count(many)} ${reasonOf(name)}`)
    .join(", ");

/** Which number the list is of. */
export const shownOf = (query) =>
  SHOWN.some(([slug]) => slug === query.get("show")) ? query.get("show") : SHOWN[0][0];

/** The address of the list of a number. */
export const listed = (query, slug) =>
  `${address("/value", { ...Object.fromEntries(query), show: slug, page: null })}#list`;

const since = (from, to) =>
  from && to ? duration((Date.parse(to) - Date.parse(from)) / 1000) : null;

function moment(at, beside, none = "") {
  if (!at) return h("td", { class: "p2" }, h("span", { class: "withheld" }, none));
  return h("td", { class: "p2 nw" }, date(at), beside ? h("span", { class: "sub" }, beside) : null);
}

function liveCell(item) {
  if (!item.live_at)
    return h(
      "td",
      null,
      h("span", { class: "withheld" }, reasonOf(item.live_reason ?? "not_told")),
    );
  const users = item.share === null ? null : `${percent(item.share)} of users now`;
  const took = since(item.idea_at, item.live_at);
  const beside = [took ? `${took} after the idea` : null, users].filter(Boolean).join(", ");
  return h("td", null, date(item.live_at), h("span", { class: "sub" }, beside));
}

/** What was told at a mark, by way of finding out; indirect value stands apart. */
function told(item, days) {
  return Object.entries(WAYS).flatMap(([way, name]) =>
    ["direct", "indirect"].flatMap((effect) => {
      const cents = item[`${way}_${effect}_${days}_cents`];
      return cents === null || cents === undefined
        ? []
        : [{ cents, name: effect === "indirect" ? `${name}, indirect` : name }];
    }),
  );
}

function returnCell(item, currency) {
  const marks = [90, 30].filter((days) => item && told(item, days).length);
  if (!marks.length)
    return h("td", { class: "num" }, h("span", { class: "withheld" }, "none told"));
  const [days] = marks;
  const hoped = item[`expected_${days}_cents`];
  const of = hoped === null || hoped === undefined ? "" : ` of ${amount(hoped, currency)}`;
  const ways = told(item, days);
  return h(
    "td",
    { class: "num" },
    h("b", null, amount(ways[0].cents, currency)),
    of,
    h("span", { class: "sub" }, `${days} d, ${ways[0].name}`),
    ...ways
      .slice(1)
      .map((one) => h("span", { class: "sub" }, `${amount(one.cents, currency)} ${one.name}`)),
  );
}

function row(item, brought, currency) {
  const visible = item.shown_at;
  return h(
    "tr",
    null,
    itemCell(item),
    moment(item.released_at, null, "not released"),
    liveCell(item),
    moment(item.first_use_at, since(visible, item.first_use_at), "not told"),
    moment(item.adopted_at, since(visible, item.adopted_at), "not told"),
    returnCell(brought, currency),
  );
}

function leftOut(rows) {
  if (!rows.length) return null;
  const lines = rows
    .slice(0, MOST_LEFT)
    .map((item) => h("tr", null, itemCell(item), h("td", null, reasonOf(item.reason))));
  const some = rows.length > MOST_LEFT ? `, the first ${MOST_LEFT}` : "";
  return asTable(
    `${counted(rows.length, "item")} not in it, and why${some}`,
    table("Not in it", [["Item"], ["Why"]], lines),
  );
}

const byRelease = (a, b) => (b.released_at ?? "").localeCompare(a.released_at ?? "");

/** The newest release first. */
export function itemsSection({ rows, returns, stock }, { query, change }) {
  const slug = shownOf(query);
  const all = [...rows.included].sort(byRelease);
  const { shown, more } = paged(all, PAGE, query, "/value", "list");
  const brought = new Map(returns.included.map((item) => [item.key, item]));
  const which = choice("Which items", SHOWN, slug, (value) =>
    change({ show: value === SHOWN[0][0] ? null : value, page: null }),
  );
  const heads = [["Item"], ["Released", "p2"], ["Live"], ["First used", "p2"], ["Adopted", "p2"]];
  return [
    section("Items", "each opens its journey; the newest release first", null, "list"),
    h("p", { class: "cctl" }, which),
    shown.length
      ? table(
          "Items",
          [...heads, ["Brought", "num"]],
          shown.map((item) => row(item, brought.get(item.key), stock.currency)),
          { style: "vitems" },
        )
      : h("p", { class: "note" }, "No item is in this number in this period."),
    more,
    leftOut(rows.excluded),
  ];
}
