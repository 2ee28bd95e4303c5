// The one number of an envelope that stands for it, in words: for lists in which metrics are mixed.

import { count, duration, percent, rate, seconds, withheld } from "./format.js";
import { amount } from "./money.js";

const known = (value) => value !== null && value !== undefined;

/** "half within 6 d", "18 %", "7.4 a week", "€31k a week"; why not where it is withheld; null without one. */
export function numberWords(envelope) {
  if (!envelope) return null;
  const { value, unit, grade, reasons } = envelope;
  if (known(value?.per_week_cents)) return `${amount(value.per_week_cents, value.currency)} a week`;
  if (known(value?.p50)) return `half within ${duration(seconds(value.p50, unit), grade)}`;
  if (known(value?.ratio)) return percent(value.ratio, grade);
  if (known(value?.per_week)) return `${rate(value.per_week, grade)} a week`;
  if (known(value?.now)) return count(value.now);
  return `withheld: ${withheld(reasons)}`;
}
