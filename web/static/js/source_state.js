// The state of a source: its word and its sign.

import { s } from "./dom.js";

const WORDS = {
  green: "up to date",
  red: "failing",
  partial: "partly read",
  syncing: "reading",
  never: "never read",
};

/** The word for it; one that reads well, but not lately, is late. */
export const wordOf = (source) =>
  source.state === "green" && source.late ? "late" : (WORDS[source.state] ?? source.state);

const SIGNS = {
  green: () => s("circle", { cx: 4.5, cy: 4.5, r: 4, class: "f-done" }),
  red: () => s("rect", { width: 9, height: 9, rx: 1, fill: "url(#h-blk)" }),
  partial: () => s("path", { d: "M4.5 .5L9 8.5H0z", class: "f-waiting" }),
  late: () => s("path", { d: "M4.5 .5L9 8.5H0z", class: "f-waiting" }),
};

export function sign(source) {
  const shape = SIGNS[source.state === "green" && source.late ? "late" : source.state];
  const hollow = () => s("circle", { cx: 4.5, cy: 4.5, r: 3.75, class: "f-none s-new w125" });
  return s(
    "svg",
    { width: 9, height: 9, viewBox: "0 0 9 9", "aria-hidden": "true" },
    (shape ?? hollow)(),
  );
}
