// What another mapping of a stream would do to its history: sent, computed, shown; nothing is written.

import { address, read, ReadError, send } from "./api.js";
import { h } from "./dom.js";
import { bothTable } from "./definition_changes.js";
import { factsWords, factWords } from "./definition_words.js";
import { count, counted, duration, period } from "./format.js";
import { copyBlock, section, table } from "./parts.js";

const COMMAND = "headwater mapping preview changed.toml";
const sub = (text) => h("span", { class: "sub" }, text);

/** What is of the stream and holds none of its `keys` is where its ideas come from. */
function partsOf(source, projects, keys) {
  const holds = (project) =>
    keys.some((key) => key.startsWith(`${project}-`) || key.startsWith(`${project}#`));
  const own = projects.filter(holds);
  if (!own.length) return { items: { source, projects } };
  const ideas = projects.filter((one) => !own.includes(one));
  return {
    items: { source, projects: own },
    ...(ideas.length ? { ideas: { source, projects: ideas } } : {}),
  };
}

/** The [[streams]] table of a stream, as far as the API tells of it; `keys` of its items. */
export function draftOf(name, data, keys = []) {
  const stream = data.streams.items.find((one) => one.name === name) ?? { name };
  const mapped = data.mappings.items.find((one) => one.stream === name);
  const projects = data.covered.items.filter(
    ({ kind, streams }) => kind === "project" && streams.includes(name),
  );
  const source = projects[0]?.source ?? "";
  const own = projects.filter((one) => one.source === source).map((one) => one.name);
  return {
    name,
    title: stream.title,
    ...partsOf(source, own, keys),
    repositories: stream.repositories ?? [],
    services: stream.services ?? [],
    stages: (mapped?.stages ?? []).map(({ statuses, ...stage }) => ({
      ...Object.fromEntries(Object.entries(stage).filter(([, value]) => value)),
      statuses: [...new Set(statuses.map(({ status }) => status))],
    })),
  };
}

/** As people write it: a stage in a line. */
export function written(draft) {
  const { stages, ...rest } = draft;
  const lines = Object.entries(rest).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  const all = stages.map((one) => `    ${JSON.stringify(one)}`).join(",\n");
  return `{\n${lines.join(",\n")},\n  "stages": [\n${all}\n  ]\n}`;
}

const CHANGES = { moved: "moved", mapped: "mapped now", unmapped: "in no stage then" };

const movedTable = (rows) =>
  table(
    "Statuses that would mean another thing",
    [["Status"], ["Now"], ["Then"], ["Items", "num"], ["Their time", "num"]],
    rows.map((one) =>
      h(
        "tr",
        null,
        h("td", null, h("b", null, one.status), sub(CHANGES[one.change] ?? one.change)),
        h("td", { "data-label": "now" }, one.before),
        h("td", { "data-label": "then" }, one.after),
        h("td", { class: "num", "data-label": "items" }, count(one.items)),
        h("td", { class: "num", "data-label": "their time" }, duration(one.days * 86_400)),
      ),
    ),
    { style: "moved" },
  );

function touched({ items, facts }) {
  if (!items) return null;
  const restated = facts
    .filter((one) => one.restated)
    .map((one) => counted(one.restated, factWords(one.fact), factsWords(one.fact)));
  const past = restated.length
    ? ` ${restated.join(" and ")} of a time already told would be restated.`
    : "";
  return h(
    "p",
    { class: "lead" },
    `${counted(items.present, "item")} ${items.present === 1 ? "counts" : "count"} now, ${count(items.proposed)} then; `,
    h("b", null, `${count(items.touched)} would be told otherwise`),
    `.${past}`,
  );
}

const notes = (label, all) =>
  all.length ? h("p", { class: "note" }, `${label}: ${all.join("; ")}.`) : null;

