// Units, coverages and causes of definitions in words, and how metrics are called.

const UNITS = {
  d: "days",
  h: "hours",
  ratio: "ratio",
  "cents EUR": "money",
};
const CAUSES = {
  records: "a tool told it otherwise later",
  mapping: "the mapping changed",
  rebuild: "facts were computed anew",
  history: "older history came",
};
/** One, several. */
const FACTS = {
  item: ["delivery", "deliveries"],
  stage_visit: ["visit of a stage", "visits of a stage"],
  tool_time: ["time in a tool", "times in a tool"],
  change: ["commit in production", "commits in production"],
  request: ["merge request", "merge requests"],
  deployment: ["deployment", "deployments"],
  incident: ["incident", "incidents"],
};

export const unitWords = (unit) => UNITS[unit] ?? (unit.startsWith("cents") ? "money" : unit);
export const causeWords = (cause) => CAUSES[cause] ?? cause;
export const factWords = (fact) => FACTS[fact]?.[0] ?? fact.replaceAll("_", " ");
export const factsWords = (fact) => FACTS[fact]?.[1] ?? factWords(fact);

/** The title of a metric; its name where it is not known. */
export const titleOf = (slug, definitions) =>
  definitions.find((one) => one.slug === slug)?.title ?? slug.replaceAll("_", " ");
