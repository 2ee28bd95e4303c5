// Time to pixels: one linear axis, quiet stretches folded where the whole is longer than 90 days.

import { date, day, stamp } from "./format.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const MONDAY = 4 * DAY; // 1970-01-05
const STEPS = [
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  WEEK,
  2 * WEEK,
  4 * WEEK,
  13 * WEEK,
];
const FOLD_FROM = 90 * DAY;
const QUIET = 14 * DAY;
const MARGIN = 2 * DAY;
export const FOLD_PX = 26;

/** Quiet stretches [{from, to}] (ms) of a list of moments; none up to 90 days. */
export function folds(moments, from, to) {
  if (to - from <= FOLD_FROM) return [];
  const times = [...new Set([from, ...moments, to])]
    .filter((at) => at >= from && at <= to)
    .sort((a, b) => a - b);
  return times.flatMap((at, index) => {
    const next = times[index + 1];
    return next !== undefined && next - at > QUIET
      ? [{ from: at + MARGIN, to: next - MARGIN }]
      : [];
  });
}

/** x(ms) between `left` and `right`; a fold takes `FOLD_PX`, however long it is. */
export function timescale({ from, to, quiet, left, right }) {
  const folded = quiet.reduce((sum, fold) => sum + fold.to - fold.from, 0);
  const px = Math.max(right - left - quiet.length * FOLD_PX, 1) / Math.max(to - from - folded, 1);
  return (at) => {
    let x = left + (Math.min(Math.max(at, from), to) - from) * px;
    for (const fold of quiet) {
      if (at <= fold.from) break;
      const inside = Math.min(at, fold.to) - fold.from;
      x += (inside / (fold.to - fold.from)) * FOLD_PX - inside * px;
    }
    return x;
  };
}

const year = (iso) => new Date(iso).getUTCFullYear();

/** [{x, label}]: hours, days or Mondays, at least 64 px apart and never inside a fold; the year where it changes. */
export function ticks({ from, to, quiet, x }) {
  const shown = to - from - quiet.reduce((sum, fold) => sum + fold.to - fold.from, 0);
  const room = Math.max((x(to) - x(from) - quiet.length * FOLD_PX) / 64, 1);
  // Hours are written with their day, which takes twice the room.
  const step = STEPS.find((one) => shown / one <= (one < DAY ? room / 1.6 : room)) ?? STEPS.at(-1);
  const apart = step < DAY ? 88 : 48;
  const found = [];
  let last = year(new Date(to).toISOString());
  const shift = step >= WEEK ? MONDAY : 0;
  for (let at = Math.ceil((from - shift) / step) * step + shift; at <= to; at += step) {
    if (quiet.some((fold) => at > fold.from && at < fold.to)) continue;
    const near = quiet.some((fold) => Math.abs(x(at) - x((fold.from + fold.to) / 2)) < 48);
    if (near || x(to) - x(at) < 12 || (found.length && x(at) - found.at(-1).x < apart)) continue;
    const iso = new Date(at).toISOString();
    const label = step < DAY ? stamp(iso) : year(iso) === last ? day(iso) : date(iso);
    last = year(iso);
    found.push({ x: x(at), label });
  }
  return found;
}
