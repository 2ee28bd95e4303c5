// Figures of what is stuck: what will probably be late, and what is blocked.

import { count, counted, duration, reasonWords, seconds } from "./format.js";
import { valueOf } from "./parts.js";

const days = (value) => duration(seconds(value, "d"));

/** How many will probably miss the expectation; `href`: where they are listed. */
export function missFigure(ageing, href) {
  const likely = valueOf(ageing, "likely_late") ?? ageing.observed.likely_late ?? null;
  const late = valueOf(ageing, "late") ?? 0;
  const promise = valueOf(ageing, "sle_d");
  return {
    title: promise === null ? "Likely to be late" : `Likely to miss ${days(promise)}`,
    value: likely === null ? null : count(likely),
    small: `of ${count(valueOf(ageing, "count") ?? ageing.n)} in flight`,
    none: "not known",
    href,
    notes: [
      likely === null
        ? reasonWords((ageing.reasons ?? [])[0] ?? "too few were done in this period")
        : late
          ? `${counted(late, "item")} ${late === 1 ? "is" : "are"} over already`
          : "none is over yet",
    ],
  };
}

/** What is blocked now; `href`: where it is listed. */
export function blockedFigure(blocked, href) {
  const lost = valueOf(blocked, "blocked_d");
  return {
    title: "Blocked",
    value: count(valueOf(blocked, "now") ?? 0),
    small: "now",
    href,
    notes: [
      lost
        ? `${days(lost)} of ${counted(blocked.n, "item")} in the period`
        : `no time was blocked in the period`,
    ],
  };
}
