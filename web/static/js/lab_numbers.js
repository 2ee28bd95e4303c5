// Numbers of the lab: days, shares and money before and after; a direction where the model may say no more.

import { duration, money, moneyRange, percent, seconds } from "./format.js";

const MINUS = "\u2212";
export const daysText = (value) => duration(seconds(value, "d"));
export const busyText = (value) => percent(value, "C");

/** With its sign: "−8.1 d", "+2.9 d". */
export function signed(value, write) {
  const text = write(Math.abs(value));
  return `${value < 0 ? MINUS : "+"}${text}`;
}

const WORDS = {
  time: { less: "shorter", more: "longer", same: "within chance" },
  amount: { less: "less", more: "more", same: "within chance" },
};

/** What a pair without numbers says: shorter, longer, within chance. */
export const directionWords = (pair, kind = "time") => WORDS[kind][pair.direction];

/** "9 d–17 d": the bounds of a difference by their size, the smaller first; none across zero. */
export function bounds({ low, high }, write) {
  if (low === null || high === null || low * high < 0) return null;
  const [near, far] = [Math.abs(low), Math.abs(high)].sort((a, b) => a - b);
  return near === far ? null : `${write(near)}\u2013${write(far)}`;
}

export const moneyBounds = ({ low, high }, currency) =>
  low === null || high === null || low * high < 0
    ? null
    : moneyRange(
        [Math.abs(low), Math.abs(high)].sort((a, b) => a - b),
        currency,
      );

export const moneyText = (cents, currency) => money(cents, currency);
