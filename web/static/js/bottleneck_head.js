// Which queue holds up most, in a sentence and four figures.

import { h } from "./dom.js";
import { count, counted, day, duration, money, percent, seconds } from "./format.js";
import { figures, trusted } from "./parts.js";
import { blockedFigure, missFigure } from "./stuck_figures.js";

const bold = (text) => h("b", null, text);
const days = (value) => duration(seconds(value, "d"));

/** The stages in which work is: not where it ends. */
export const inside = (stages) =>
  stages.filter(({ state }) => state !== "done" && state !== "cancelled");

/** What has been begun: ideas may lie long. */
const begun = (stages) => inside(stages).filter(({ state }) => state !== "new");

/** The queue in which waiting costs most now; where nothing has a value, in which most waits. Null where nothing waits. */
export function constraint(stages) {
  const waits = begun(stages).filter(({ waiting_now: n }) => n > 0);
  const total = (one) => one.waiting_now * (one.average_wait_now_d ?? 0);
  const order = (a, b) =>
    (b.burn_rate_cents ?? 0) - (a.burn_rate_cents ?? 0) || total(b) - total(a);
  return waits.sort(order)[0] ?? null;
}

/** Whose work the queue waits for: the next stage of work, or the stage itself. */
export function stepOf(stages, name) {
  const from = stages.findIndex((one) => one.name === name);
  return stages.slice(from).find(({ state }) => state === "active") ?? stages[from] ?? null;
}

/** The first day since which no other queue was longer, without a break; null if it is not so today. */
export function longestSince({ boundaries, points }, name) {
  const queues = boundaries.filter(({ state }) => state === "waiting").map((one) => one.name);
  if (!queues.includes(name)) return null;
  const leads = ({ occupancy }) => queues.every((one) => occupancy[one] <= occupancy[name]);
  const known = points.filter(({ occupancy }) => occupancy);
  let first = known.length;
  while (first > 0 && leads(known[first - 1])) first -= 1;
  if (known.length - first < 2) return null;
  return { day: known[first].start, always: first === 0 };
}

function sinceWords(since) {
  if (!since) return ".";
  return since.always
    ? ". No other queue was longer at any time in this period."
    : `. No other queue has been longer since ${day(since.day)}.`;
}

const grouped = (told) => (trusted(told) ? "B" : "C");

/** `ended`: the last day of a period that is over, of which only what is read can be told. */
export function answer({ stages, cfd, ageing }, ended = null) {
  const worst = constraint(stages.items);
  if (!worst && ended)
    return [`Nothing that was begun waited in a queue on ${ended}, as far as the sources are read.`];
  if (!worst) return ["Nothing that has been begun waits in a queue now."];
  const n = counted(worst.waiting_now, "item");
  const each = days(worst.average_wait_now_d);
  const cost = worst.burn_rate_cents
    ? [
        ", which costs ",
        bold(`${money(worst.burn_rate_cents, worst.currency, { grade: grouped(ageing) })} a week`),
      ]
    : [];
  return [
    bold(worst.name),
    " holds up most: ",
    bold(`${n} ${worst.waiting_now === 1 ? "waits" : "wait"} there`),
    each ? `, ${each} each so far` : "",
    ...cost,
    sinceWords(longestSince(cfd, worst.name)),
  ];
}

const sum = (rows, key) => rows.reduce((total, one) => total + (one[key] ?? 0), 0);

function waitingFigure(rows) {
  const [waiting, all] = [sum(rows, "waiting_now"), sum(rows, "items_now")];
  return {
    title: "Waiting now",
    value: count(waiting),
    small: `of ${count(all)} begun`,
    notes: [all ? `${percent(waiting / all, "C")} of them wait` : "nothing is in the stream"],
  };
}

function costFigure(rows, worst, grade) {
  const known = rows.some(({ delay_cost_cents: cents, burn_rate_cents: burn }) => cents || burn);
  const burn = sum(rows, "burn_rate_cents");
  const share = worst && burn > 0 ? worst.burn_rate_cents / burn : null;
  return {
    title: "It costs",
    value: known ? money(burn, rows[0]?.currency ?? "EUR", { grade }) : null,
    small: "a week now",
    none: "not known",
    notes: [
      known
        ? share
          ? `${percent(share, "C")} of it in ${worst.name}`
          : "nothing with a value waits now"
        : "no item has a value per week; see [cost_of_delay]",
    ],
  };
}

/** `items`: the address of the items in work. */
export function headFigures({ stages, ageing, blocked }, items) {
  const rows = begun(stages.items);
  return figures(
    waitingFigure(rows),
    costFigure(rows, constraint(stages.items), grouped(ageing)),
    missFigure(ageing, `${items}#items`),
    blockedFigure(blocked, `${items}#blocked`),
  );
}
