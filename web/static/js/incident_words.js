// How incidents are put down to deployments, in words: the steps of the cascade, verdicts, reasons.

import { h } from "./dom.js";
import { duration } from "./format.js";

/** The steps in the order in which they decide: method, name, what it rests on, how sure, whether sure enough. */
export const STEPS = [
  ["explicit", "Named", "the incident names the change, or a person says so", "1.00", true],
  ["remediation", "Mended", "a rollback, revert or hotfix that belongs to it", "0.90", true],
  ["reference", "Mentioned", "a version, commit, ticket or deployment in its text", "0.80", true],
  [
    "proximity",
    "Close in time",
    "the likeliest deployment before it, and nothing else",
    "0.40",
    false,
  ],
];

const REASONS = {
  several_candidates: "several deployments may be meant, and nothing tells which",
  one_candidate: "one deployment may be meant, or none: time alone does not tell",
  change_unknown: "it names a change that is not known here, or under which nothing was deployed",
  service_unknown: "its configuration item belongs to no configured service",
  failed_deployment: "only a deployment that failed lies in the window before it",
  history_missing: "the first known deployment is too young to say that there was none",
  no_deployment: "its service was not deployed in the window before it",
  unlikely: "time speaks against each deployment near it, and nothing else speaks for one",
  configured: "its title or category is one that no change causes",
};
const TO_DO = {
  several_candidates: "Say below which one it was.",
  one_candidate: "Say below whether it was this one.",
  change_unknown: "Read the changes of that time, or name the deployment.",
  service_unknown: "Add the configuration item to the service it belongs to.",
  failed_deployment: "Name the deployment, if one caused it.",
  history_missing: "It is told once more of the history is read.",
};

export const reasonOf = (incident) =>
  REASONS[incident.reason] ?? (incident.reason ?? "").replaceAll("_", " ");

export const toDo = (incident) => TO_DO[incident.reason] ?? null;

const stepOf = (method) => STEPS.find(([name]) => name === method);
export const stepName = (method) => stepOf(method)?.[1].toLowerCase() ?? method;
const isSure = ({ verdict, method }) => verdict === "attributed" && Boolean(stepOf(method)?.[4]);

/** Groups of a list, by what decides whether an incident makes a deployment a failure. */
export const GROUPS = [
  ["sure", "Put down to a deployment, surely", "evidence of 0.80 or more: the deployment failed"],
  ["time", "Put down by time alone", "the likeliest before it: only in the lenient rate"],
  [
    "none",
    "Put down to nothing",
    "may be failures that nobody named: only in the lenient rate, where one came before",
  ],
  ["other", "Not caused by a change", "no deployment near it is a likely cause"],
];

export function groupOf(incident) {
  if (isSure(incident)) return "sure";
  if (incident.verdict === "attributed") return "time";
  return incident.verdict === "not_change_related" ? "other" : "none";
}

/** "over after 12 h"; what is still open is said. */
export function lasted({ opened_at: from, resolved_at: to }) {
  return to ? `over after ${duration((Date.parse(to) - Date.parse(from)) / 1000)}` : "not over yet";
}

/** "27 min before it was opened". */
export function lead(candidate, { opened_at: opened }) {
  if (!candidate.at || !opened) return null;
  const gap = (Date.parse(opened) - Date.parse(candidate.at)) / 1000;
  return gap < 0
    ? `${duration(-gap)} after it was opened`
    : `${duration(gap)} before it was opened`;
}

/** What is thought of an incident, in one sentence. */
export function verdictLine(incident) {
  const [first] = incident.candidates;
  const group = groupOf(incident);
  if (incident.verdict === "attributed")
    return [
      group === "sure" ? h("b", null, "Put down to ") : "Probably ",
      first ? h("b", null, first.name) : "a deployment",
      `, ${stepName(incident.method)}`,
    ];
  const what = group === "other" ? "Not caused by a change" : "Put down to nothing";
  return [
    h("b", null, what),
    `: ${reasonOf(incident)}.`,
    toDo(incident) ? ` ${toDo(incident)}` : "",
  ];
}
