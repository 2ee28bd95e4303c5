// Little's law: whether load, throughput and time fit together, and which assumption does not hold.

import { h, link } from "./dom.js";
import { count, counted, duration, percent, rate, seconds, withheld } from "./format.js";
import { section, table, valueOf } from "./parts.js";

const SAYS = {
  arrivals_match_departures: ["As much comes as leaves", (n) => `${signed(n)} items`],
  started_work_finishes: ["What is begun is finished", (n) => `${percent(n)} dropped`],
  load_is_level: ["The load is the same at both ends", (n) => `${signed(n)} items`],
  age_is_level: [
    "Work in flight does not grow older",
    (n) => `${signed(Number(n.toPrecision(2)))} d a day`,
  ],
  units_are_consistent: ["Count and time tell the same", (n) => `${count(n)} s apart`],
};

const signed = (n) => (n > 0 ? `+${count(n)}` : count(n));

function row({ name, figure, holds, reason }) {
  const [words, told] = SAYS[name] ?? [name.replaceAll("_", " "), (n) => String(n)];
  const verdict = holds === null ? reason || "not known" : holds ? "holds" : "does not hold";
  return h(
    "tr",
    null,
    h("td", null, holds === false ? h("b", null, words) : words),
    h("td", { class: "num" }, figure === null ? "" : told(figure)),
    h("td", null, holds === false ? h("b", null, verdict) : verdict),
  );
}

/** The equation in words: what is in flight on average, beside what speed and time make of it. */
function equation(law) {
  const [load, speed, stay] = ["average_load", "throughput_per_d", "average_presence_d"].map(
    (name) => valueOf(law, name),
  );
  if (load === null || speed === null || stay === null)
    return [h("p", { class: "note" }, `Not known: ${withheld(law.reasons, "r")}.`)];
  return [
    h(
      "p",
      { class: "law" },
      link(
        law.explain,
        { class: "val" },
        h("b", null, counted(Number(load.toPrecision(2)), "item")),
      ),
      ` in flight on average; ${rate(speed * 7)} a week leave after ${duration(seconds(stay, "d"))} each, which makes `,
      h("b", null, count(Number((speed * stay).toPrecision(2)))),
      ".",
    ),
  ];
}

function verdict(law) {
  const r = valueOf(law, "r");
  if (r === null) return "whether load, throughput and time fit together";
  const told = `the first is ${Number(r.toPrecision(3))} times the second`;
  return law.stable ? `they fit: ${told}` : `they do not fit: ${told}; trust forecasts less`;
}

export function lawSection({ law }) {
  return h(
    "section",
    null,
    section("Load and speed", verdict(law), null, "law"),
    ...equation(law),
    law.assumptions.length
      ? table(
          "What load and speed rest on",
          [["Assumption"], ["Figure", "num"], ["In this period"]],
          law.assumptions.map(row),
        )
      : null,
  );
}
