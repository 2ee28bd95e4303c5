// Where the numbers fall among the answers of DORA's survey: dated context, no level and no goal.

import { FIVE } from "./delivery_words.js";
import { h } from "./dom.js";
import { section, table } from "./parts.js";

const UNCONFIRMED = "not confirmed in a primary source";
const titleOf = (slug) => FIVE.find((one) => one.slug === slug)?.title ?? slug;

function choices({ answers, answer }) {
  if (!answers.length) return "";
  return answers.flatMap((one, at) => [
    at ? " \u00b7 " : "",
    one === answer ? h("b", null, one) : one,
  ]);
}

function row(one) {
  return h(
    "tr",
    null,
    h("td", null, h("b", null, titleOf(one.metric))),
    h("td", { class: "num" }, one.year === null ? "" : String(one.year)),
    h("td", null, one.answer ?? h("span", { class: "withheld" }, one.reason)),
    h("td", { class: "p2 choices" }, choices(one)),
    h(
      "td",
      { class: "p2" },
      one.source
        ? h("span", { class: one.source === UNCONFIRMED ? "withheld" : null }, one.source)
        : "",
    ),
  );
}

export const surveySection = ({ context }) => [
  section(
    "Among the answers of DORA\u2019s survey",
    "where a number would have been ticked in that year: context, no level, no goal, no badge",
  ),
  table(
    "Among the answers of DORA\u2019s survey",
    [["Metric"], ["Year", "num"], ["Falls under"], ["All answers told", "p2"], ["Told by", "p2"]],
    context.map(row),
    { style: "survey" },
  ),
];
