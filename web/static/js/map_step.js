// One step opened: its statuses, builds, reviews and approvals, and what directly followed what.

import { h, link } from "./dom.js";
import { count, counted, duration, seconds } from "./format.js";
import { section, table } from "./parts.js";

const MOST = 12;
const KINDS = {
  status: "status",
  build: "build",
  review: "review",
  code: "code",
  approval: "approval",
};
const num = (...content) => h("td", { class: "num" }, ...content);
const days = (value) =>
  value === null || value === undefined
    ? h("span", { class: "withheld" }, "no data")
    : duration(seconds(value, "d"));

function half({ p50_d: value, observed }) {
  if (value !== null || observed.p50_d === undefined) return days(value);
  return h("span", { title: "as observed, few" }, `(${duration(seconds(observed.p50_d, "d"))})`);
}

const insideRow = (one) =>
  h(
    "tr",
    null,
    h("td", null, h("b", null, one.name), h("span", { class: "sub" }, KINDS[one.kind] ?? one.kind)),
    num(count(one.deliveries)),
    num(count(one.visits)),
    num(half(one)),
    num(days(one.mean_d)),
  );

const moveRow = ({ from, to, count: times, deliveries }) =>
  h("tr", null, h("td", null, `${from} \u2192 ${to}`), num(count(times)), num(count(deliveries)));

/** Beneath the map; `closed` leads back to the map alone. */
export function openedStep(map, graph, { query, change }) {
  const step = map.steps.find(({ name }) => name === query.get("step"));
  const close = h(
    "button",
    { class: "lnk", type: "button", onclick: () => change({ step: null }) },
    "Close",
  );
  const items =
    step &&
    link(step.explain, { class: "lnk" }, `Open the ${counted(graph.n, "delivery", "deliveries")}`);
  const begin = section(
    `Inside ${graph.step}`,
    "what the work met here, and what directly followed what",
    [items, " \u00b7 ", close],
    "step",
  );
  if (!graph.nodes.length)
    return [begin, h("p", { class: "note" }, graph.reason ?? "Nothing was recorded in this step.")];
  return [
    begin,
    h(
      "div",
      { class: "inside" },
      table(
        "What is inside",
        [
          ["Inside"],
          ["Deliveries", "num"],
          ["Times", "num"],
          ["Half within", "num"],
          ["Average", "num"],
        ],
        graph.nodes.map(insideRow),
      ),
      table(
        "What followed what",
        [["Then"], ["Times", "num"], ["Deliveries", "num"]],
        graph.edges.slice(0, MOST).map(moveRow),
      ),
    ),
    graph.edges.length > MOST
      ? h("p", { class: "note" }, `The ${MOST} most common of ${count(graph.edges.length)} moves.`)
      : null,
  ];
}
