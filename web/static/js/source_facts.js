// What stands below a source: who reads it, how far back, and what it may still be asked.

import { h } from "./dom.js";
import { clock, count, date, duration } from "./format.js";
import { loadingWords } from "./history.js";

const CLOCK_LIMIT_S = 120;
const LONG_S = 60; // due for less: whoever looks for work will find it
const bold = (text) => h("b", null, text);

function clockFact({ clock_offset_s: offset }) {
  if (offset === null || offset === undefined) return null;
  if (Math.abs(offset) <= CLOCK_LIMIT_S) return "clocks agree";
  const told = `its clock is ${duration(Math.abs(offset))} ${offset > 0 ? "ahead" : "behind"}`;
  return h("b", { class: "w-blocked" }, `${told}; set one of the two`);
}

/** The first load, newest first: numbers are there before the history is. */
function historyFact({ history, history_from: from }) {
  const told = loadingWords(history);
  if (told) return [bold(told.short), `; ${told.part}`];
  return from ? [`history from ${date(from)}`] : null;
}

const again = (iso) => (iso ? `, renewed at ${clock(iso)}` : "");

/** What was asked in this hour, of the budget that the configuration gives; bold once it is spent. */
function budgetFact({ budget }) {
  if (!budget || (!budget.used && budget.requests_per_hour === null)) return null;
  const { used, requests_per_hour: allowed, renews_at: renews } = budget;
  if (allowed === null) return `${count(used)} requests in this hour, no budget is set`;
  const told = `${count(used)} of ${count(allowed)} requests of this hour`;
  return h("span", null, "budget: ", used < allowed ? told : bold(`${told}, all used`), again(renews));
}

/** What the tool itself says is left of its limit; bold from a tenth down. */
function quotaFact({ quota }) {
  if (!quota) return null;
  const { limit, remaining, renews_at: renews } = quota;
  const told = `${count(remaining)} of ${count(limit)} are left`;
  return h("span", null, "the tool says ", remaining * 10 > limit ? told : bold(told), again(renews));
}

const line = (facts) => {
  const shown = facts.filter(Boolean).flatMap((fact, at) => (at ? [" \u00b7 ", fact] : [fact]));
  return shown.length ? h("span", { class: "sub facts" }, ...shown) : null;
};

const ofProcess = ({ held_by: by, held_since: since }) =>
  `${by ?? "another process"}${since ? ` since ${clock(since)}` : ""}`;

/** Which process reads it now, and what keeps it from being read; null where all goes as planned. */
function turnFact({ turn }) {
  if (!turn) return null;
  const tried = turn.failures > 1 ? `failed ${count(turn.failures)} times in a row` : null;
  if (turn.state === "held") return [`read by ${ofProcess(turn)}`, tried && bold(tried)];
  if (turn.state === "lost")
    return [
      bold(`${turn.held_by ?? "the process"} that read it is gone`),
      turn.held_until ? `another one takes it from ${clock(turn.held_until)} on` : null,
    ];
  if (turn.state === "waits" && turn.waits_s >= LONG_S)
    return [bold(`due for ${duration(turn.waits_s)}`), "no process has taken it: does a worker run?"];
  return tried
    ? [bold(tried), turn.due_at ? `tried again at ${clock(turn.due_at)}` : null]
    : null;
}

/** A line each for who reads and how the clocks differ, the turn, the history, and the limits; null where nothing is known. */
export function factLines(source) {
  const account = source.account ? `signed in as ${source.account}` : null;
  const history = historyFact(source);
  return [
    line([account, source.version, clockFact(source)]),
    line(turnFact(source) ?? []),
    history ? h("span", { class: "sub facts" }, ...history) : null,
    line([budgetFact(source), quotaFact(source)]),
  ];
}
