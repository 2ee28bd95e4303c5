// Two small tables beside each other: the grade of every figure, and how fresh and exact its sources are.

import { h, link } from "./dom.js";
import { clock, count, duration, reasonWords } from "./format.js";
import { section, table } from "./parts.js";
import { FIGURES } from "./quality_scope.js";
import { sign, wordOf } from "./source_state.js";

/** The chip of a figure leads to how it came about. */
function chip(title, envelope) {
  if (!/^[ABCD]$/.test(envelope?.grade ?? "")) return h("span", { class: "n" }, "\u2013");
  const why = envelope.reasons?.[0] ? `, ${reasonWords(envelope.reasons[0])}` : "";
  const told = `${title}: grade ${envelope.grade}${why}`;
  return link(
    envelope.explain,
    { class: `grade g${envelope.grade}`, title: told, "aria-label": told },
    envelope.grade,
  );
}

function grades(name, things, figures) {
  if (!things.length) return null;
  return table(
    name,
    [[name], ...figures.map(([, title]) => [title, "c"])],
    things.map((thing) =>
      h(
        "tr",
        null,
        h("td", null, h("b", null, thing.title ?? thing.name)),
        ...figures.map(([key, title]) =>
          h("td", { class: "c" }, chip(`${thing.title ?? thing.name}, ${title}`, thing[key])),
        ),
      ),
    ),
    { style: "grades" },
  );
}

function clockCell({ clock_offset_s: offset }) {
  if (offset === null || offset === undefined) return h("span", { class: "n" }, "not told");
  if (!offset) return "0\u00a0s";
  return `${offset > 0 ? "+" : "\u2212"}${Math.abs(offset) < 60 ? `${count(Math.abs(offset))}\u00a0s` : duration(Math.abs(offset))}`;
}

function sees(source) {
  const parts = (source.streams ?? []).filter(({ error }) => error).length;
  if (parts) return `${count(parts)} of ${count(source.streams.length)} kinds of record fail`;
  if (source.unparsed) return `${count(source.unparsed)} not understood`;
  return wordOf(source);
}

/** `now`: the time that the answers are of. */
const sourceRow = (source, now) =>
  h(
    "tr",
    null,
    h("td", null, link("/connectors", { class: "val" }, h("b", null, source.name))),
    h(
      "td",
      { class: "num" },
      source.watermark_at
        ? h(
            "span",
            { title: clock(source.watermark_at) },
            duration(Math.max(0, (Date.parse(now) - Date.parse(source.watermark_at)) / 1000)),
          )
        : h("span", { class: "n" }, source.kind === "events" ? "as told" : "never read"),
    ),
    h("td", { class: "num" }, clockCell(source)),
    h("td", null, h("span", { class: `state ${source.state}` }, sign(source), sees(source))),
  );

export function gradesAndSources(scope, sources, now) {
  return h(
    "div",
    { class: "qtwo" },
    h(
      "section",
      null,
      section("Grades", "a chip opens its figure; D is withheld", null, "grades"),
      grades("Stream", scope.streams, FIGURES.stream),
      grades("Service", scope.services, FIGURES.service),
    ),
    h(
      "section",
      null,
      section("Sources", "age of the newest complete data, and the clock against ours"),
      sources.length
        ? table(
            "Sources",
            [["Source"], ["Age", "num"], ["Clock", "num"], ["Sees"]],
            sources.map((one) => sourceRow(one, now)),
            { style: "seen" },
          )
        : h("p", { class: "note" }, "No source is configured."),
    ),
  );
}
