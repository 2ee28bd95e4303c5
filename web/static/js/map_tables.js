// The same numbers as the drawing, as tables: steps, what comes back, who hands to whom, the ways.

import { h, link } from "./dom.js";
import { atMost, count, counted, duration, money, percent, seconds } from "./format.js";
import { asTable, table } from "./parts.js";

const NONE = () => h("span", { class: "withheld" }, "no data");
const days = (value) =>
  value === null || value === undefined ? NONE() : duration(seconds(value, "d"));
const sub = (text) => (text ? h("span", { class: "sub" }, text) : null);
const num = (...content) => h("td", { class: "num" }, ...content);

/** A percentile, what was only observed in brackets. */
function percentile(told, key) {
  if (told[key] !== null && told[key] !== undefined) return days(told[key]);
  const seen = told.observed[key];
  return seen === undefined
    ? NONE()
    : h("span", { title: "as observed, few" }, `(${duration(seconds(seen, "d"))})`);
}

const KINDS = { estimated: "estimated", measured: "measured", upper_bound: "at most", unknown: "" };
const VALUES = { added: "adds value", necessary: "necessary", waste: "waste" };
const REASONS = {
  not_started: "not begun",
  before_item: "before it was written down",
  queue: "in the queue",
  blocked: "blocked",
  batch: "for the batch",
  approval: "for an approval",
  returned: "after it came back",
  not_told: "nobody says why",
};

function waits({ ladder, wait_by_reason_d: reasons, estimated }) {
  const why = Object.entries(reasons ?? {})
    .filter(([, value]) => value > 0)
    .sort(([, a], [, b]) => b - a)
    .map(
      ([name, value]) =>
        `${REASONS[name] ?? name.replaceAll("_", " ")} ${duration(seconds(value, "d"))}`,
    );
  const value =
    ladder.waiting_d === null
      ? NONE()
      : h("b", null, estimated ? "\u2248\u00a0" : "", duration(seconds(ladder.waiting_d, "d")));
  return num(value, sub(why.slice(0, 2).join(", ")));
}

function stepRow(step) {
  const process =
    step.process.kind === "upper_bound" && step.process.p50_d !== null
      ? atMost(duration(seconds(step.process.p50_d, "d")))
      : percentile(step.process, "p50_d");
  const right = step.first_pass_yield;
  return h(
    "tr",
    null,
    h(
      "td",
      null,
      link(step.explain, { class: "val" }, h("b", null, step.name)),
      sub([step.team, VALUES[step.value]].filter(Boolean).join(", ")),
    ),
    num(process, sub(KINDS[step.process.kind])),
    waits(step),
    num(percentile(step.lead, "p85_d"), sub(step.lead.n ? `n ${count(step.lead.n)}` : "")),
    num(
      step.wip.now === null ? NONE() : count(step.wip.now),
      sub(step.wip.waiting_now ? `${count(step.wip.waiting_now)} waiting` : ""),
    ),
    num(
      right.share === null ? NONE() : percent(right.share),
      sub(right.n ? `${count(right.numerator)} of ${count(right.n)}` : ""),
    ),
  );
}

const steps = ({ steps: all }) =>
  asTable(
    "The steps as a table",
    table(
      "The steps",
      [
        ["Step"],
        ["Active, half", "num"],
        ["Waiting, average", "num"],
        ["85 % within", "num"],
        ["Inside now", "num"],
        ["Right the first time", "num"],
      ],
      all.map(stepRow),
    ),
  );

function loopRow(loop, currency) {
  const cost =
    loop.cost_cents === null
      ? h("span", { class: "withheld" }, loop.cost_reason)
      : money(loop.cost_cents, currency);
  return h(
    "tr",
    null,
    h(
      "td",
      null,
      link(loop.explain, { class: "val" }, h("b", null, `${loop.from} back to ${loop.to}`)),
    ),
    num(
      percent(loop.deliveries.share),
      sub(`${count(loop.deliveries.numerator)} of ${count(loop.deliveries.n)}`),
    ),
    num(count(loop.returns)),
    num(days(loop.lost_each_d), sub("each")),
    num(cost),
  );
}

const loops = ({ rework, currency }) =>
  rework.length
    ? asTable(
        `What comes back: ${counted(rework.length, "loop")}`,
        table(
          "What comes back",
          [
            ["Loop"],
            ["Deliveries", "num"],
            ["Returns", "num"],
            ["Lost", "num"],
            ["Its waiting cost", "num"],
          ],
          rework.map((loop) => loopRow(loop, currency)),
        ),
      )
    : null;

function edgeRow(edge) {
  const told = edge.complete_accurate;
  return h(
    "tr",
    null,
    h(
      "td",
      null,
      link(edge.explain, { class: "val" }, h("b", null, `${edge.from} to ${edge.to}`)),
      sub(edge.handoff ? `${edge.from_team} hands to ${edge.to_team}` : ""),
    ),
    num(count(edge.items)),
    num(
      told.share === null ? h("span", { class: "withheld" }, told.reason) : percent(told.share),
      sub(told.n ? `${count(told.numerator)} of ${count(told.n)}` : ""),
    ),
    received(edge),
  );
}

function received({ survey, survey_reason: why }) {
  if (survey === null) return num(h("span", { class: "withheld" }, why));
  const missing = survey.missing.length ? `; missing: ${survey.missing.join(", ")}` : "";
  return num(
    percent(survey.share),
    sub(`${count(survey.numerator)} of ${count(survey.n)}, ${survey.on}${missing}`),
  );
}

const edges = ({ edges: all }) =>
  all.length
    ? asTable(
        "What the next step could use as received",
        table(
          "What the next step could use as received",
          [
            ["Move"],
            ["Items", "num"],
            ["Usable as received, at most", "num"],
            ["As receivers say", "num"],
          ],
          all.map(edgeRow),
        ),
      )
    : null;

const ways = ({ paths }) =>
  paths.paths.length
    ? asTable(
        `The ways that work took: ${count(paths.count)}`,
        table(
          "The ways that work took",
          [["Way"], ["Deliveries", "num"], ["Share", "num"]],
          paths.paths
            .slice(0, 20)
            .map((way) =>
              h(
                "tr",
                null,
                h("td", null, way.steps.join(" \u2192 ")),
                num(count(way.deliveries)),
                num(percent(way.share)),
              ),
            ),
        ),
      )
    : null;

export const tables = (map) => [steps(map), loops(map), edges(map), ways(map)];
