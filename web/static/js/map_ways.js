// How much is drawn: the most common ways first. And what the map lacks, with the line that supplies it.

import { h } from "./dom.js";
import { count, percent } from "./format.js";
import { asTable, copyBlock, table } from "./parts.js";

const DEFAULT = 0.8;

export function shareOf(query) {
  const asked = Number(query.get("paths") ?? DEFAULT);
  return asked >= 0 && asked <= 1 ? asked : DEFAULT;
}

/** The slider: each stop is a share of the deliveries; no number changes with it. */
export function pathsChoice({ paths }, { query, change }) {
  const told = h("output", { for: "ways" }, ...words(paths));
  const slider = h("input", {
    id: "ways",
    type: "range",
    min: "0",
    max: "100",
    step: "5",
    value: String(Math.round(shareOf(query) * 100)),
    "aria-valuetext": `${paths.shown} of ${paths.count}`,
    onchange: () => change({ paths: slider.value === "80" ? null : String(slider.value / 100) }),
  });
  return h("p", { class: "ways" }, h("label", { for: "ways" }, "Ways shown"), slider, told);
}

function words({ shown, count: all, covered }) {
  return [
    h("b", null, count(shown)),
    ` of ${count(all)}, covering `,
    h("b", null, percent(covered, "C")),
    " of the deliveries",
  ];
}

/** `Ideas: team = "..."`: of which step, and the line to paste. */
function missingLine(line) {
  const [, of, told] = /^(?:([^=:]+): )?(.*=.*)$/.exec(line) ?? [];
  if (!told) return h("p", null, line);
  return h("div", null, of ? h("span", { class: "sub" }, of) : null, copyBlock(told));
}

/** What would complete the map; nothing where nothing is missing. */
export function completeness({ completeness: told }) {
  const missing = told.parts.filter(({ missing: lines }) => lines.length);
  if (!missing.length) return null;
  const rows = missing.map(({ name, filled, fields, missing: lines }) =>
    h(
      "tr",
      null,
      h("td", null, h("b", null, name)),
      h("td", { class: "num" }, `${filled} of ${fields}`),
      h("td", null, ...lines.map(missingLine)),
    ),
  );
  return asTable(
    `What the map lacks: ${percent(told.share, "C")} of it is filled in`,
    table("What the map lacks", [["Part"], ["Filled", "num"], ["Missing"]], rows),
  );
}
