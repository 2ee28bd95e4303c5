// Findings beneath the map: what to look at first, in words, each with the items behind it.

import { h, link } from "./dom.js";
import { counted, percent, ratio } from "./format.js";
import { section } from "./parts.js";

const items = ({ kind, items: count }) =>
  kind === "ageing" ? counted(count, "item") : counted(count, "delivery", "deliveries");

/** A number stays on one line with its unit. */
const kept = (text) => text.replace(/(\d) (?=%|d\b|h\b|min\b|wk\b)/g, "$1\u00a0");

/** How sure it is: a share with what it is made of, and that it is of few where it is. */
function sure({ confidence: { of, numerator, n, interval, note } }) {
  const told = ratio({ numerator, denominator: n, interval });
  if (!told) return null;
  const few = note ? `; ${note}` : "";
  return h("p", { class: "note" }, `${of}: ${told.value}, ${told.beside}${few}`);
}

const runnerUp = (one) =>
  h(
    "li",
    null,
    link(one.explain, { class: "val" }, one.title),
    one.waiting.share === null ? "" : ` ${percent(one.waiting.share)}`,
  );

function column({ label, findings }) {
  const [first, ...others] = findings;
  return h(
    "div",
    { class: "find" },
    h("h3", null, label),
    h("p", { class: "big" }, first.title),
    h("p", null, kept(first.text.join(" "))),
    h("p", null, kept(first.try_next)),
    sure(first),
    h("p", null, link(first.explain, { class: "lnk" }, `Open the ${items(first)}`)),
    others.length ? h("ul", { class: "then" }, ...others.map(runnerUp)) : null,
  );
}

const without = ({ label, reason }) => h("li", null, h("b", null, label), `: ${reason}`);

/** All kinds: those that have one in columns, the others with the reason why not. */
export function findings(told) {
  const found = told.kinds.filter((one) => one.findings.length);
  const none = told.kinds.filter((one) => !one.findings.length);
  return [
    section("Findings", "what to look at first, each with the work behind it", null, "findings"),
    found.length ? h("div", { class: "mfind" }, ...found.map(column)) : null,
    none.length
      ? h(
          "details",
          { class: "alt", open: !found.length },
          h("summary", null, `Nothing found of ${counted(none.length, "kind")}, and why`),
          h("ul", { class: "nofind" }, ...none.map(without)),
        )
      : null,
  ];
}
