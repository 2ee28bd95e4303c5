// The answer line and the envelope line of DORA: is speed bought with instability?

import { FIVE, isRare, judged, moved, shareOf, timeOf } from "./delivery_words.js";
import { h } from "./dom.js";
import {
  count,
  counted,
  day,
  durationWords,
  period,
  rate,
  reasonWords,
  seconds,
  withheld,
} from "./format.js";
import { grade, trusted, valueOf } from "./parts.js";

const bold = (text) => h("b", null, text);
const envelopeOf = (told, slug) => told[slug];
const known = (told, slug, key) => trusted(told[slug]) && valueOf(told[slug], key) !== null;

const listed = (words) =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

/** What moved, only with a signal; else that nothing did, of what can be judged. */
function course(told) {
  const moves = FIVE.map((one) => [one, moved(envelopeOf(told, one.slug), one)]).filter(
    ([, shift]) => shift,
  );
  if (moves.length) {
    const words = moves.map(
      ([one, shift]) => `${one.title.toLowerCase()} is ${shift.word} since ${day(shift.since)}`,
    );
    const text = listed(words);
    return [bold(`${text[0].toUpperCase()}${text.slice(1)}.`)];
  }
  const can = (speed) => FIVE.some((one) => one.speed === speed && judged(told[one.slug], one));
  if (can(true) && can(false)) return [bold("Speed and stability are both steady.")];
  const rare = FIVE.some((one) => !one.speed && isRare(told[one.slug], one));
  if (can(true) && rare)
    return [bold("Speed is steady;"), " failures are too rare for a trend by week."];
  if (can(true)) return [bold("Speed is steady;"), " whether stability is can\u2019t be told yet."];
  if (can(false))
    return [bold("Stability is steady;"), " whether speed is can\u2019t be told yet."];
  return [
    "Whether anything changes can\u2019t be told yet: too few whole weeks, or too weak a grade.",
  ];
}

function speed(told) {
  const parts = [];
  if (known(told, "change_lead_time", "p50")) {
    const half = seconds(told.change_lead_time.value.p50, told.change_lead_time.unit);
    parts.push([" Half of commits are in production within ", bold(durationWords(half))]);
  }
  if (known(told, "deployment_frequency", "per_week")) {
    const often = rate(told.deployment_frequency.value.per_week, told.deployment_frequency.grade);
    parts.push([parts.length ? ", at " : " There are ", bold(often), " deployments a week"]);
  }
  return parts.length ? [...parts.flat(), "."] : [];
}

function stability(told) {
  if (told.missing) return [` What fails is not known: ${told.missing.what}.`];
  const fail = told.change_fail_rate;
  const share = shareOf(fail);
  if (!share)
    return [` What share of deployments fails is not known: ${withheld(fail.reasons, "ratio")}.`];
  if (!trusted(fail)) return [" What share of deployments fails is known in direction only."];
  const { numerator } = fail.value;
  const begin = numerator
    ? [" ", bold(share.value), ` of deployments fail (${share.beside})`]
    : [" No deployment failed (", bold(share.value), `, ${share.beside})`];
  const mended = known(told, "recovery_time", "p50")
    ? [", and half of the failures are mended within ", bold(timeOf(told.recovery_time, "p50"))]
    : [];
  return [...begin, ...(numerator ? mended : []), "."];
}

/** Values of grade A and B only; what is not known is said. */
export const answer = (told) => [...course(told), ...speed(told), ...stability(told)];

/** The envelope of the weakest grade among the five. */
const weakest = (told) =>
  FIVE.map(({ slug }) => told[slug]).reduce((a, b) => (b.grade > a.grade ? b : a));

export function facts(told) {
  const { deployment_frequency: all, change_fail_rate: fail } = told;
  const last = weakest(told);
  const judgedWords = `${counted(all.n, "deployment")}, ${count(fail.n)} judged`;
  return [
    period(...all.window),
    told.missing ? counted(all.n, "deployment") : judgedWords,
    told.services
      ? `${counted(told.services.length, "service")} pooled: ${told.services.join(", ")}`
      : null,
    "elapsed hours",
    h(
      "span",
      { class: "nw" },
      grade(last.grade, last.reasons),
      last.reasons[0] ? reasonWords(last.reasons[0]) : null,
    ),
  ];
}
