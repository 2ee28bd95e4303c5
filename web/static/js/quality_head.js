// The head of Quality: whether the figures can be shown, what holds them back, and the four figures.

import { h } from "./dom.js";
import { count, duration, fraction, percent, percentRange, reasonWords } from "./format.js";
import { grade } from "./parts.js";
import { clockWords } from "./quality_beside.js";
import { listOf } from "./quality_coverage.js";
import { fixesOf } from "./quality_fixes.js";
import { gapWords, sentence } from "./quality_words.js";

const VERDICTS = {
  A: "Good enough to show a board, as measured.",
  B: "Good enough to show a board, with ranges.",
  C: "Good for a direction, not for a comparison.",
  D: "Not good enough to show: figures are withheld.",
};
const bold = (text) => h("b", null, text);
const whereOf = ({ scope, scope_title: title }) => title ?? scope.stream ?? scope.service;
const ofAll = ({ scope }) => !Object.keys(scope).length;
const atOf = (row) => (ofAll(row) ? "" : ` at ${whereOf(row)}`);

/** The gap that holds most figures back; undefined where every coverage is at nine tenths. */
export const gravest = (scope, definitions) => fixesOf(scope, definitions)[0]?.rows[0];

function because(scope, definitions) {
  const worst = gravest(scope, definitions);
  if (worst) return ` Most figures are held back${atOf(worst)}: ${gapWords(worst)}.`;
  if (scope.grade === "A") return " No coverage that grades a figure is under 90\u00a0%.";
  const few = scope.reasons[0] ? `: ${reasonWords(scope.reasons[0])}` : "";
  return ` No coverage is under 90\u00a0%; what keeps it from A is not how much is linked${few}.`;
}

export function answer(scope, definitions) {
  if (!scope.rows.length) return ["Nothing was counted yet: no source has been read to its end."];
  if (!VERDICTS[scope.grade]) return ["No figure has a grade yet."];
  return [bold(VERDICTS[scope.grade]), because(scope, definitions)];
}

function held(scope, definitions, query) {
  const worst = gravest(scope, definitions);
  const title = "Holds most back";
  if (!worst)
    return { title, value: null, none: "no coverage", notes: ["all are at 90\u00a0% or more"] };
  return {
    title,
    value: worst.title,
    words: true,
    href: listOf(worst, query),
    notes: [ofAll(worst) ? gapWords(worst) : `${whereOf(worst)}: ${gapWords(worst)}`],
  };
}

function precision(scope) {
  const title = "Link precision";
  const row = scope.rows.find(({ id }) => id === "C15");
  const how = "headwater audit";
  if (!row || row.value === null)
    return {
      title,
      value: null,
      none: "no data",
      notes: [
        sentence(row?.reason ?? "nobody judged a sample yet"),
        " Judge one: ",
        h("code", null, how),
      ],
    };
  const range = row.interval ? ` \u00b7 ${percentRange(...row.interval)}` : "";
  return {
    title,
    value: percent(row.value),
    href: row.list,
    notes: [`${fraction(row.numerator, row.denominator)} links judged right by people${range}`],
  };
}

function oldest(sources, now) {
  const title = "Oldest data";
  const read = sources.filter(({ kind }) => kind !== "events");
  const never = read.filter(({ watermark_at: at }) => !at).map(({ name }) => name);
  const age = ({ watermark_at: at }) => Math.max(0, (Date.parse(now) - Date.parse(at)) / 1000);
  const known = read.filter(({ watermark_at: at }) => at).sort((a, b) => age(b) - age(a));
  if (!known.length)
    return { title, value: null, none: "none yet", notes: ["no source was read to its end"] };
  const [first, ...others] = known;
  const ages = [
    ...new Set(
      [others.at(-1), others[0]]
        .filter(Boolean)
        .map(age)
        .map((one) => duration(one)),
    ),
  ];
  const rest = ages.length ? `others ${ages.join(" to ")}` : null;
  const unread = never.length ? `${never.join(", ")} never read` : null;
  return {
    title,
    value: duration(age(first)),
    small: first.name,
    href: "/connectors",
    notes: [[rest, clockWords(sources), unread].filter(Boolean).join("; ")],
  };
}

export function headline(scope, data, query) {
  const definitions = data.definitions.items;
  const letter = scope.grade;
  return [
    {
      title: scope.title,
      value: letter ? grade(letter, scope.reasons, true) : null,
      none: "no grade",
      notes: ["the lowest of its figures decides, never an average"],
    },
    held(scope, definitions, query),
    precision(scope),
    oldest(data.sources.items, data.overview.as_of),
  ];
}

/** How many figures have which grade: "12 A, 3 B, 1 D". */
export function tally(figures) {
  const letters = figures.map(({ envelope }) => envelope.grade);
  const told = ["A", "B", "C", "D"]
    .map((one) => [one, letters.filter((letter) => letter === one).length])
    .filter(([, many]) => many)
    .map(([one, many]) => `${count(many)} ${one}`);
  return told.length ? `grades of figures: ${told.join(", ")}` : null;
}
