// The head of Forecast: what arrives when, what is at risk, and how far such dates held.

import { h, link } from "./dom.js";
import { count, counted, percent, period, reasonWords, stampDay } from "./format.js";
import { verdict } from "./forecast_held.js";
import { chanceOf, isDormant, noun, nouns } from "./forecast_queue.js";
import { grade } from "./parts.js";

const bold = (text) => h("b", null, text);

/** The one of which is spoken: least sure of its date, else the next to arrive. */
function spoken(rows) {
  const late = rows.filter(({ due }) => due?.at_risk).sort((a, b) => chanceOf(a.due) - chanceOf(b.due));
  if (late.length && late[0].dates.p85) return late[0];
  const known = rows.filter(({ dates }) => dates.p85);
  return known.sort((a, b) => a.dates.p85.localeCompare(b.dates.p85))[0] ?? null;
}

function dues({ of, due, items, lateness }) {
  if (!due.with_date) return [` None of the ${nouns({ of, items })} has a due date.`];
  return [
    " ",
    bold(`${count(due.at_risk)} of ${count(due.with_date)}`),
    ` with a due date ${due.at_risk === 1 ? "is" : "are"} at risk`,
    due.with_date > 1 && lateness.reason
      ? `; all are met with ${percent(due.all_in_time, "C")}.`
      : ".",
  ];
}

const times = (factor) => `${factor.toPrecision(2)} times`;

function caution(held, queue) {
  const found = held ? verdict(held) : null;
  if (!found?.late) return [];
  const { p50, p85 } = queue.lateness.items;
  if (p50 !== null)
    return [
      ` That is the pace alone: half of past ${nouns(queue)} took up to `,
      bold(times(p50)),
      " as long",
      p85 === null
        ? `; how long 85\u00a0% take nobody can say, so few have come.`
        : [", 85\u00a0% up to ", bold(times(p85)), "."],
    ].flat();
  return [
    ` Take these dates as the earliest: of past ${nouns(queue)}, `,
    bold(`${count(found.held)} of ${count(found.judged)}`),
    " such dates held.",
  ];
}

/** How many of them the sentence is about: those of which a date can be told. */
function dated(queue) {
  const rows = queue.items;
  const told = rows.filter((row) => !isDormant(row));
  if (told.length === rows.length)
    return rows.length > 1
      ? `All ${count(rows.length)} open ${nouns(queue)} are`
      : `The open ${noun(queue)} is`;
  return `${count(told.length)} of ${counted(rows.length, `open ${noun(queue)}`)} ${told.length === 1 ? "is" : "are"}`;
}

function first(rows, { starts }) {
  const one = spoken(rows);
  if (!one || rows.length < 2) return [];
  const due = one.due ? `, due ${stampDay(one.due.date, starts)}.` : ".";
  return [" ", bold(one.title), ` arrives by ${stampDay(one.dates.p85, starts)}${due}`];
}

export function answer(queue, held) {
  const rows = queue.items;
  if (!rows.length)
    return [`Nothing that belongs to a ${noun(queue)} is open, so there is no queue.`];
  if (queue.value.p85 === null || queue.value.p85 === undefined)
    return ["There is no forecast: ", reasonWords(queue.reasons[0] ?? "no data"), "."];
  const last = bold(stampDay(queue.dates.p85, queue.starts));
  return [
    dated(queue),
    " done by ",
    last,
    " with 85\u00a0%.",
    ...first(rows, queue),
    ...dues(queue),
    ...caution(held, queue),
  ];
}

export function facts(queue) {
  const why = (queue.reasons ?? [])[0];
  return [
    queue.pool.from ? `from the pace of ${period(queue.pool.from, queue.pool.to)}` : null,
    `n ${counted(queue.n, "completion")}`,
    queue.pool.per_day === null ? null : `${queue.pool.per_day.toFixed(1)} a day`,
    h("span", { class: "nw" }, grade(queue.grade, queue.reasons), why ? reasonWords(why) : null),
    link(queue.explain, { class: "lnk" }, "The completions behind it"),
  ];
}

/** What speaks against the pool, as the API says it. */
