// What an item is worth, in words; and the lines that give items a value.

import { h, link } from "./dom.js";
import { date } from "./format.js";
import { copyBlock } from "./parts.js";

const SHAPES = {
  P1: "long life",
  P2: "short life, peak lost",
  P3: "long life, peak lost",
  P4: "deadline",
  P5: "cost until done",
  P6: "not urgent yet",
};

/** The profile of a value in words, a deadline with its date. */
export function valueWords({ profile, parameters }) {
  const due = profile === "P4" ? parameters?.deadline : null;
  return due ? `deadline ${date(due)}` : (SHAPES[profile] ?? profile);
}

const fieldLines = (currency) => `[cost_of_delay]
currency = "${currency}"
field = "Cost of delay per week"`;

const fileLines = (key) => `key,low,likely,high,why
${key},15000,20000,35000,what a week without it loses`;

const apiLines = (
  key,
) => `curl -X POST ${location.origin}/v1/values -H 'Content-Type: application/json' \\
  -d '{"key": "${key}", "low_cents": 1500000, "likely_cents": 2000000, "high_cents": 3500000,
       "who": "anna", "why": "what a week without it loses"}'`;

const way = (title, text) => h("div", { class: "find" }, h("h3", null, title), copyBlock(text));

/** A key as it may stand in a command that somebody copies; another stands for an odd one. */
const plainKey = (key) => (/^[\w.#/-]{1,60}$/.test(key ?? "") ? key : "SHOP-412");

/** The three ways to give a value, for this item. */
export function valueWays(item, currency) {
  const key = plainKey(item);
  return h(
    "div",
    { class: "ways3" },
    way("A field of the tracker, in headwater.toml", fieldLines(currency)),
    way("A file values.csv, then: headwater values values.csv", fileLines(key)),
    way("The API", apiLines(key)),
  );
}

/** The page where nothing has a value: what is missing, and the lines that supply it. */
export function noValues({ cost, burning }) {
  return [
    h(
      "section",
      { class: "empty" },
      h("h2", null, "Nothing here has a value yet"),
      h(
        "p",
        null,
        "Waiting costs what a week without the item loses. Give an item, or the epic above it, an amount a week, best as a range: in a field of the tracker, in a file, or over the API. What has no value is counted, never priced at zero.",
      ),
    ),
    valueWays(burning.items[0]?.key, cost.currency),
    h("p", { class: "note" }, link("/v1/values", { class: "lnk" }, "What people said so far")),
  ];
}
