// What stands for the answer while a page that was not read before is waited for.

import { h } from "./dom.js";

const STEPS = [
  [1000, "Reading \u2026"],
  [
    5000,
    "Reading \u2026 What nobody looked at before is worked out first; the next look is quick.",
  ],
];

/** Says after a while, in the empty answer line and aloud, that the page is being read; `end` takes that back. */
export function tellWait() {
  const shown = h("span", { class: "reading" });
  const say = (text) => {
    const answer = document.getElementById("answer");
    if (!answer || (answer.textContent && !answer.contains(shown))) return;
    shown.textContent = text;
    answer.replaceChildren(shown);
    document.getElementById("live").textContent = text;
  };
  const timers = STEPS.map(([after, text]) => setTimeout(say, after, text));
  return {
    end() {
      timers.forEach(clearTimeout);
      shown.remove();
    },
  };
}
