// The one place that writes values. Every function gives text; null means "nothing to write".
// `format.cases.json` holds the cases that other writers of values share.

const NB = "\u00a0"; // between a value and its unit
const THIN = "\u202f"; // between thousands
const MINUS = "\u2212";
const DASH = "\u2013";
const APPROX = `\u2248${NB}`;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const SECONDS = { s: 1, min: 60, h: 3600, d: 86400, wk: 604800 };
const STEPS = [
  ["min", 60, "minute"],
  ["h", 48, "hour"],
  ["d", 120, "day"],
  ["wk", Infinity, "week"],
];
const GRADE_DIGITS = { A: 3, B: 2, C: 1, D: 1 };

const rough = (grade) => (grade === "C" || grade === "D" ? APPROX : "");

/** Groups of thousands by a thin space and a true minus sign. */
function grouped(text) {
  const [whole, part] = text.replace("-", MINUS).split(".");
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, THIN);
  return part === undefined ? spaced : `${spaced}.${part}`;
}

/** Number at the strength of its grade: A at most three digits, B two, C two and none after the point;
 * of A and B never fewer than the whole part, so that 103 days are 103 wherever they stand. `WHOLE`: a
 * whole number of whatever size, for what is told of a single thing. */
export const WHOLE = "whole";

function rounded(value, grade) {
  if (grade === WHOLE) return Math.round(value);
  if (grade === "C" || grade === "D") return Number(Math.round(value).toPrecision(2));
  const whole = Math.abs(value) >= 10 ** (GRADE_DIGITS[grade] - 1);
  return whole ? Math.round(value) : Number(value.toPrecision(GRADE_DIGITS[grade]));
}

function digits(value, grade) {
  const number = rounded(value, grade);
  if (grade !== "B") return grouped(String(number));
  const places = Math.max(0, 1 - Math.floor(Math.log10(Math.abs(number) || 1)));
  return grouped(number.toFixed(Math.min(places, 2)));
}

function inUnit(seconds, grade) {
  for (const [unit, limit, word] of STEPS) {
    const raw = seconds / SECONDS[unit];
    const number = unit === "min" ? Math.round(raw) : rounded(raw, grade);
    if (Math.abs(number) < limit) return { unit, word, raw, number };
  }
  return null;
}

/** Length of time: minutes under 1 h, hours under 48 h, days, weeks from 120 d. */
export function duration(seconds, grade = "B") {
  if (seconds === null || seconds === undefined) return null;
  const { unit, raw, number } = inUnit(seconds, grade);
  if (unit === "min")
    return number === 0 && seconds > 0
      ? `<${NB}1${NB}min`
      : `${rough(grade)}${grouped(String(number))}${NB}min`;
  return `${rough(grade)}${digits(raw, grade)}${NB}${unit}`;
}

/** The same in words and whole numbers: "34 days". */
export function durationWords(seconds) {
  if (seconds === null || seconds === undefined) return null;
  const { word, number } = inUnit(seconds, WHOLE);
  return `${grouped(String(number))}${NB}${word}${number === 1 ? "" : "s"}`;
}

/** Seconds of a value that an envelope gives in `unit` (s, min, h, d, wk). */
export function seconds(value, unit) {
  return value === null || value === undefined ? null : value * (SECONDS[unit] ?? SECONDS.d);
}

/** A day count short enough for a drawing. */
export function days(value) {
  return value === null || value === undefined
    ? null
    : `${grouped(String(Math.round(value)))}${NB}d`;
}

export function count(value) {
  return value === null || value === undefined ? null : grouped(String(value));
}

/** A rate such as 7.4 a week; the unit is said by the heading or the caller. */
export function rate(value, grade = "B") {
  if (value === null || value === undefined) return null;
  const number =
    grade === "C" || grade === "D"
      ? Number(value.toPrecision(1))
      : Number(value.toPrecision(GRADE_DIGITS[grade]));
  return `${rough(grade)}${grouped(String(number))}`;
}

const percentNumber = (ratio, whole) =>
  whole ? String(Math.round(ratio * 100)) : String(Number((ratio * 100).toFixed(1)));

/** Whole percent from ten on and for grade C, one decimal below. */
export function percent(ratio, grade = "B") {
  if (ratio === null || ratio === undefined) return null;
  return `${percentNumber(ratio, ratio >= 0.0995 || grade === "C" || grade === "D")}${NB}%`;
}

export function percentRange(low, high) {
  const whole = high >= 0.0995;
  return `${percentNumber(low, whole)}${DASH}${percentNumber(high, whole)}${NB}%`;
}

export const atMost = (text) => `\u2264${NB}${text}`;
export const atLeast = (text) => `\u2265${NB}${text}`;
export const fraction = (numerator, denominator) => `${count(numerator)} of ${count(denominator)}`;

/** A ratio with its share and range: no failure seen is the range, never 0 %. */
export function ratio({ numerator, denominator, interval }, grade = "B") {
  if (!denominator) return null;
  const beside = fraction(numerator, denominator);
  const range = interval ? percentRange(interval[0], interval[1]) : null;
  if (numerator === 0 && range) return { value: range, beside };
  return {
    value: percent(numerator / denominator, grade),
    beside: range ? `${beside} \u00b7 ${range}` : beside,
  };
}

function symbol(currency) {
  try {
    const parts = new Intl.NumberFormat("en", {
      style: "currency",
      currency,
      currencyDisplay: "narrowSymbol",
    }).formatToParts(0);
    const text = parts.find((part) => part.type === "currency").value;
    return /^[A-Za-z]+$/.test(text) ? `${text}${NB}` : text;
  } catch {
    return `${currency}${NB}`;
  }
}

