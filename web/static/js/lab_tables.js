// The lab as tables: teams and steps before and after, and how near the model comes.

import { h } from "./dom.js";
import { count, counted, percent, rate } from "./format.js";
import { busyText, daysText, directionWords, moneyText } from "./lab_numbers.js";
import { asTable, section, table } from "./parts.js";

const sub = (text) => (text ? h("span", { class: "sub" }, text) : null);
const num = (...content) => h("td", { class: "num" }, ...content);
const p2 = (...content) => h("td", { class: "num p2" }, ...content);
const none = (words) => h("span", { class: "withheld" }, words);
const items = (value) => rate(value);

/** A pair in a cell: what it would be, and below what it was. */
function moved(pair, write, kind, cell = num) {
  if (!pair) return cell(none("no data"));
  if (pair.after === null)
    return cell(
      pair.direction === "same" ? "within chance" : h("b", null, directionWords(pair, kind)),
    );
  const same = pair.direction === "same" || write(pair.after) === write(pair.before);
  if (same) return cell(write(pair.before), sub("as now"));
  const grown = pair.direction === "more" && kind === "time";
  return cell(
    h("b", { class: grown ? "w-waiting" : null }, write(pair.after)),
    sub(`was ${write(pair.before)}`),
  );
}

const COLUMNS = (first) => [
  [first],
  ["Wait an item", "num"],
  ["Waiting there", "num p2"],
  ["Busy", "num p2"],
  ["Delay cost a week", "num"],
];

function row(name, beside, one, currency) {
  const money = (cents) => moneyText(cents, currency);
  return h(
    "tr",
    null,
    h("td", null, h("b", null, name), sub(beside)),
    moved(one.wait_d, daysText, "time"),
    moved(one.queue_items, items, "amount", p2),
    one.busy ? moved(one.busy, busyText, "amount", p2) : p2(none("nobody works here")),
    one.delay_cost_cents_per_week
      ? moved(one.delay_cost_cents_per_week, money, "amount")
      : num(none("not valued")),
  );
}

/** Who has more or less of the wait, team by team. */
export function teamsSection({ teams, delay_cost: cost }) {
  const rows = teams.map((one) =>
    row(one.team, one.steps.filter((step) => step !== one.team).join(", "), one, cost.currency),
  );
  return [
    section("By team", "its steps in sum; busy is that of its busiest people"),
    table("By team", COLUMNS("Team"), rows),
  ];
}

export const stepsTable = ({ steps, delay_cost: cost }) =>
  asTable(
    "Steps as a table",
    table(
      "By step",
      COLUMNS("Step"),
      steps.map((one) => row(one.step, one.team === one.step ? "" : one.team, one, cost.currency)),
    ),
  );

const CHECKED = { p50: "Half within", p85: "85 % within" };

function checkRow({ what, step, measured, modelled, off, holds }) {
  const write = step === null ? daysText : items;
  return h(
    "tr",
    null,
    h("td", null, h("b", null, step === null ? CHECKED[what] : `Waiting at ${step}`)),
    num(write(measured)),
    num(write(modelled)),
    num(
      `${off < 0 ? "\u2212" : "+"}${percent(Math.abs(off), "C")}`,
      holds ? null : h("span", { class: "sub w-blocked" }, "misses"),
    ),
  );
}

const BASIS = {
  queue_waited: "seen while others waited",
  most_at_once: "work seldom waited for them",
  no_queue: "no stage shows who waits for them",
};

const peopleRow = ({ team, steps, places, people, per_week: done, basis }) =>
  h(
    "tr",
    null,
    h("td", null, h("b", null, team), sub(steps.filter((one) => one !== team).join(", "))),
    num(people === null ? none("[[teams]] names nobody") : count(people)),
    num(count(places)),
    num(done === null ? none("not seen") : rate(done)),
    h("td", { class: "p2" }, BASIS[basis] ?? basis),
  );

/** What nothing moved in the whole period: it counts in a queue, and in no lever. */
function lies({ lying }) {
  if (!lying.length) return null;
  const told = lying.map(({ step, items: n }) => `${counted(Math.round(n), "item")} at ${step}`);
  return h(
    "p",
    { class: "note" },
    `${told.join(", ")} lay there all through the period: no lever moves them.`,
  );
}

/** How near the model comes, and what it is made of. */
export function calibrationTables({ calibration: told }) {
  return [
    asTable("How near the model comes", [
      table(
        "How near the model comes",
        [["Compared"], ["Measured", "num"], ["In the model", "num"], ["Off", "num"]],
        told.checks.map(checkRow),
      ),
      h(
        "p",
        { class: "note" },
        `It may speak in numbers while each is within ${percent(told.tolerance)}; of a queue below one item, of one item. ` +
          `Made of ${count(told.done)} items that were done and ${count(told.arrived)} that were begun; ` +
          `${count(told.items_per_run)} items in each of ${count(told.runs)} runs.`,
      ),
      lies(told),
    ]),
    asTable(
      "Who works where",
      table(
        "Who works where",
        [
          ["Team"],
          ["People", "num"],
          ["Items in hand at once", "num"],
          ["Done a week while others wait", "num"],
          ["Seen how", "p2"],
        ],
        told.people.map(peopleRow),
      ),
    ),
  ];
}
