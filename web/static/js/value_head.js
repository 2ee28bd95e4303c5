// The answer line, the envelope line and the four figures of Value.

import { h } from "./dom.js";
import {
  count,
  counted,
  duration,
  durationWords,
  fraction,
  percent,
  percentRange,
  period,
  reasonWords,
  seconds,
  withheld,
} from "./format.js";
import { amount } from "./money.js";
import { grade, trusted, valueOf } from "./parts.js";
import { listed } from "./value_items.js";

const bold = (text) => h("b", null, text);

/** Why nothing is told at all; null where there is something. */
export const missingTool = (envelope) =>
  envelope.reasons.find((one) => /^no tool reports/.test(one)) ?? null;

const half = (envelope) => seconds(valueOf(envelope, "p50"), envelope.unit);
const told = (envelope) => trusted(envelope) && half(envelope) !== null;

const why = (envelope, key) => missingTool(envelope) ?? withheld(envelope.reasons, key);

function times(title, live, first) {
  const used = told(first)
    ? ["first used within ", bold(durationWords(half(first))), " after somebody could see them."]
    : null;
  if (told(live))
    return [
      `Half of ideas in ${title} are live for their users within `,
      bold(durationWords(half(live))),
      ...(used ? ["; half are ", ...used] : ["."]),
    ];
  const begin = `How long ideas in ${title} take until their users have them is not known: ${why(live, "p50")}.`;
  return used ? [begin, " Half are ", ...used] : [begin];
}

function outcome(known) {
  const share = valueOf(known, "ratio");
  if (missingTool(known)) return [" What they brought is not known: no tool reports outcomes."];
  if (!trusted(known) || share === null) return [];
  return [" What came of it is told of ", bold(percent(share)), " of what was released."];
}

function waiting(stock) {
  const many = stock.items.length;
  if (!many || !trusted(stock)) return [];
  const burn = valueOf(stock, "burn_rate_cents");
  const cost = burn ? [", which costs ", bold(`${amount(burn, stock.currency)} a week`)] : [];
  return [
    " ",
    bold(count(many)),
    ` ${many === 1 ? "is" : "are"} in production and not switched on`,
    ...cost,
    ".",
  ];
}

/** Values of grade A and B only; what is not known is said. */
export const answer = ({ title, live, first, known, stock }) => [
  ...times(title, live, first),
  ...outcome(known),
  ...waiting(stock),
];

export function facts({ live, known, stock }) {
  const reason = live.reasons.map(reasonWords)[0];
  return [
    period(...live.window),
    `${counted(valueOf(known, "denominator") ?? 0, "item")} released`,
    `live: ${percent(stock.live_share)} of users have it`,
    "elapsed days",
    h("span", { class: "nw" }, grade(live.grade, live.reasons), reason ?? null),
  ];
}

function within(envelope) {
  const most = seconds(valueOf(envelope, "p85"), envelope.unit);
  const text =
    most === null
      ? `withheld, ${withheld(envelope.reasons, "p85")}`
      : duration(most, envelope.grade);
  return `85\u00a0% within${most === null ? ":" : ""} ${text} `;
}

function timeFigure(title, small, envelope, query, slug) {
  const value = half(envelope);
  return {
    title,
    value: value === null ? null : duration(value, envelope.grade),
    none: missingTool(envelope) ? "no data" : "withheld",
    small,
    soft: !trusted(envelope),
    href: listed(query, slug),
    notes:
      value === null
        ? [why(envelope, "p50")]
        : [within(envelope), h("em", null, `\u00b7 n ${count(envelope.n)}`)],
  };
}

function stockFigure(stock) {
  const missing = missingTool(stock);
  const burn = valueOf(stock, "burn_rate_cents");
  const bare = valueOf(stock, "unvalued");
  const many = stock.items.length;
  return {
    title: "Shipped, not switched on",
    value: missing ? null : count(many),
    none: "no data",
    small: many === 1 ? "item" : "items",
    soft: !trusted(stock),
    href: `${location.pathname}${location.search}#stock`,
    notes: missing
      ? [missing]
      : [
          burn ? `burns ${amount(burn, stock.currency)} a week` : "",
          bare ? h("em", null, `${burn ? " \u00b7 " : ""}${count(bare)} without a value`) : "",
        ],
  };
}

function knownFigure(known, query) {
  const share = valueOf(known, "ratio");
  const range = known.interval?.ratio;
  const whole = fraction(valueOf(known, "numerator") ?? 0, valueOf(known, "denominator") ?? 0);
  const missing = missingTool(known);
  return {
    title: "Outcome known",
    value: missing || share === null ? null : percent(share, known.grade),
    none: missing ? "no data" : "withheld",
    soft: !trusted(known),
    href: listed(query, "outcome_coverage"),
    notes:
      missing || share === null
        ? [why(known, "ratio")]
        : [
            `${whole} released items `,
            range ? h("em", null, `\u00b7 ${percentRange(...range)}`) : "",
          ],
  };
}

export const figuresOf = ({ live, first, stock, known }, { query }) => [
  timeFigure("Idea to live", "for half of ideas", live, query, "idea_to_live"),
  timeFigure("Until first use", "for half, once visible", first, query, "time_to_first_use"),
  stockFigure(stock),
  knownFigure(known, query),
];