function moneyAt(amount, sign, step) {
  const near = Math.round(amount / step) * step;
  const [size, letter] =
    Math.abs(near) >= 999_500 ? [1e6, "M"] : Math.abs(near) >= 1000 ? [1e3, "k"] : [1, ""];
  const number = Number((near / size).toFixed(size === 1 ? 0 : 2));
  return `${number < 0 ? MINUS : ""}${sign}${grouped(String(Math.abs(number)))}${letter}`;
}

const tenth = (width) => 10 ** Math.max(0, Math.floor(Math.log10(Math.max(width, 1))) - 1);

/** Money rounded to the width of its range (cents); without a range by grade. */
export function money(cents, currency, { interval = null, grade = "B" } = {}) {
  if (cents === null || cents === undefined) return null;
  const amount = cents / 100;
  if (interval)
    return `${rough(grade)}${moneyAt(amount, symbol(currency), tenth((interval[1] - interval[0]) / 100))}`;
  const keep = grade === "A" ? 3 : 2;
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(Math.abs(amount), 1))) + 1 - keep);
  return `${rough(grade)}${moneyAt(amount, symbol(currency), step)}`;
}

export function moneyRange([low, high], currency) {
  const step = tenth((high - low) / 100);
  const sign = symbol(currency);
  return `${moneyAt(low / 100, sign, step)}${DASH}${moneyAt(high / 100, sign, step)}`;
}

const two = (number) => String(number).padStart(2, "0");

/** "14 Nov", UTC. */
export function day(iso) {
  if (!iso) return null;
  const at = new Date(iso);
  return `${at.getUTCDate()}${NB}${MONTHS[at.getUTCMonth()]}`;
}

/** "14 Nov 2026", UTC. */
export function date(iso) {
  return iso ? `${day(iso)}${NB}${new Date(iso).getUTCFullYear()}` : null;
}

/** "14 Nov", with the year where it is not that of `beside`. */
export function stampDay(iso, beside) {
  const other = new Date(beside).getUTCFullYear() !== new Date(iso).getUTCFullYear();
  return other ? date(iso) : day(iso);
}

/** "14 Nov 09:03", UTC is said by the heading; the year stands where it is not that of `beside`. */
export function stamp(iso, beside = null) {
  if (!iso) return null;
  const at = new Date(iso);
  const shown = beside ? stampDay(iso, beside) : day(iso);
  return `${shown}${NB}${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}

/** "06:00 UTC". */
export function clock(iso) {
  const at = new Date(iso);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}${NB}UTC`;
}

/** "23 Aug – 21 Nov 2026": the year once where it is the same. */
export function period(from, to) {
  const same = new Date(from).getUTCFullYear() === new Date(to).getUTCFullYear();
  return `${same ? day(from) : date(from)}${NB}${DASH}${NB}${date(to)}`;
}

const COVERAGES = {
  C1: "done items with a commit",
  C3: "deployments with known commits",
  C5: "incidents with a known cause",
  C6: "time in mapped statuses",
  C7: "active time with a queue beside it",
  C8: "items with a full history",
  C11: "items with a value",
};
/** How sure a link is, 0.97: two digits, so that only a certain one reads 1.00. */
export function confidence(value) {
  return value === null || value === undefined ? null : value.toFixed(2);
}

/** Names of correlation rules in words: "key_in_title, listed" is "key in title, listed". */
export const ruleWords = (rule) => (rule ?? "").replaceAll("_", " ");

/** "1 item", "87 items". */
export const counted = (number, one, many = `${one}s`) =>
  `${count(number)} ${number === 1 ? one : many}`;

const REASONS = {
  no_data: "no data",
  no_commits: "no commit is linked to it",
  not_deployed: "a commit of it was not deployed",
  no_departures: "nothing left in this period",
  upper_bound: "time in an active status is at least the work",
  no_waiting_statuses: "no stage tells waiting from working",
};

/** A reason of an envelope in words: "C5<0.5" is "incidents with a known cause under 50 %". */
export function reasonWords(told) {
  const reason = told.replace(/^withheld: /, "");
  const code = /^(C\d+)<([\d.]+)$/.exec(reason);
  if (code) return `${COVERAGES[code[1]] ?? code[1]} under ${percent(Number(code[2]))}`;
  const few = /^n<(\d+)$/.exec(reason);
  if (few) return `too few, needs ${few[1]}`;
  const read = /^(.+) is read (back to|from) (\d{4}-\d\d-\d\d) (only|on only: .+)$/.exec(reason);
  if (read) return `${read[1]} is read ${read[2]} ${date(read[3])} ${read[4]}`;
  const still = /^(.+): what last changed before (\d{4}-\d\d-\d\d) is still to come$/.exec(reason);
  if (still) return `what last changed before ${date(still[2])} is still to come from ${still[1]}`;
  const old = /^old work is open: (\d+) items are older than the p85 of (\d+) done/.exec(reason);
  if (old)
    return `${counted(Number(old[1]), "open item")} ${old[1] === "1" ? "is" : "are"} older than 85${NB}% of the ${old[2]} done were`;
  return REASONS[reason] ?? reason;
}

/** Why a value is withheld, from the reasons of its envelope: "n 17, needs 19". */
export function withheld(reasons, key = "") {
  const told = (reasons ?? [])
    .map((reason) => /^(?:(\S+) )?withheld: (.*)$/.exec(reason))
    .filter(Boolean);
  const match =
    told.find((one) => one[1] === key) ?? told.find((one) => one[1] === undefined) ?? told[0];
  return reasonWords(match ? match[2] : ((reasons ?? [])[0] ?? "no data"));
}
