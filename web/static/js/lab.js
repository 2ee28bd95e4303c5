// Lab: what one change of a stream would do. The verdict first, then where the wait goes, and to whom.

import { mayWrite } from "./account.js";
import { address, remembered } from "./api.js";
import { h, link } from "./dom.js";
import { period, reasonWords } from "./format.js";
import { choice } from "./frame.js";
import { compareSection, keptAs } from "./lab_compare.js";
import { changeAnswer, changeFigures, todayAnswer, todayFigures } from "./lab_figures.js";
import { keep } from "./lab_keep.js";
import { leversOf, leversSection, withLevers } from "./lab_levers.js";
import { spreadSection } from "./lab_spread.js";
import { calibrationTables, stepsTable, teamsSection } from "./lab_tables.js";
import { waitSection, waitToday } from "./lab_wait.js";
import { changeTitle, changeWords } from "./lab_words.js";
import { empty, grade, head, section, unreadFigures } from "./parts.js";
import { asked, periodChoice, shifted } from "./period.js";
import { noStreams, STAGES } from "./unready.js";

const TITLE = "Lab";

const moves = (query) => Object.keys(leversOf(query)).length > 0;
const baseOf = (stream) => `/v1/streams/${encodeURIComponent(stream)}`;
const labOf = (query, period) => address(`${baseOf(query.get("stream"))}/lab`, period);

const HOUR_MS = 3_600_000;
let basis = null; // {key, window, at}: the facts that all changes of this hour are played on

/** The period as it is chosen: what is not is left out. */
const chosenPeriod = (query, now) =>
  Object.fromEntries(Object.entries(asked(query, now)).filter(([, value]) => value));

/**
 * The window that is asked for. Once a model was made, the same one for an hour: a window that ends now would
 * be another each minute, and a model of its own.
 */
function params(query, now) {
  const period = chosenPeriod(query, now);
  const key = address(baseOf(query.get("stream")), period);
  if (basis?.key === key && now - basis.at < HOUR_MS) return basis.window;
  const last = remembered(labOf(query, period));
  if (!last || now - last.at > HOUR_MS) return period;
  const [from, to] = last.data.window;
  basis = { key, window: { from, to }, at: last.at };
  return basis.window;
}

function facts(told) {
  const why = (told.reasons ?? [])[0];
  return [
    "simulation, not a measurement",
    `made of ${period(...told.window)}`,
    h(
      "span",
      { class: "nw" },
      grade(told.grade, told.reasons),
      why ? reasonWords(why) : "as the data it starts from",
    ),
    link(told.explain, { class: "lnk" }, "The items it starts from"),
  ];
}

const FIGURES = ["Half within", "85\u00a0% within", "Longest wait", "Busiest"];
const blank = () => [head(TITLE, []), unreadFigures(FIGURES), h("div", { class: "labwait blank" })];

function noModel(today) {
  const stages = today.reason.includes("stages = ");
  return [
    head(TITLE, [`There is no model of this stream: ${today.reason.split(":")[0]}.`], facts(today)),
    stages
      ? empty(
          "No stage of this stream is a step",
          "A model needs to know which statuses are work and which are a queue. Add the stages to the stream in headwater.toml and start Headwater again.",
          STAGES,
        )
      : empty(
          "Too little was done in this period",
          `${today.reason}. Choose a longer period above, or another stream.`,
        ),
  ];
}

/** Changes that are worth a look: of the step that waits longest, of the one that is busiest, of what comes in. */
function suggestions({ levers, steps, constraint, calibration }) {
  const longest = [...steps].sort((a, b) => (b.wait_d ?? 0) - (a.wait_d ?? 0))[0]?.step;
  const fewer = Math.floor(calibration.arrivals_per_week * 0.9);
  const known = new Set(levers.map(({ lever }) => lever));
  return [
    constraint && { [`${constraint.step}.people`]: "+1" },
    longest && { [`${longest}.wait`]: "-50 %" },
    longest && { [`${longest}.usable`]: "95 %" },
    fewer > 0 && { "arrivals.cap": String(fewer) },
  ].filter((one) => one && Object.keys(one).every((name) => known.has(name)));
}

function tryThese(today, query) {
  const all = suggestions(today.model);
  if (!all.length) return [];
  const way = (levers) =>
    h("li", null, link(withLevers(query, levers), { class: "lnk" }, changeTitle(levers)));
  return [
    section(
      "Where to begin",
      "the step that is busiest, the one that waits longest, and what comes in",
    ),
    h("ul", { class: "begin" }, ...all.map(way)),
  ];
}

