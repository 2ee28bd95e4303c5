// Coverages in words: what is missing, where the line belongs that would raise it, and what rests on it.

import { count } from "./format.js";

/** One missing thing, several, and what is missing at it: [one, many, of one, of many]. */
const GAPS = {
  C1: ["done item", "done items", "has no commit", "have no commit"],
  C2: ["commit", "commits", "names no ticket", "name no ticket"],
  C3: ["deployment", "deployments", "does not say what it carried", "do not say what they carried"],
  C4: ["deployment", "deployments", "names no single build", "name no single build"],
  C5: ["incident", "incidents", "names no cause", "name no cause"],
  C6: ["day of work", "days of work", "is in no stage", "are in no stage"],
  C7: ["active day", "active days", "has no queue beside it", "have no queue beside them"],
  C8: ["item", "items", "has no full history", "have no full history"],
  C9: ["pair", "pairs", "has its cause after its effect", "have their cause after their effect"],
  C10: ["source", "sources", "is late", "are late"],
  C11: ["item in flight", "items in flight", "has no value", "have no value"],
  C12: ["record", "records", "could not be counted", "could not be counted"],
  C14: ["judged link", "judged links", "was rejected", "were rejected"],
  C15: ["judged link", "judged links", "is wrong", "are wrong"],
};

const LINES = {
  C1: ({ stream }) => `[[streams]] name = "${stream}"`,
  C3: () => "[[sources]] of the tool that deploys",
  C5: ({ service }) => `[[services]] name = "${service}"`,
  C6: ({ stream }) => `[[streams]] name = "${stream}", stages`,
  C8: () => "[[sources]] of the tracker",
  C11: () => "[cost_of_delay]",
};

const FULL = 0.9;

export const letterOf = (value) =>
  value >= FULL ? "A" : value >= 0.7 ? "B" : value >= 0.5 ? "C" : "D";

export const isKnown = ({ value }) => value !== null && value !== undefined;

/** How fresh the sources are: it is no coverage, but what is stale has no A. */
export const FRESH = "C10";

/** Whether something is missing: under nine tenths, a source that there is not, or one that is late. */
export const isShort = (row) =>
  isKnown(row) ? row.value < (row.id === FRESH ? 1 : FULL) : Boolean(row.line);

/** "3 of 7 done items have no commit"; the reason where nothing could be counted. */
export function gapWords(row, whole = true) {
  if (!isKnown(row)) return row.reason ?? "nothing to count";
  const missing = row.denominator - row.numerator;
  if (!missing) return "";
  const [one, many, ofOne, ofMany] = GAPS[row.id] ?? [
    "thing",
    "things",
    "is missing",
    "are missing",
  ];
  const all = whole ? ` of ${count(row.denominator)}` : "";
  const noun = (whole ? row.denominator : missing) === 1 ? one : many;
  return `${count(missing)}${all} ${noun} ${missing === 1 ? ofOne : ofMany}`;
}

/** The table of the configuration to which the line of a row belongs; null where it tells that itself. */
export const lineBelongs = ({ id, scope }) => LINES[id]?.(scope) ?? null;

/** Titles of the metrics that a coverage grades; empty for one that grades none. */
export const restsOn = (id, definitions) =>
  definitions.filter(({ coverages }) => coverages.includes(id)).map(({ title }) => title);

/** "Flow time, Flow load and 20 more". */
export function shortList(names, most = 3) {
  if (names.length <= most + 1) return names.join(", ");
  return `${names.slice(0, most).join(", ")} and ${count(names.length - most)} more`;
}

export const sentence = (text) => (text ? `${text[0].toUpperCase()}${text.slice(1)}.` : "");
