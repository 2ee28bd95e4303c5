// The stretches of an item's life: its visits, the time before the first and after the last.

const ms = (iso) => Date.parse(iso);
const KINDS = {
  waiting: "waiting",
  active: "active",
  new: "new",
  ignored: "unknown",
  unknown: "unknown",
};

/**
 * [{stage, kind, from, to (ms), reason, team, open}] in order of time. `kind` is waiting, active,
 * new, blocked or unknown. An idea that waited before the first visit and work that is done and
 * not yet live are waits too. Done and dropped states are no stretch.
 */
export function stretches(journey) {
  const now = ms(journey.as_of);
  const visits = journey.visits
    .filter(({ state }) => KINDS[state])
    .map((visit) => ({
      stage: visit.stage || visit.status,
      kind: visit.reason === "blocked" ? "blocked" : KINDS[visit.state],
      from: ms(visit.start),
      to: visit.end ? ms(visit.end) : now,
      reason: visit.reason,
      team: visit.team,
      open: !visit.end,
    }));
  const all = [beforeFirst(journey, visits[0]), ...visits, afterDone(journey, visits.at(-1))];
  return all.filter((one) => one && one.to >= one.from);
}

function beforeFirst({ idea_at: idea, idea_key: key, created_at: created }, first) {
  const start = first?.from ?? ms(created);
  if (!idea || !(ms(idea) < start)) return null;
  return {
    stage: "Idea",
    kind: "waiting",
    from: ms(idea),
    to: start,
    reason: key ?? "",
    team: "",
    open: false,
  };
}

function afterDone({ done_at: done, first_released_at: live }, last) {
  if (!done || !live || (last && last.to > ms(done) + 1000)) return null;
  return {
    stage: "Release",
    kind: "waiting",
    from: ms(done),
    to: ms(live),
    reason: "",
    team: "",
    open: false,
  };
}

/** The stretch that the journey calls its longest wait, or null. */
export function longestWait(journey, parts) {
  const waits = parts.filter(
    ({ kind, stage }) => kind === "waiting" && stage === journey.longest_wait?.stage,
  );
  return waits.length ? waits.reduce((a, b) => (b.to - b.from > a.to - a.from ? b : a)) : null;
}

/** The longest stretch of any kind in this delivery and before: {stage, kind, seconds}, or null. */
export function longestPart(journey) {
  const parts = journey.episode > 1 ? [] : stretches(journey);
  if (!parts.length) return null;
  const { stage, kind, from, to } = parts.reduce((a, b) => (b.to - b.from > a.to - a.from ? b : a));
  return { stage, kind, seconds: (to - from) / 1000 };
}

/** What a flag says about a blocked stretch, or null. */
export function blockedBy(journey, part) {
  const flags = journey.lanes.flatMap((lane) => lane.events).filter(({ kind }) => kind === "flag");
  return (
    flags.find((flag) => ms(flag.at) < part.to && ms(flag.end ?? journey.as_of) > part.from)
      ?.detail || null
  );
}

/** Where it came back: [{from, to (stages), seconds}], the seconds until it stood again where it left. */
export function returns(journey) {
  const visits = journey.visits;
  return visits.flatMap((visit, at) => {
    if (visit.reason !== "returned" || at === 0) return [];
    const left = visits[at - 1].stage;
    const again = visits.slice(at + 1).find(({ stage }) => stage === left);
    return [
      {
        from: left,
        to: visit.stage,
        seconds: again ? (ms(again.start) - ms(visit.start)) / 1000 : null,
      },
    ];
  });
}
