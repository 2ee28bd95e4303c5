// The levers: a step is chosen, its levers are moved. What is typed or held stays while answers come.

import { h } from "./dom.js";
import { counted } from "./format.js";
import { section } from "./parts.js";
import { readsOf, slides } from "./lab_slides.js";
import { nameOf, orderWords } from "./lab_words.js";

const PAUSE_MS = 40;
const PATIENCE_MS = 1500;
const WHOLE = "";
let shown = null; // {key, node, sync}: the same node as long as the same levers are shown

/** The levers in an address: their names have a dot, those of other choices have none. */
export const leversOf = (query) =>
  Object.fromEntries([...query].filter(([name]) => name.includes(".")));

/** The address with other levers; the other choices stay. */
export function withLevers(query, levers) {
  const kept = new URLSearchParams([...query].filter(([name]) => !name.includes(".")));
  for (const [name, value] of Object.entries(levers)) kept.set(name, value);
  return `/lab?${kept}`;
}

/** Tells the address what was moved once nothing moves, and not before the last answer has come. */
function teller(change) {
  let timer = 0;
  let waiting = {};
  const busy = () => document.getElementById("main").getAttribute("aria-busy") === "true";
  const tell = (since) => {
    if (busy() && Date.now() - since < PATIENCE_MS) {
      timer = setTimeout(() => tell(since), PAUSE_MS / 2);
      return;
    }
    const choices = waiting;
    waiting = {};
    change(choices, { replace: true });
  };
  return (name, value) => {
    waiting[name] = value;
    clearTimeout(timer);
    timer = setTimeout(() => tell(Date.now()), PAUSE_MS);
  };
}

/** "20 for all steps of checkout": the value and what is told of it. */
const apart = (text) => /^(\S+)( for all .*)?$/.exec(text ?? "")?.slice(1) ?? [text];

/** People whom nobody names are known by what they have in hand. */
const unnamed = ({ what, step }, { calibration }) =>
  what === "people" &&
  calibration.people.some(({ steps, people }) => people === null && steps.includes(step));

function standing(row, next, model) {
  const [now, shared] = apart(row.what === "order" && row.now ? orderWords(row.now) : row.now);
  const note = `${unnamed(row, model) ? " items in hand at once" : ""}${shared ?? ""}`;
  const beside = note ? h("em", null, note) : null;
  if (next === null) return h("b", null, now ?? "as it is", beside);
  return h("b", null, now ? [h("s", null, now), " "] : null, `\u2192 ${next}`, beside);
}

function selected(row, value, move) {
  const words = row.what === "order" ? orderWords : (text) => text;
  const others = row.choices.filter((one) => one !== row.now);
  const known = value === null || others.includes(value) ? others : [value, ...others];
  const input = h(
    "select",
    { "aria-label": nameOf(row), onchange: () => move(input.value || null) },
    h("option", { value: "" }, row.now === null ? "as it is" : `as it is: ${words(row.now)}`),
    ...known.map((one) => h("option", { value: one }, words(one))),
  );
  return { input, set: (next) => (input.value = next ?? ""), told: (next) => next && words(next) };
}

/** A place on the scale in words; what is no place, as it was typed. */
const written = (scale, value) =>
  Number.isFinite(scale.place(value)) ? scale.words(value) : value;

function slid(row, scale, move) {
  const input = h("input", {
    type: "range",
    min: scale.least,
    max: scale.most,
    step: scale.step,
    "aria-label": nameOf(row),
    oninput: () => move(scale.value(Number(input.value))),
  });
  const set = (next) => {
    const at = scale.place(next);
    if (document.activeElement !== input || readsOf(scale, input) !== next)
      input.value = String(at);
  };
  return { input, set, told: (next) => next && written(scale, next) };
}

/** One lever: its name, how it stands and what to, and the way to move it. */
function lever(row, model, tell) {
  const scale = slides(row, model);
  if (!scale && !row.choices.length) return null;
  const state = h("div", { class: "stand" });
  const node = h("li", { title: row.about }, h("span", { class: "what" }, nameOf(row)), state);
  const draw = (value) => {
    node.classList.toggle("on", value !== null);
    const told = control.told(value);
    if (scale) control.input.setAttribute("aria-valuetext", told ?? row.now ?? "as it is");
    state.replaceChildren(standing(row, told, model));
  };
  const move = (value) => {
    draw(value);
    tell(row.lever, value);
  };
  const control = scale ? slid(row, scale, move) : selected(row, null, move);
  node.append(control.input);
  const sync = (levers) => {
    const value = levers[row.lever] ?? null;
    control.set(value);
    draw(value);
  };
  return { node, sync };
}

const places = (rows) => [...new Set(rows.map(({ step }) => step ?? WHOLE))];

function stepChoice(rows, chosen, levers, { change }) {
  const moved = (step) =>
    rows.filter((row) => (row.step ?? WHOLE) === step && row.lever in levers).length;
  const button = (step) =>
    h(
      "button",
      {
        type: "button",
        "aria-pressed": String(step === chosen),
        onclick: () => change({ step: step === WHOLE ? "*" : step }, { replace: true }),
      },
      step === WHOLE ? "Whole stream" : step,
      moved(step) ? h("span", { class: "navn" }, ` ${moved(step)}`) : null,
    );
  return h(
    "div",
    { class: "pick", role: "group", "aria-label": "Step" },
    ...places(rows).map(button),
  );
}

/** The step whose levers are shown: asked for, moved, or the one that holds up most. */
function chosenStep(rows, model, query) {
  const known = places(rows);
  const asked = query.get("step") === "*" ? WHOLE : query.get("step");
  const levers = leversOf(query);
  const moved = rows.find((row) => row.lever in levers);
  const wishes = [asked, moved && (moved.step ?? WHOLE), model.constraint?.step, known[0]];
  return wishes.find((one) => one !== null && known.includes(one));
}

const putBack = (levers, { change }) =>
  h(
    "button",
    {
      class: "lnk",
      type: "button",
      onclick: () => change(Object.fromEntries(Object.keys(levers).map((name) => [name, null]))),
    },
    "Put all back",
  );

function grid(rows, model, context) {
  const tell = teller(context.change);
  const all = rows.map((row) => lever(row, model, tell)).filter(Boolean);
  const node = h("ul", { class: "lev" }, ...all.map((one) => one.node));
  return { node, sync: (levers) => all.forEach((one) => one.sync(levers)) };
}

/** The section as nodes; the grid of levers is the same node while the same levers are shown. */
export function leversSection({ stream, model }, context) {
  const { query } = context;
  const levers = leversOf(query);
  const rows = model.levers;
  const step = chosenStep(rows, model, query);
  const here = rows.filter((row) => (row.step ?? WHOLE) === step);
  const key = JSON.stringify([stream, here.map(({ lever: name, now }) => [name, now])]);
  if (shown?.key !== key) shown = { key, ...grid(here, model, context) };
  shown.sync(levers);
  const count = Object.keys(levers).length;
  return [
    section(
      "What changes",
      count
        ? `${counted(count, "lever")} of ${rows.length} ${count === 1 ? "is" : "are"} moved`
        : `none of ${rows.length} levers is moved; choose a step and move one`,
      count ? putBack(levers, context) : null,
      "levers",
    ),
    stepChoice(rows, step, levers, context),
    shown.node,
  ];
}
