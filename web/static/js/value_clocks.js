// From idea to use: three clocks on one scale, each opening its items.

import { h, link, s } from "./dom.js";
import { count, duration, seconds, withheld } from "./format.js";
import { grade, section, table, trusted, valueOf } from "./parts.js";
import { missingTool } from "./value_head.js";
import { listed, leftOutWords } from "./value_items.js";

const CLOCKS = [
  ["live", "idea_to_live", "Idea to live", "since the idea"],
  ["first", "time_to_first_use", "To first use", "since anybody could see it"],
  ["adopted", "time_to_adoption", "To adoption", "since anybody could see it"],
];

const at = (envelope, key) => seconds(valueOf(envelope, key), envelope.unit);
const pc = (value) => `${value.toFixed(2)}%`;

function strip(envelope, most) {
  const [half, long] = ["p50", "p85"].map((key) => at(envelope, key));
  if (half === null) return null;
  const x = (value) => pc(2 + (94 * value) / most);
  return s(
    "svg",
    { class: "ch dot", height: 14, width: "100%", "aria-hidden": "true" },
    s("line", { x1: x(0), x2: x(half), y1: 7, y2: 7, class: "s-ink w175" }),
    long === null
      ? null
      : s("line", { x1: x(half), x2: x(long), y1: 7, y2: 7, class: "s-line2 thick" }),
    s("circle", { cx: x(half), cy: 7, r: 4, class: "f-ink" }),
  );
}

function time(envelope, key) {
  const value = at(envelope, key);
  if (value !== null) {
    const text = duration(value, envelope.grade);
    return trusted(envelope) && key === "p50" ? h("b", null, text) : text;
  }
  const missing = missingTool(envelope);
  return h(
    "span",
    { class: "withheld" },
    missing ? "no data" : "withheld",
    h("span", { class: "sub" }, missing ?? withheld(envelope.reasons, key)),
  );
}

function row(envelope, [, slug, title, since], most, query) {
  const left = leftOutWords(envelope.excluded);
  return h(
    "tr",
    null,
    h(
      "td",
      null,
      link(listed(query, slug), { class: "name" }, h("b", null, title)),
      h("span", { class: "sub" }, since),
    ),
    h("td", { class: "num" }, time(envelope, "p50")),
    h("td", { class: "num" }, time(envelope, "p85")),
    h("td", { class: "p2 rng" }, strip(envelope, most)),
    h("td", { class: "num" }, missingTool(envelope) ? "" : count(envelope.n)),
    h("td", { class: "p2 why" }, h("span", { class: "sub" }, left)),
    h("td", { class: "gr" }, grade(envelope.grade, envelope.reasons)),
  );
}

export function clocksSection(data, { query }) {
  const ends = CLOCKS.map(([name]) => at(data[name], "p85") ?? at(data[name], "p50") ?? 0);
  const most = Math.max(1, ...ends);
  return h(
    "section",
    null,
    section("From idea to use", "half within (dot), 85\u00a0% within (line)"),
    table(
      "From idea to use",
      [
        ["Clock"],
        ["Half within", "num"],
        ["85\u00a0% within", "num"],
        ["", "p2 rng"],
        ["n", "num"],
        ["Not in it", "p2 why"],
        [h("span", { class: "sr" }, "Grade"), "gr"],
      ],
      CLOCKS.map((clock) => row(data[clock[0]], clock, most, query)),
    ),
  );
}
