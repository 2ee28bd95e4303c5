// The answer line, the envelope line and the four figures of the delay cost.

import { address } from "./api.js";
import { h, link } from "./dom.js";
import {
  count,
  counted,
  day,
  fraction,
  moneyRange,
  percent,
  period,
  reasonWords,
} from "./format.js";
import { amount, rangeOf } from "./money.js";
import { grade, trusted } from "./parts.js";

const SURE = 0.75;
const here = (place) => `${location.pathname}${location.search}${place}`;
const bold = (text) => h("b", null, text);

/** The part that burns most now; null where nothing burns. */
export function dearest({ items, burn_rate_cents: all }) {
  const [first] = [...items].sort((a, b) => (b.burn_rate_cents ?? 0) - (a.burn_rate_cents ?? 0));
  if (!first?.burn_rate_cents || !all) return null;
  return { ...first, share: first.burn_rate_cents / all };
}

const lastWeek = ({ series }) =>
  series?.filter(({ complete, cost_cents: cents }) => complete && cents !== null).at(-1) ?? null;

const burnText = (cost) =>
  amount(cost.burn_rate_cents, cost.currency, rangeOf(cost.ranges?.burn_rate_cents));

/** What a better order would save, where that is more than chance. */
function saving(queue, currency) {
  const { order, stage } = queue;
  const drawn = order?.ranges.saves_cents;
  if (!order || order.saves_cents <= 0 || drawn.p10 <= 0) return null;
  return { stage, text: amount(order.saves_cents, currency, rangeOf(drawn)) };
}

function place(weekly, queue) {
  const first = dearest(weekly);
  if (!first) return [];
  const saved = saving(queue, weekly.currency);
  const parts = [" ", bold(first.stage), ` holds ${percent(first.share)} of it`];
  if (!saved) return [...parts, "."];
  const where = saved.stage === first.stage ? "there" : `in ${saved.stage}`;
  return [
    ...parts,
    `; a better order ${where} would save about `,
    bold(saved.text),
    ", without more people.",
  ];
}

/** Amounts of grade A and B only; what is not known is said. */
export function answer({ title, cost, weekly, queue }) {
  if (cost.cost_cents === null && cost.burn_rate_cents === null)
    return [`What waiting in ${title} costs is not known: ${cost.reason ?? "no data"}.`];
  if (!trusted(cost)) {
    const why = cost.reasons.map(reasonWords)[0] ?? "no data";
    return [`What waiting in ${title} costs is known in direction only: ${why}.`];
  }
  const week = lastWeek(weekly);
  const { currency } = cost;
  const before = week
    ? [
        ` cost `,
        bold(`${amount(week.cost_cents, currency, rangeOf(week.range))} last week`),
        " and",
      ]
    : [];
  if (!cost.burn_rate_cents)
    return [`Waiting in ${title}`, ...before, " costs nothing now: nothing with a value waits."];
  return [
    `Waiting in ${title}`,
    ...before,
    " costs ",
    bold(`${burnText(cost)} a week`),
    week ? " now." : ".",
    ...place(weekly, queue),
  ];
}

export function facts(cost) {
  const why = cost.reasons.filter((one) => !one.startsWith("C11<")).map(reasonWords)[0];
  return [
    period(...cost.window),
    cost.clock_means,
    `definition ${cost.definition}`,
    h(
      "span",
      { class: "nw" },
      grade(cost.grade, cost.reasons),
      why ?? `${percent(cost.coverage.C11) ?? "none"} of items in flight have a value`,
    ),
    link(
      cost.explain,
      { class: "lnk" },
      cost.n
        ? `The ${counted(cost.n, "delivery", "deliveries")} behind it`
        : `The ${counted(cost.unvalued, "delivery", "deliveries")} without a value`,
    ),
    ...cost.caveats.map(reasonWords),
  ];
}

const likely = (range, currency) =>
  range ? `likely ${moneyRange(range, currency)}` : "no value in it has a range";

function nowFigure(cost) {
  const range = rangeOf(cost.ranges?.burn_rate_cents);
  const known = cost.burn_rate_cents !== null;
  return {
    title: "Waiting costs now",
    value: known ? burnText(cost) : null,
    none: "not known",
    small: "a week",
    soft: !trusted(cost),
    href: here("#items"),
    notes: known
      ? [
          likely(range, cost.currency),
          range ? h("em", null, ` \u00b7 of ${count(cost.ranges.draws)} draws`) : "",
        ]
      : ["nothing that waits now has a value"],
  };
}

function sinceFigure(cost, query) {
  const range = rangeOf(cost.ranges?.cost_cents);
  const { currency, sunk_cents: sunk, sunk_deliveries: many } = cost;
  const all = Object.fromEntries(query);
  return {
    title: `Waiting cost since ${day(cost.window[0])}`,
    value: cost.cost_cents === null ? null : amount(cost.cost_cents, currency, range),
    none: "not known",
    soft: !trusted(cost),
    href: `${address("/delay-cost", { ...all, by: "item", of: "period" })}#parts`,
    notes: [
      cost.cost_cents === null ? (cost.reason ?? "no data") : likely(range, currency),
      sunk ? `; ${amount(sunk, currency)} more was sunk in ${counted(many, "cancelled item")}` : "",
    ],
  };
}

/** How sure it is that no other part burns more. */
function lead(first) {
  const share = first.first_share_now;
  if (share === null || share === undefined) return "nothing burns elsewhere";
  if (share === 1)
    return `${counted(first.waiting_now, "item")} wait there; it is first in every draw`;
  return share >= SURE
    ? `first in ${percent(share)} of draws, so the lead is safe`
    : `first in ${percent(share)} of draws only: too close to call`;
}

function whereFigure(weekly, query) {
  const first = dearest(weekly);
  const all = Object.fromEntries(query);
  return {
    title: "Where",
    value: first ? `${first.stage}, ${percent(first.share)}` : null,
    none: "nowhere",
    words: true,
    soft: !trusted(weekly),
    href: first && `${address("/delay-cost", { ...all, by: "stage", part: first.stage })}#part`,
    notes: [first ? lead(first) : "nothing with a value waits now"],
  };
}

function missingFigure({ total, unvalued }) {
  const how = link(here("#unvalued"), { class: "lnk" }, "Value them");
  return {
    title: "What is not in it",
    value: unvalued ? count(unvalued) : "Nothing",
    words: !unvalued,
    small: unvalued ? `of ${counted(total, "item")}` : null,
    href: unvalued ? here("#unvalued") : null,
    notes: unvalued
      ? ["in flight have no value yet. They are counted, not priced at zero. ", how]
      : [
          total
            ? `all ${fraction(total, total)} items in flight have a value`
            : "nothing is in flight",
        ],
  };
}

export const figuresOf = ({ cost, weekly, burning }, { query }) => [
  nowFigure(cost),
  sinceFigure(cost, query),
  whereFigure(weekly, query),
  missingFigure(burning),
];
