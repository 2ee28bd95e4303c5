// What is changed, in words, and the sign of what that does.

import { h, s } from "./dom.js";

const NAMES = {
  people: (step) => `People at ${step}`,
  order: (step) => `Who is next at ${step}`,
  limit: (step) => `Limit on work at ${step}`,
  batch: (step) => `Batch into ${step}`,
  wait: (step) => `Other waiting at ${step}`,
  usable: (step) => `Usable as received at ${step}`,
  approve: (step) => `Passed by record at ${step}`,
  automate: (step) => `Work of ${step} done by a machine`,
  remove: (step) => `${step} removed`,
  merge: (step) => `${step} merged with`,
  owner: (step) => `Owner of ${step}`,
};
const KINDS = { feature: "features", defect: "defects", risk: "risks", debt: "debt" };
const ORDERS = {
  first_in: "first in, first out",
  oldest: "oldest first",
  shortest: "shortest work first",
  cd3: "value over duration first",
};

export const orderWords = (order) => ORDERS[order] ?? `${KINDS[order] ?? order} first`;

export function nameOf({ step, what, lever }) {
  if (step) return NAMES[what]?.(step) ?? lever;
  if (lever === "arrivals.cap") return "Let in a week";
  return `Share of ${KINDS[what] ?? what}`;
}

const parts = (lever) => {
  const at = lever.lastIndexOf(".");
  return [lever.slice(0, at), lever.slice(at + 1)];
};

function people(step, value) {
  const [, sign, number] = /^([+-]?)(\d+)$/.exec(value) ?? [];
  if (!number) return `${value} people at ${step}`;
  if (!sign) return `${number} people at ${step}`;
  const who = number === "1" ? "person" : "people";
  return `${number} ${sign === "+" ? "more" : "fewer"} ${who} at ${step}`;
}

function waiting(step, value) {
  const [, sign, share] = /^([+-])(.*)$/.exec(value) ?? [];
  return sign
    ? `${share} ${sign === "-" ? "less" : "more"} other waiting at ${step}`
    : `${value} other waiting at ${step}`;
}

const SAID = {
  people,
  wait: waiting,
  order: (step, value) => `${orderWords(value)} at ${step}`,
  limit: (step, value) =>
    value === "none" ? `no limit at ${step}` : `at most ${value} items at ${step}`,
  batch: (step, value) =>
    value === "none" ? `no batches into ${step}` : `batches into ${step} (${value})`,
  usable: (step, value) => `${value} usable as received at ${step}`,
  approve: (step, value) => `${value} passed by record at ${step}`,
  automate: (step, value) => `${value} of the work of ${step} done by a machine`,
  remove: (step, value) => `${step} removed, its work ${value}`,
  merge: (step, value) => `${step} and ${value} as one step`,
  owner: (step, value) => `${step} owned by ${value}`,
};

const capitalised = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** One lever and its value in a few words that follow "with". */
function said(lever, value) {
  const [step, what] = parts(lever);
  if (step === "arrivals")
    return value === "none" ? "no limit on what is let in" : `at most ${value} let in a week`;
  if (step === "mix") return `${value} ${KINDS[what] ?? what}`;
  return SAID[what]?.(step, value) ?? `${lever} ${value}`;
}

/** All levers: {"Test.people": "+2"} is "2 more people at Test". */
export function changeWords(levers) {
  const all = Object.entries(levers).map(([lever, value]) => said(lever, value));
  if (all.length > 3) return `${all.slice(0, 2).join(", ")} and ${all.length - 2} more changes`;
  return all.length > 1 ? `${all.slice(0, -1).join(", ")} and ${all.at(-1)}` : (all[0] ?? "");
}

export const changeTitle = (levers) => capitalised(changeWords(levers));

const VERDICTS = {
  relieved: ["relieved", "M2 7l3.5 3.5L12 3.5"],
  shifted: ["shifted", "M1.5 7h9M7.5 3.5L11 7l-3.5 3.5"],
  worse: ["worse", "M7 12V2.5M3.5 6L7 2.5L10.5 6"],
  hidden: ["hidden", "M2 2l10 10M12 2L2 12"],
  no_effect: ["no effect", "M2.5 7h9"],
};

/** The verdict with its sign; `big` for a headline. */
export function verdictSign(verdict, big = false) {
  const [word, way] = VERDICTS[verdict] ?? [verdict, ""];
  const size = big ? 24 : 14;
  const drawn = s(
    "svg",
    { class: "sign", width: size, height: size, viewBox: "0 0 14 14", "aria-hidden": "true" },
    s("path", { d: way, class: "s-ink w2" }),
  );
  return h("span", { class: "nw" }, drawn, big ? capitalised(word) : word);
}
