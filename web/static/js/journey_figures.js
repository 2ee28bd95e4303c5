// The four figures of one item: how long, how much of it waiting, handoffs, what the waiting cost.

import { h } from "./dom.js";
import { atLeast, count, counted, date, duration, money, percent, stampDay } from "./format.js";
import { told, waitWhy, whole } from "./journey_head.js";
import { returns } from "./visits.js";

function time(journey) {
  const { seconds, title, from, to } = whole(journey);
  const span = from
    ? to
      ? `${stampDay(from, to)} to ${stampDay(to, journey.as_of)} `
      : `since ${date(from)} `
    : "";
  // The share compares flow times, whatever the figure above says.
  const slower =
    title === "Flow time" || journey.flow_time_s === null
      ? ""
      : `flow time ${duration(journey.flow_time_s)}, `;
  const compared = journey.slower_than
    ? h(
        "em",
        null,
        `\u00b7 ${slower}slower than ${percent(journey.slower_than.share)} of ${count(journey.slower_than.n)} delivered items`,
      )
    : null;
  const shown = seconds === null ? null : duration(seconds, journey.grade ?? "B");
  return {
    title,
    value: shown && title === "Age" && journey.age_at_least ? atLeast(shown) : shown,
    soft: !told(journey),
    none: journey.committed_at || journey.start_reason ? "not known" : "not started",
    notes: [seconds === null ? (journey.start_reason ?? journey.reasons[0] ?? "") : span, compared],
  };
}

function waiting(journey) {
  if (!journey.committed_at && !journey.waiting_s)
    return {
      title: "Waiting",
      value: null,
      none: "none counted",
      notes: ["waiting counts from the day the item is taken up"],
    };
  const { longest_wait: wait, blocked_s: blocked } = journey;
  const parts = [
    wait
      ? `${duration(wait.seconds)} in ${wait.stage}${waitWhy(wait.reason, ", ", ", ")}`
      : null,
    blocked ? `${duration(blocked)} blocked` : null,
  ].filter(Boolean);
  const hidden = journey.unknown_s
    ? h("em", null, ` \u00b7 ${duration(journey.unknown_s)} not told apart`)
    : null;
  return {
    title: "Waiting",
    value: journey.waiting_s === null ? null : duration(journey.waiting_s, journey.grade ?? "B"),
    soft: !told(journey),
    none: "not known",
    notes: [parts.length ? `of them ${parts.join("; ")}` : "", hidden],
  };
}

function handoffs(journey) {
  const back = journey.returns ? `, ${counted(journey.returns, "return")}` : "";
  const lost = returns(journey)
    .filter(({ seconds }) => seconds !== null)
    .sort((a, b) => b.seconds - a.seconds)[0];
  const story = lost
    ? `${lost.from} sent it back to ${lost.to}${journey.returns === 1 ? " once" : ""}, which cost ${duration(lost.seconds)}`
    : journey.returns
      ? "to an earlier step"
      : "it never came back to an earlier step";
  const again = journey.reopened === 1 ? "once" : `${count(journey.reopened)} times`;
  const reopened = journey.reopened ? `reopened ${again}` : "";
  return {
    title: "Handoffs and returns",
    value: journey.handoffs === null ? null : count(journey.handoffs),
    small: `${journey.handoffs === 1 ? "handoff" : "handoffs"}${back}`,
    none: "not known",
    notes: [[story, reopened].filter(Boolean).join("; ")],
  };
}

function costOfWaiting({ delay_cost: cost, currency }) {
  if (!cost || cost.cents === null)
    return {
      title: "Cost of its waiting",
      value: null,
      none: "not known",
      notes: [cost?.reason ?? "nobody valued this item"],
    };
  const week =
    cost.per_week_cents === null ? "" : `at ${money(cost.per_week_cents, currency)} a week`;
  return { title: "Cost of its waiting", value: money(cost.cents, currency), notes: [week] };
}

/** The four figures; each opens the answer it was taken from. */
export function journeyFigures(journey) {
  const href = `/v1/items/${encodeURIComponent(journey.key)}/journey`;
  return [time(journey), waiting(journey), handoffs(journey), costOfWaiting(journey)].map(
    (one) => ({ ...one, href }),
  );
}
