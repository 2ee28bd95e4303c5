// The head of the lab: the sentence, and the four figures.

import { h } from "./dom.js";
import { counted, percent } from "./format.js";
import { figures } from "./parts.js";
import {
  bounds,
  busyText,
  daysText,
  directionWords,
  moneyBounds,
  moneyText,
  signed,
} from "./lab_numbers.js";
import { changeWords, verdictSign } from "./lab_words.js";

const bold = (text) => h("b", null, text);
const NB = "\u00a0";
const named = ({ step, team }) => (team && team !== step ? `${step} (${team})` : step);

/** Where most of what was removed comes back. */
function comesBack({ verdict }) {
  const [first, ...others] = verdict.moved;
  if (!first) return "";
  return `${named(first)}${others.length ? ` and ${counted(others.length, "other place")}` : ""}`;
}

function slowEnd({ numbers, flow_d: { p85 } }) {
  if (!numbers) {
    const words = { less: "gets shorter", more: "gets longer", same: "stays" }[p85.direction];
    return ["the slow end ", bold(words)];
  }
  return [
    `85${NB}% are done within `,
    bold(`${daysText(p85.after)} instead of ${daysText(p85.before)}`),
  ];
}

function stays({ numbers, flow_d: { p85 } }) {
  const within = numbers ? `: 85${NB}% are done within ${daysText(p85.before)}, as now` : "";
  return ["nothing changes beyond chance", within, "."];
}

const SAYS = {
  relieved: (told) => [...slowEnd(told), ", and the wait does not come back elsewhere."],
  shifted: (told) => [
    ...slowEnd(told),
    ", but ",
    bold(`part of the wait moves to ${comesBack(told)}`),
    ".",
  ],
  worse: (told) => [...slowEnd(told), "."],
  no_effect: stays,
  hidden: ({ verdict }) => [verdict.words],
};

const capital = ([first, ...others]) => [first.charAt(0).toUpperCase() + first.slice(1), ...others];

/** What a change does, in a sentence; `named`: the title says already what is changed. */
export function changeAnswer(told, levers, named) {
  const said = SAYS[told.verdict.verdict](told);
  if (named || told.verdict.verdict === "hidden") return capital(said);
  return ["With ", bold(changeWords(levers)), ", ", ...said];
}

/** How the stream is, and what to do. */
export function todayAnswer({ model }) {
  const busiest = model.constraint ? [" ", bold(named(model.constraint)), " is busiest."] : [];
  const within = model.numbers
    ? [`As it is, the model has 85${NB}% done within `, bold(daysText(model.flow_d.p85)), "."]
    : ["The model of this stream gives directions only."];
  return [...within, ...busiest, " Move a lever to see what it would do, and to whom."];
}

/** Where the wait grows, and where it comes from somewhere else how much of it that is. */
function verdictNote({ verdict, numbers }) {
  const places = verdict.moved
    .slice(0, 2)
    .map((one) => `${one.step}${numbers ? ` ${signed(one.wait_d, daysText)}` : ""}`)
    .join(", ");
  if (verdict.verdict === "hidden") return "the wait may be somebody else\u2019s now";
  if (verdict.verdict === "no_effect") return "the slow end moves no further than chance moves it";
  if (!places)
    return verdict.verdict === "relieved" ? "nothing comes back elsewhere" : verdict.words;
  if (verdict.verdict === "worse") return `the wait grows: ${places}`;
  return numbers && verdict.returned_share !== null
    ? `${percent(verdict.returned_share, "C")} of the wait removed comes back: ${places}`
    : `it comes back: ${places}`;
}

const verdictFigure = (told) => ({
  title: "Verdict",
  value: verdictSign(told.verdict.verdict, true),
  notes: [verdictNote(told)],
});

