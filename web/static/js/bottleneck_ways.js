// Handoffs between teams, and loops in which work comes back.

import { h, link } from "./dom.js";
import { count, duration, money, percent, seconds } from "./format.js";
import { section, table } from "./parts.js";

const MOST = 8;
const sub = (text) => (text ? h("span", { class: "sub" }, text) : null);
const num = (...content) => h("td", { class: "num" }, ...content);
const days = (value) => duration(seconds(value, "d"));
const note = (text) => h("p", { class: "note" }, text);

const handoffRow = ({ from_team: from, to_team: to, handoffs, items, explain }) =>
  h(
    "tr",
    null,
    h("td", null, link(explain, { class: "val" }, h("b", null, `${from} to ${to}`))),
    num(count(handoffs)),
    num(count(items)),
  );

function handoffsPart(told) {
  const begin = section("Handoffs", "between teams, of what was delivered; most first");
  if (!told.between.length)
    return [begin, note(told.reason ?? "No stage change of this period changed the team.")];
  const all = [...told.between].sort((a, b) => b.handoffs - a.handoffs);
  return [
    begin,
    table(
      "Handoffs",
      [["Handed on"], ["Handoffs", "num"], ["Items", "num"]],
      all.slice(0, MOST).map(handoffRow),
    ),
  ];
}

function loopRow(one, currency) {
  const cost =
    one.cost_cents === null
      ? h("span", { class: "withheld" }, one.cost_reason)
      : money(one.cost_cents, currency);
  const { share, numerator, n } = one.deliveries;
  return h(
    "tr",
    null,
    h(
      "td",
      null,
      link(one.explain, { class: "val" }, h("b", null, `${one.from} back to ${one.to}`)),
    ),
    num(percent(share), sub(`${count(numerator)} of ${count(n)}`)),
    num(days(one.lost_each_d), sub("each")),
    num(cost),
  );
}

function loopsPart(loops, currency) {
  const begin = section("Loops", "what comes back, and what that loses; the costliest first");
  if (!loops.items.length) return [begin, note("Nothing came back in this period.")];
  const all = [...loops.items].sort((a, b) => (b.cost_cents ?? 0) - (a.cost_cents ?? 0));
  return [
    begin,
    table(
      "Loops",
      [["Loop"], ["Deliveries", "num"], ["Lost", "num"], ["Its waiting cost", "num"]],
      all.slice(0, MOST).map((one) => loopRow(one, currency)),
    ),
  ];
}

export const waysSection = ({ handoffs, rework, found }) =>
  h(
    "div",
    { class: "ways2" },
    h("section", null, ...handoffsPart(handoffs)),
    h("section", null, ...loopsPart(rework, found.currency)),
  );