function streamResult(one, data) {
  const pairs = one.metrics.map(({ metric, present, proposed }) => ({
    metric,
    then: present,
    now: proposed,
  }));
  return h(
    "div",
    { class: "result" },
    touched(one),
    one.what.length
      ? h(
          "ul",
          { class: "plainlist" },
          ...one.what.map((what) => h("li", null, what.replace("->", "\u2192"))),
        )
      : h("p", { class: "note" }, `Nothing that the numbers of ${one.title} rest on would change.`),
    one.statuses.length ? movedTable(one.statuses) : null,
    pairs.length && !one.same
      ? bothTable("Numbers of one window under both", pairs, data.definitions.items, [
          "as it is",
          "as proposed",
        ])
      : null,
    notes("Differs too, and touches no fact of its items", one.beside),
    notes("Named, and known to no tracker", one.unknown_statuses),
    notes("Not known", one.notes),
  );
}

function result(told, data) {
  const [from, to] = told.window;
  const waiting = told.waiting
    ? `; ${counted(told.waiting, "item")} changed since and ${told.waiting === 1 ? "is" : "are"} not measured yet`
    : "";
  return [
    told.same
      ? h("p", { class: "lead" }, h("b", null, "Nothing that facts rest on would change."))
      : null,
    ...told.streams
      .filter((one) => !told.same || one.what.length || one.beside.length)
      .map((one) => streamResult(one, data)),
    h("p", { class: "note" }, `Numbers of ${period(from, to)}${waiting}. Nothing was written.`),
  ].filter(Boolean);
}

async function ask({ area, button, place }, data) {
  let stream;
  try {
    stream = JSON.parse(area.value);
  } catch (error) {
    place.replaceChildren(h("p", { class: "refused" }, `This is no JSON: ${error.message}.`));
    return;
  }
  button.disabled = true;
  place.replaceChildren(h("p", { class: "note" }, "Computing both \u2026"));
  try {
    const streams = Array.isArray(stream) ? stream : [stream];
    const told = await send({ method: "POST", address: "/v1/mappings/preview", body: { streams } });
    place.replaceChildren(...result(told, data));
  } catch (problem) {
    if (!(problem instanceof ReadError)) throw problem;
    place.replaceChildren(h("p", { class: "refused" }, `Not taken: ${problem.message}.`));
  } finally {
    button.disabled = false;
  }
}

function form(name, data) {
  const place = h("div", { class: "preview", role: "status", "aria-live": "polite" });
  const area = h("textarea", { id: "draft", rows: 14, spellcheck: "false", wrap: "off" });
  const first = written(draftOf(name, data));
  area.value = first;
  read(address("/v1/items", { stream: name, limit: 200 })).then(
    ({ data: { items } }) => {
      const keys = items.map(({ key }) => key);
      if (area.value === first) area.value = written(draftOf(name, data, keys));
    },
    () => null, // the draft stays as it is
  );
  const button = h("button", { type: "submit", class: "act" }, "Show what it would do");
  const onsubmit = (event) => {
    event.preventDefault();
    ask({ area, button, place }, data);
  };
  return h(
    "div",
    { class: "trymap" },
    section(
      "Try another mapping",
      "before and after, for one window; nothing is written",
      null,
      "preview",
    ),
    h(
      "form",
      { onsubmit },
      h("label", { for: "draft" }, `The table of stream ${name}, as JSON`),
      area,
      h(
        "p",
        { class: "note" },
        "Filled in is what is known here: source, projects, repositories, services and stages. What else its table has (types, blocked, reopen_window, expects_code) has to be added, or counts as taken out; unchanged, it should do nothing.",
      ),
      h("p", { class: "acts" }, button),
    ),
    place,
    h("p", { class: "note" }, "The same from a whole file, with all that it has:"),
    copyBlock(COMMAND),
  );
}

const forms = new Map(); // stream -> its form: what was typed stays when the page is drawn again

/** The form of the stream that is chosen, or of the first one; null without streams. */
export function previewPart(data, query) {
  const name = query.get("stream") ?? data.streams.items[0]?.name;
  if (!name) return null;
  if (!forms.has(name)) forms.set(name, form(name, data));
  return forms.get(name);
}
