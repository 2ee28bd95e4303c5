// Of a stream: its coverages, its services and the figures that rest on them; of all without one.

import { FRESH } from "./quality_words.js";

const OF_STREAM = [
  ["idea_to_release", "Idea to release"],
  ["flow_time", "Flow time"],
  ["efficiency", "Efficiency"],
  ["velocity", "Velocity"],
  ["delay_cost", "Delay cost"],
];
const OF_SERVICE = [
  ["change_lead_time", "Lead time"],
  ["deployment_frequency", "Deploys"],
  ["recovery_time", "Recovery"],
  ["change_fail_rate", "Failed"],
  ["rework_rate", "Rework"],
];

/** What is judged: `{title, streams, services, rows}` of one stream, or of everything. */
export function scopeOf(data, query) {
  const chosen = query.get("stream");
  const { overview, quality } = data;
  const own = data.streams.items.find(({ name }) => name === chosen);
  const delivers = (one) => one.stream === chosen || own?.services?.includes(one.name);
  const streams = overview.streams.filter(({ name }) => !chosen || name === chosen);
  const services = overview.services.filter((one) => !chosen || delivers(one));
  const names = new Set(services.map(({ name }) => name));
  const inside = ({ stream, service }) =>
    !chosen || stream === chosen || names.has(service) || (!stream && !service);
  return {
    title: own?.title ?? chosen ?? "All streams",
    grade: chosen ? streams[0]?.grade : overview.headline?.grade,
    reasons: chosen ? (streams[0]?.reasons ?? []) : [],
    streams,
    services,
    rows: quality.items.filter(({ scope }) => inside(scope)),
  };
}

/** Every figure with its place: {title, where, scope, envelope}. */
export function figuresOf({ streams, services }) {
  const delivers = ({ name }) =>
    services.filter(({ stream }) => stream === name).map((one) => one.name);
  const all = (things, kind, metrics) =>
    things.flatMap((thing) =>
      metrics
        .filter(([key]) => thing[key])
        .map(([key, title]) => ({
          title,
          where: thing.title ?? thing.name,
          kind,
          name: thing.name,
          services: delivers(thing),
          envelope: thing[key],
        })),
    );
  return [...all(streams, "stream", OF_STREAM), ...all(services, "service", OF_SERVICE)];
}

/** Whether a coverage keeps a figure from A: it is required for it, and too low where it was measured. */
export function holdsBack({ id, scope, value }, { kind, name, services, envelope }, definitions) {
  if (id === FRESH) return (envelope.reasons ?? []).some((reason) => reason.endsWith(" is stale"));
  const metric = definitions.find(({ slug }) => slug === envelope.metric);
  if (!metric?.coverages.includes(id)) return false;
  if (scope[kind] === name) return value === null || value === undefined || value < 0.9;
  const known = envelope.coverage?.[id];
  return services.includes(scope.service) && typeof known === "number" && known < 0.9;
}

export const FIGURES = { stream: OF_STREAM, service: OF_SERVICE };
