// What is too old today, in a sentence and four figures.

import { address } from "./api.js";
import { h, link } from "./dom.js";
import { count, counted, date, duration, money, reasonWords, seconds } from "./format.js";
import { chanceOf, isLikely } from "./ageing_items.js";
import { figures, grade, trusted, valueOf } from "./parts.js";
import { blockedFigure, missFigure } from "./stuck_figures.js";

const bold = (text) => h("b", null, text);
const days = (value) => duration(seconds(value, "d"));

/** The expectation in days, or null. */
export const promised = (ageing) => valueOf(ageing, "sle_d") ?? ageing.within_d;

/** How many are likely to be late; those seen where too few were done. Null: not known. */
const likelyOf = (ageing) => valueOf(ageing, "likely_late") ?? ageing.observed.likely_late ?? null;

/** The step in which most of them are, where it is one and more than one item: [name, how many]. */
function mostIn(items) {
  const many = new Map();
  for (const { stage } of items) many.set(stage, (many.get(stage) ?? 0) + 1);
  const [first, second] = [...many].sort(([, a], [, b]) => b - a);
  return first && first[1] > 1 && first[1] > (second?.[1] ?? 0) ? first : null;
}

function whereWords(items, blocked) {
  const most = mostIn(items);
  const first = most
    ? [
        bold(
          most[1] === items.length
            ? `All of them are in ${most[0]}`
            : `${count(most[1])} are in ${most[0]}`,
        ),
        blocked
          ? `, and ${counted(blocked, "item")} ${blocked === 1 ? "is" : "are"} blocked.`
          : ".",
      ]
    : [];
  if (first.length) return [" ", ...first];
  return blocked
    ? [" ", bold(counted(blocked, "item")), ` ${blocked === 1 ? "is" : "are"} blocked.`]
    : [];
}

/** `ended`: the last day of a period that is over, of which only what is read can be told. */
export function answer({ ageing, blocked }, ended = null) {
  const many = valueOf(ageing, "count") ?? ageing.n;
  if (!many && ended) return [`Nothing was in flight on ${ended}, as far as the sources are read.`];
  if (!many) return ["Nothing is in flight now."];
  const likely = likelyOf(ageing);
  const now = valueOf(blocked, "now") ?? 0;
  const all = counted(many, "item");
  if (likely === null || !trusted(ageing))
    return [
      bold(`${all} ${many === 1 ? "is" : "are"} in flight`),
      `; which of them will be late can\u2019t be said yet: too little was done in this period.`,
      ...whereWords([], now),
    ];
  const promise = promised(ageing);
  const within = promise === null ? "the expectation" : `the expectation of ${days(promise)}`;
  if (!likely)
    return [
      "None of ",
      bold(all),
      ` in flight will probably miss ${within}.`,
      ...whereWords([], now),
    ];
  return [
    bold(`${count(likely)} of ${all}`),
    ` in flight will probably miss ${within}.`,
    ...whereWords(ageing.items.filter(isLikely), now),
  ];
}

export function facts({ ageing }) {
  const why = (ageing.reasons ?? [])[0];
  const done = ageing.value.history_done ?? 0;
  return [
    `as of ${date(ageing.window[1])}`,
    "since commitment, elapsed days",
    `judged by ${counted(done, "delivery", "deliveries")}`,
    h("span", { class: "nw" }, grade(ageing.grade, ageing.reasons), why ? reasonWords(why) : null),
    link(ageing.explain, { class: "lnk" }, "The items behind it"),
  ];
}

function oldestFigure(ageing) {
  const [first] = ageing.items;
  const oldest = valueOf(ageing, "oldest_d");
  return {
    title: "Oldest",
    value: days(oldest),
    none: "nothing in flight",
    href: first && address("/journey", { key: first.key }),
    notes: first ? [`${first.key}, in ${first.stage}`] : [],
  };
}

/** What the waiting of those likely to be late costs; without any, of all. */
function costFigure({ items, currency, grade: letter }) {
  const likely = items.filter(isLikely);
  const own = likely.length ? likely : items;
  const valued = own.filter(({ burn_rate_cents: cents }) => cents !== null);
  const burn = valued.reduce((sum, one) => sum + one.burn_rate_cents, 0);
  const of = likely.length ? "those likely to miss it" : "what is in flight";
  const without = own.length - valued.length;
  return {
    title: `Waiting of ${of}`,
    value: valued.length
      ? money(burn, currency, { grade: letter === "A" || letter === "B" ? letter : "C" })
      : null,
    small: "a week now",
    none: "not known",
    notes: [
      valued.length
        ? without
          ? `${counted(without, "item")} of ${count(own.length)} ${without === 1 ? "has" : "have"} no value`
          : `each of ${count(own.length)} has a value`
        : own.length
          ? "no item has a value per week; see [cost_of_delay]"
          : "nothing waits",
    ],
  };
}

export const headFigures = ({ ageing, blocked }) =>
  figures(
    missFigure(ageing, ageing.explain),
    blockedFigure(blocked, blocked.explain),
    oldestFigure(ageing),
    costFigure(ageing),
  );

/** The finding of the drawing, for those who do not see it. */
export function finding(ageing) {
  const known = ageing.items.filter((one) => chanceOf(one) !== null);
  const likely = ageing.items.filter(isLikely).length;
  return known.length
    ? `Age by step: ${count(likely)} of ${counted(ageing.items.length, "item")} will probably be late`
    : `Age by step: ${counted(ageing.items.length, "item")}`;
}
