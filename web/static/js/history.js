// The first load, newest first: how far back the sources are there while the rest is being read.

import { date, percent, stamp } from "./format.js";

/** "the next part, back to 22 Nov 2025: 41 % read, expected at 21 Nov 06:40 UTC"; what is not known yet is left out. */
function nextPart({ reading_from: from, share, expected_at: end }) {
  const known = share !== null && share !== undefined;
  const part = from ? `the next part, back to ${date(from)}` : "the last part, to the beginning";
  const read = known ? `${percent(share)} read` : "how much is left is not known";
  return `${part}: ${read}${end ? `, expected at ${stamp(end)} UTC` : ""}`;
}

/** `history` as the API gives it; null where nothing is left to be read. */
export function loadingWords(history) {
  if (!history) return null;
  return {
    short: `history back to ${date(history.back_to)}, the rest is loading`,
    part: nextPart(history),
  };
}
