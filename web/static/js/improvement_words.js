// How improvements are named: their metric, their values, how they stand.

import { date, duration, rate, seconds } from "./format.js";

const METRICS = {
  flow_time: "Flow time",
  velocity: "Velocity",
  idea_to_done: "Idea to done",
  idea_to_release: "Idea to release",
};

/** "Wait in Test", "Flow time". */
export const measure = ({ metric, step }) =>
  step ? `Wait in ${step}` : (METRICS[metric] ?? metric);

/** What may be chosen: metrics, and the wait in each step that a stage of work or of ideas makes. */
export function choices({ stages = [] }) {
  const steps = stages.filter(({ state }) => state === "active" || state === "new");
  return [
    ...Object.entries(METRICS),
    ...steps.map(({ name }) => [`step_wait:${name}`, `Wait in ${name}`]),
  ];
}

/** "4.5 d", "7.2 a week"; null for null. */
export function amount(value, unit, grade = "B") {
  if (value === null || value === undefined) return null;
  return unit === "d" ? duration(seconds(value, "d"), grade) : `${rate(value, grade)} a week`;
}

export const target = ({ target: { value, by }, unit, wanted }) =>
  `${wanted === "below" ? "at most" : "at least"} ${amount(value, unit)} by ${date(by)}`;

const STATES = {
  proposed: "proposed",
  running: "runs",
  held: "held",
  did_not_hold: "went the wrong way",
  no_signal: "no signal",
  stopped: "stopped",
  standard: "the standard",
};
export const standing = ({ status }) => STATES[status] ?? status;

/** "3 weeks", in the words of what points are. */
export const points = (n, per) => {
  const [one, many] = per === "delivery" ? ["delivery", "deliveries"] : ["week", "weeks"];
  return `${n} ${n === 1 ? one : many}`;
};
