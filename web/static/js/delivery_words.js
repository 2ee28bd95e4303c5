// The figures of delivery in words: one way of writing them for every page that shows them.

import {
  count,
  counted,
  duration,
  fraction,
  percent,
  percentRange,
  ratio,
  seconds,
} from "./format.js";
import { trusted, valueOf } from "./parts.js";
import { signal } from "./spark.js";

const DASH = "\u2013";

/** The five, in the order in which they are read. `key`: of the value; `weekly`: of a week of it. */
export const FIVE = [
  {
    slug: "change_lead_time",
    title: "Change lead time",
    speed: true,
    key: "p50",
    weekly: "p50",
    small: "for half of commits",
    of: (n) => counted(n, "commit"),
    chart: "half of the commits of each week",
    moves: ["longer", "shorter"],
  },
  {
    slug: "deployment_frequency",
    title: "Deployment frequency",
    speed: true,
    key: "per_week",
    weekly: "count",
    small: "a week",
    of: (n) => counted(n, "deployment"),
    chart: "deployments of each week",
    moves: ["higher", "lower"],
  },
  {
    slug: "recovery_time",
    title: "Failed deployment recovery time",
    speed: true,
    key: "p50",
    weekly: "p50",
    small: "for half of failures",
    of: (n) => counted(n, "failure"),
    chart: "half of the failures of each week",
    moves: ["longer", "shorter"],
  },
  {
    slug: "change_fail_rate",
    title: "Change fail rate",
    speed: false,
    key: "ratio",
    weekly: "ratio",
    small: "of deployments",
    of: (n) => counted(n, "deployment"),
    chart: "share of the deployments of each week",
    moves: ["higher", "lower"],
  },
  {
    slug: "deployment_rework_rate",
    title: "Deployment rework rate",
    speed: false,
    key: "ratio",
    weekly: "ratio",
    small: "of deployments",
    of: (n) => counted(n, "deployment"),
    chart: "share of the deployments of each week",
    moves: ["higher", "lower"],
  },
];

/** The name of a percentile of an envelope as a length of time; null where it is withheld. */
export const timeOf = (envelope, key, grade = envelope?.grade) =>
  duration(seconds(valueOf(envelope, key), envelope?.unit), grade);

/** `{value, beside}` of a share: numerator, denominator and range beside it; null where withheld. */
export const shareOf = (envelope) =>
  valueOf(envelope, "ratio") === null
    ? null
    : ratio({ ...envelope.value, interval: envelope.interval?.ratio }, envelope.grade);

const KINDS = [
  ["planned", "planned", "planned"],
  ["hotfix", "hotfix", "hotfixes"],
  ["rollback", "rollback", "rollbacks"],
  ["unknown", "of unknown kind", "of unknown kind"],
];

/** "45 planned, 5 hotfixes, 3 rollbacks". */
export const kindWords = (value) =>
  KINDS.filter(([kind]) => value?.[kind])
    .map(([kind, one, many]) => counted(value[kind], one, many))
    .join(", ");

/** A value of a week in the unit of its chart. */
export function weekly(envelope, { weekly: key }, value, grade = envelope.grade) {
  if (value === null || value === undefined) return null;
  if (key === "p50") return duration(seconds(value, envelope.unit), grade);
  return key === "ratio" ? percent(value, grade) : count(Number(value.toFixed(1)));
}

/** Whether most whole weeks of a share have none of it: then weeks without one are no signal. */
export function isRare(envelope, one) {
  if (one.weekly !== "ratio") return false;
  const whole = (envelope.series ?? []).filter((row) => row.complete && row.ratio !== null);
  return whole.filter(({ ratio: share }) => share === 0).length * 2 > whole.length;
}

/** The shift that lasts to the last whole week, in words; null without one, or below grade B. */
export function moved(envelope, one) {
  if (!judged(envelope, one)) return null;
  const weeks = (envelope.series ?? []).map((row) => ({ ...row, p50: row[one.weekly] }));
  const shift = signal(weeks, envelope.limits);
  return shift && { ...shift, word: one.moves[shift.longer ? 0 : 1] };
}

/** Whether a trend of its weeks could be told at all. */
export const judged = (envelope, one) =>
  trusted(envelope) && Boolean(envelope.limits) && !isRare(envelope, one);

/** "22 h – 2.8 d"; an end that no sample gives is open. */
export function timeRange(range, unit, grade) {
  if (!range || range[0] === null) return null;
  const [low, high] = range.map((one) => duration(seconds(one, unit), grade));
  return high === null ? `at least ${low}` : `${low}\u00a0${DASH}\u00a0${high}`;
}

/** The lenient end of a share: also what is only close in time, or unlinked. */
export function lenientOf(envelope) {
  const share = valueOf(envelope, "lenient");
  if (share === null) return null;
  const range = envelope.interval?.lenient;
  return { share, value: percent(share, envelope.grade), range: range && percentRange(...range) };
}

/** The two ends of the fail rate and the range of each, for a table. */
export const bandRows = (envelope) => {
  const { value, interval, grade: letter } = envelope;
  if (valueOf(envelope, "ratio") === null) return [];
  const row = (name, share, part, range) => ({
    name,
    share,
    text: percent(share, letter),
    rests: fraction(part, value.denominator),
    range,
    rangeText: range ? percentRange(...range) : "no range",
  });
  return [
    row("Strict", value.ratio, value.numerator, interval?.ratio),
    row("Lenient", value.lenient, value.numerator_lenient, interval?.lenient),
  ];
};