function withinFigure({ flow_d: { p85 }, calibration }) {
  const title = `85${NB}% within`;
  if (p85.after === null)
    return { title, value: directionWords(p85), words: true, notes: ["a direction, no number"] };
  const less = p85.direction === "less" ? "less" : "more";
  const range = bounds(p85, daysText);
  const change =
    p85.direction === "same"
      ? "no more than chance "
      : `${daysText(Math.abs(p85.difference))} ${less} `;
  return {
    title,
    value: daysText(p85.after),
    small: `was ${daysText(p85.before)}`,
    notes: [
      change,
      h("em", null, `\u00b7 ${range ? `${range} in ` : ""}${calibration.runs} paired runs`),
    ],
  };
}

function costFigure({ delay_cost: cost }) {
  const title = "Delay cost";
  const pair = cost.cents_per_week;
  if (!pair) return { title, value: null, none: "not known", notes: [cost.reason] };
  if (pair.after === null)
    return {
      title,
      value: directionWords(pair, "amount"),
      words: true,
      notes: ["a direction, no number"],
    };
  const range = moneyBounds(pair, cost.currency);
  const way = pair.direction === "less" ? "less" : "more";
  const known =
    cost.valued_share === null ? "" : `${percent(cost.valued_share, "C")} of items have a value`;
  return {
    title,
    value: moneyText(pair.after, cost.currency),
    small: `a week, was ${moneyText(pair.before, cost.currency)}`,
    notes: [
      pair.direction === "same"
        ? "no more than chance "
        : `${moneyText(Math.abs(pair.difference), cost.currency)} ${way}${range ? `, ${range}` : ""} `,
      h("em", null, known ? `\u00b7 ${known}` : ""),
    ],
  };
}

function inheritsWords({ inherits, delay_cost: cost }) {
  if (!inherits) return "nobody inherits the wait";
  const items =
    inherits.items === null ? null : `${signed(inherits.items, (n) => n.toFixed(1))} items`;
  const cents = inherits.cents_per_week;
  const paid = cents === null ? null : `${moneyText(cents, cost.currency)} a week`;
  const what = [items, paid].filter(Boolean).join(" and ") || "the wait";
  return `${inherits.team || inherits.step} inherits ${what}`;
}

function constraintFigure(told) {
  const title = "Next constraint";
  const found = told.constraint;
  if (!found) return { title, value: null, none: "nobody works here", notes: [] };
  const busy = found.busy === null ? "" : `, ${busyText(found.busy)} busy`;
  const before =
    found.moved && found.before ? `it was ${found.before.step}; ` : "the same as now; ";
  return {
    title,
    value: `${found.step}${busy}`,
    words: true,
    notes: [before, inheritsWords(told)],
  };
}

export const changeFigures = (told) =>
  figures(verdictFigure(told), withinFigure(told), costFigure(told), constraintFigure(told));

function longestWait({ steps }) {
  const waits = steps.filter(({ wait_d: wait }) => wait > 0);
  return waits.length ? waits.reduce((a, b) => (b.wait_d > a.wait_d ? b : a)) : null;
}

function busiestFigure({ constraint, steps }) {
  const busy = steps.find(({ step }) => step === constraint?.step)?.busy;
  return {
    title: "Busiest",
    value: constraint ? constraint.step : null,
    words: true,
    none: "nobody works here",
    notes: [busy ? `its people are busy ${busyText(busy)} of the time` : ""],
  };
}

/** The stream as it is in the model. */
export function todayFigures({ model }) {
  const wait = longestWait(model);
  const told = (value) => (value === null ? null : daysText(value));
  return figures(
    {
      title: "Half within",
      value: told(model.flow_d.p50),
      none: "no number",
      notes: ["in the model, from commitment to done"],
    },
    {
      title: `85${NB}% within`,
      value: told(model.flow_d.p85),
      none: "no number",
      notes: ["in the model"],
    },
    {
      title: "Longest wait",
      value: wait ? wait.step : null,
      words: true,
      none: "no number",
      notes: [wait ? `${daysText(wait.wait_d)} for each item` : ""],
    },
    busiestFigure(model),
  );
}