function acts({ levers, kept }, { query, reload }) {
  const known = keptAs(kept, levers);
  const stream = query.get("stream");
  return h(
    "p",
    { class: "acts" },
    known
      ? h("span", { class: "note" }, `Kept as \u201c${known.name}\u201d by ${known.who}.`)
      : mayWrite() &&
          h(
            "button",
            { class: "btn", type: "button", onclick: () => keep({ stream, levers, reload }) },
            "Keep this change",
          ),
    link(withLevers(query, {}), { class: "btn q" }, "Back to today"),
  );
}

const compared = ({ today, kept, change }, levers, query) =>
  compareSection({
    base: baseOf(query.get("stream")),
    params: params(query, new Date()),
    today,
    kept,
    change,
    levers,
    query,
  });

function drawToday(data, context) {
  const { today } = data;
  return [
    head(TITLE, todayAnswer(today), facts(today)),
    todayFigures(today),
    ...leversSection(today, context),
    waitToday(today.model),
    today.model.numbers ? null : h("p", { class: "note" }, today.model.calibration.words),
    ...tryThese(today, context.query),
    ...compared(data, {}, context.query),
    ...calibrationTables(today.model),
  ];
}

/** The levers that an answer is about: those of the address may be further already. */
const leversTold = ({ levers }) =>
  Object.fromEntries(levers.filter(({ moved }) => moved).map(({ lever, value }) => [lever, value]));

function drawChange(data, context) {
  const { today, change, kept } = data;
  const { query } = context;
  const levers = leversTold(change);
  const known = keptAs(kept, levers);
  const title = known?.name ?? changeTitle(levers);
  return [
    head(title, changeAnswer(change, levers, !known), facts(change)),
    changeFigures(change),
    ...leversSection(today, context),
    h("div", { class: "labtwo" }, waitSection(change), spreadSection(change)),
    ...teamsSection(change),
    ...compared(data, levers, query),
    acts({ levers, kept }, context),
    stepsTable(change),
    ...calibrationTables(change),
  ];
}

function draw(data, context) {
  if (!data) return blank();
  const { streams, today, change } = data;
  if (!streams.items.length) return noStreams(TITLE, "change", streams.awaited);
  if (!today) return [...blank(), context.settle({ stream: streams.items[0].name })];
  if (!today.model) return noModel(today);
  return change && moves(context.query) ? drawChange(data, context) : drawToday(data, context);
}

function reads(query, now) {
  const stream = query.get("stream");
  const streams = { streams: "/v1/streams" };
  if (!stream) return streams;
  const window = params(query, now);
  const body = { levers: leversOf(query), ...window };
  return {
    ...streams,
    today: labOf(query, window),
    kept: address("/v1/scenarios", { stream }),
    ...(moves(query) ? { change: { address: labOf(query, {}), body } } : {}),
  };
}

/** Nothing was read, as a lever of the address can't be moved so: said, with the way back. */
function failed(error, query) {
  if (error.status !== 422 || !moves(query)) return null;
  const told = h("p", { class: "note" }, error.message);
  return [
    head(TITLE, [`This can\u2019t be played: ${changeWords(leversOf(query))}.`], null),
    empty(
      "Why not",
      told,
      null,
      link(withLevers(query, {}), { class: "lnk" }, "Put all levers back"),
    ),
  ];
}

function keptChoice({ kept }, { query, go }) {
  const levers = leversOf(query);
  const known = kept ? keptAs(kept, levers) : null;
  const none = Object.keys(levers).length ? "A change that is not kept" : "No change";
  const options = [
    ...(known ? [] : [["", none]]),
    ...(kept?.items ?? []).map(({ id, name }) => [String(id), name]),
  ];
  const open = (value) => {
    const one = kept.items.find(({ id }) => String(id) === value);
    if (one) go(withLevers(query, one.levers));
  };
  return choice("Kept changes", options, known ? String(known.id) : "", open);
}

function filters(data, page) {
  const { query, go } = page;
  const streams = (data?.streams?.items ?? []).map(({ name, title }) => [name, title]);
  const other = (value) => go(address("/lab", { stream: value, window: query.get("window") }));
  return [
    choice("Stream", streams, query.get("stream") ?? "", other, true),
    ...(data?.kept?.items.length ? [keptChoice(data, page)] : []),
    periodChoice(page),
  ];
}

export const lab = {
  keeps: (before, after) => before.get("stream") === after.get("stream"),
  title: (data, query) =>
    data?.today ? `${data.today.title}, ${moves(query) ? "what if" : "lab"}` : TITLE,
  reads,
  draw,
  failed,
  filters,
  dataTo: ({ today }) => today?.known_at,
  shift: (direction, { query, change }) => change(shifted(query, direction, new Date())),
};
