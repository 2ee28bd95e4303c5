// The period of a page: `window` (days) and `to` (the day after the last) in the address.

import { date } from "./format.js";
import { choice } from "./frame.js";

export const WINDOWS = [7, 30, 90, 180, 365];
const DAY_MS = 86_400_000;
const iso = (ms) => new Date(ms).toISOString().slice(0, 10);

export function chosen(query) {
  const asked = Number(query.get("window"));
  const to = query.get("to");
  return {
    days: WINDOWS.includes(asked) ? asked : 90,
    to: to && !Number.isNaN(Date.parse(to)) ? to : null,
  };
}

/** The last day of a period that is over, in words; null for the one up to now. */
export function ended(query) {
  const { to } = chosen(query);
  return to ? date(iso(Date.parse(to) - DAY_MS)) : null;
}

/** `from` and `to` for the API; nothing for the last 90 days, which it takes by itself. */
export function asked(query, now) {
  const { days, to } = chosen(query);
  if (days === 90 && !to) return {};
  return { from: iso((to ? Date.parse(to) : now.getTime()) - days * DAY_MS), to };
}

/** The choices that lie one window earlier (-1) or later (+1); none after today. */
export function shifted(query, direction, now) {
  const { days, to } = chosen(query);
  const end = (to ? Date.parse(to) : now.getTime()) + direction * days * DAY_MS;
  return { to: end >= now.getTime() - DAY_MS ? null : iso(end) };
}

export function periodChoice({ query, change }) {
  const { days } = chosen(query);
  const last = ended(query);
  const name = (count) => (last ? `${count} days to ${last}` : `Last ${count} days`);
  const options = WINDOWS.map((count) => [String(count), name(count)]);
  return choice("Period", options, String(days), (value) =>
    change({ window: value === "90" ? null : value }),
  );
}
