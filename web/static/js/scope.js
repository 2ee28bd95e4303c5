// What a page of one stream asks for: stream, period, type of work and team, each in the address.

import { choice } from "./frame.js";
import { asked, periodChoice } from "./period.js";

export const TYPES = [
  ["", "All types"],
  ["feature", "Features"],
  ["defect", "Defects"],
  ["risk", "Risks"],
  ["debt", "Debt"],
];

/** Parameters of every answer of the page. */
export const scope = (query, now) => ({
  ...asked(query, now),
  type: query.get("type"),
  team: query.get("team"),
});

/** The address of a stream of the API, or null where none is chosen. */
export const streamBase = (query) =>
  query.get("stream") ? `/v1/streams/${encodeURIComponent(query.get("stream"))}` : null;

/** The stream of the address among those that there are. */
export const streamOf = (streams, query) =>
  streams?.items.find(({ name }) => name === query.get("stream")) ?? null;

function teamsOf(streams, query) {
  const stages = streamOf(streams, query)?.stages ?? [];
  const asked = query.get("team");
  const known = stages.map(({ team }) => team).filter(Boolean);
  return [...new Set(asked ? [...known, asked] : known)];
}

/** The four choices; `resets` are parameters that another stream does not know. */
export function scopeChoices(streams, page, resets = {}) {
  const { query, change } = page;
  const names = (streams?.items ?? []).map(({ name, title }) => [name, title]);
  const teams = teamsOf(streams, query).map((team) => [team, team]);
  return [
    choice(
      "Stream",
      names,
      query.get("stream") ?? "",
      (value) => change({ stream: value, team: null, ...resets }),
      true,
    ),
    periodChoice(page),
    choice("Type of work", TYPES, query.get("type") ?? "", (value) => change({ type: value })),
    teams.length
      ? choice("Team", [["", "All teams"], ...teams], query.get("team") ?? "", (value) =>
          change({ team: value }),
        )
      : null,
  ].filter(Boolean);
}

/** The time of the oldest source; null where one was never read, undefined where nothing is told. */
export function oldest(watermarks) {
  const times = Object.values(watermarks ?? {});
  if (!times.length) return undefined;
  return times.some((one) => one === null) ? null : times.sort()[0];
}
