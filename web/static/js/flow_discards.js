// What was begun and thrown away: from which step, with how much work and waiting, and what that cost.

import { h, link } from "./dom.js";
import { count, counted, date, duration, money, percent, percentRange, seconds } from "./format.js";
import { itemCell } from "./item_cell.js";
import { asTable, section, table, valueOf } from "./parts.js";

const FEW = 10;
const days = (value) => duration(seconds(value, "d"));
const num = (...content) => h("td", { class: "num" }, ...content);
const none = (words) => h("span", { class: "withheld" }, words);
const cost = (cents, currency) => (cents === null ? none("no value") : money(cents, currency));

const stageRow = (one, currency) =>
  h(
    "tr",
    null,
    h("td", null, h("b", null, one.stage)),
    num(count(one.count)),
    num(days(one.active_d)),
    num(days(one.waiting_d)),
    num(cost(one.sunk_cents, currency)),
  );

const itemRow = (one, currency) =>
  h(
    "tr",
    null,
    itemCell(one),
    h(
      "td",
      { class: "p2" },
      one.stage,
      h("span", { class: "sub" }, `dropped ${date(one.cancelled_at)}`),
    ),
    num(duration(one.active_s)),
    num(duration(one.waiting_s)),
    num(cost(one.sunk_cents, currency)),
  );

function words(gone) {
  const { numerator: many, denominator: all } = gone.value;
  const share = valueOf(gone, "ratio");
  const range = gone.interval?.ratio;
  const begin = `${count(many)} of ${counted(all, "delivery", "deliveries")}`;
  return `${begin}${share === null ? "" : `, ${percent(share)}`}${range ? ` (${percentRange(...range)})` : ""} that were begun`;
}

function sunk({ lost, currency }) {
  const paid =
    lost.sunk_cents === null ? null : `; their waiting cost ${money(lost.sunk_cents, currency)}`;
  const without = lost.unpriced ? `, ${count(lost.unpriced)} of them without a value` : "";
  return `${days(lost.active_d)} of work and ${days(lost.waiting_d)} of waiting went into them${paid ?? ""}${without}.`;
}

export function discardsSection({ gone }) {
  const before = gone.never_begun
    ? `${counted(gone.never_begun, "idea")} more ${gone.never_begun === 1 ? "was" : "were"} dropped before anybody began: no work was lost.`
    : null;
  if (!gone.items.length)
    return [
      section("Begun and thrown away", null, null, "discards"),
      h("p", { class: "note" }, "Nothing that was begun was dropped in this period. ", before),
    ];
  const { currency } = gone;
  const rows = gone.items.map((one) => itemRow(one, currency));
  const columns = [
    ["Item"],
    ["Dropped from", "p2"],
    ["Work", "num"],
    ["Waiting", "num"],
    ["Its waiting cost", "num"],
  ];
  return [
    section(
      "Begun and thrown away",
      words(gone),
      link(gone.explain, { class: "lnk" }, "The items behind it"),
      "discards",
    ),
    h("p", { class: "imphead" }, sunk(gone)),
    table("Thrown away, the most work first", columns, rows.slice(0, FEW), { style: "items" }),
    before ? h("p", { class: "note" }, before) : null,
    asTable("By the step they were dropped from", [
      table(
        "By step",
        [
          ["Step"],
          ["Items", "num"],
          ["Work", "num"],
          ["Waiting", "num"],
          ["Their waiting cost", "num"],
        ],
        gone.by_stage.map((one) => stageRow(one, currency)),
      ),
    ]),
    rows.length > FEW
      ? asTable(
          `All ${counted(rows.length, "item")}`,
          table(
            "All that was thrown away",
            columns,
            gone.items.map((one) => itemRow(one, currency)),
          ),
        )
      : null,
  ];
}
