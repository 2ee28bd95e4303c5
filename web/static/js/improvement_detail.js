// One improvement: its verdict, the chart, what else moved, and the log.

import { h, link } from "./dom.js";
import { count, counted, date, period, stamp } from "./format.js";
import { acts } from "./improvement_forms.js";
import { amount, measure, points, standing, target } from "./improvement_words.js";
import { asTable, envelopeLine, grade, section, table } from "./parts.js";
import { xmrChart } from "./xmr_chart.js";

const sub = (text) => (text ? h("span", { class: "sub" }, text) : null);
const num = (...content) => h("td", { class: "num" }, ...content);
const KINDS = { started: "Started", tried: "Tried", stopped: "Stopped", adopted: "Adopted" };

/** The definition that the points are made by. */
const definition = ({ baseline, metric }) =>
  baseline.definitions.find((one) => one.startsWith(`${metric}@`)) ??
  baseline.definitions.find((one) => one.startsWith("value_stream_map@"));

function facts(told) {
  const { baseline, after } = told;
  const parts = [
    `${measure(told)}, ${target(told)}`,
    `owner ${told.owner}`,
    baseline
      ? `before: ${points(baseline.n, told.per)}, ${period(baseline.points[0].start, told.changed_on)}`
      : null,
    baseline ? `frozen on ${date(baseline.known_at)}` : null,
    after ? `judged until ${date(told.until)}` : null,
    baseline ? [grade(baseline.grade, baseline.reasons), definition(told)] : null,
    after?.explain ? link(after.explain, { class: "lnk" }, "The items since") : null,
  ];
  return envelopeLine(parts);
}

function aim(told) {
  const { target_met: met, mean, unit, per, n } = told;
  if (met === null) return null;
  return `The average since is ${amount(mean, unit)} over ${points(n, per)}: the target is ${met ? "met" : "not met"}.`;
}

function notStarted(told) {
  return h(
    "p",
    { class: "imphead" },
    told.status === "stopped"
      ? "It was stopped before it began."
      : "It has not started: nothing is frozen, and nothing is judged yet.",
  );
}

function pointsTable({ baseline, after, unit }) {
  const row = (point, when) =>
    h(
      "tr",
      null,
      h("td", null, date(point.start)),
      h(
        "td",
        null,
        point.key
          ? link(
              `/journey?key=${encodeURIComponent(point.key)}`,
              { class: "val" },
              h("b", null, point.key),
            )
          : link(
              point.explain,
              { class: "val" },
              `the week from there, ${counted(point.n, "delivery", "deliveries")}`,
            ),
      ),
      h("td", null, when),
      num(amount(point.value, unit)),
    );
  return asTable(
    "The points as a table",
    table(
      "Points",
      [["Day"], ["What"], ["When"], ["Value", "num"]],
      [
        ...after.points.toReversed().map((one) => row(one, "since the change")),
        ...baseline.points.toReversed().map((one) => row(one, "before")),
      ],
    ),
  );
}

function guardRow(one) {
  const { unit, before, after, worse } = one;
  const said = worse === null ? one.reason : worse ? "worse" : "not worse";
  return h(
    "tr",
    null,
    h("td", null, h("b", null, measure(one)), sub(one.team ? `team ${one.team}` : null)),
    num(amount(before.mean, unit) ?? "no data", sub(`n ${count(before.n)}`)),
    num(
      after.n ? link(one.explain, { class: "val" }, amount(after.mean, unit)) : "no data",
      sub(`n ${count(after.n)}`),
    ),
    h("td", null, worse ? h("b", null, said) : said, sub(worse ? one.words : null)),
  );
}

function guards({ guards: all }) {
  if (!all.length) return [];
  const worse = all.filter((one) => one.worse);
  const how = worse.length
    ? "each held against limits of its own, frozen with the baseline: something got worse"
    : "each held against limits of its own, frozen with the baseline";
  return [
    section("Did the waiting only move?", how),
    table(
      "What else moved",
      [["Number"], ["Before", "num"], ["Since", "num"], ["By its own limits"]],
      all.map(guardRow),
    ),
  ];
}

function logLine(one) {
  const became = one.standard ? ` as standard ${one.standard}` : "";
  return h(
    "li",
    null,
    h("time", { datetime: one.at }, stamp(one.at)),
    h(
      "div",
      null,
      h("b", null, `${KINDS[one.kind]}${became}`),
      ` by ${one.who}${one.note ? `: ${one.note}` : ""}`,
      sub(one.verdict),
    ),
  );
}

function log(told) {
  const proposed = h(
    "li",
    null,
    h("time", { datetime: told.at }, stamp(told.at)),
    h("div", null, h("b", null, "Proposed"), ` by ${told.who}: ${told.hypothesis}`),
  );
  return [
    section("Log", "what was tried and what it did; no line is ever changed"),
    h("ol", { class: "log" }, proposed, ...told.log.map(logLine)),
  ];
}

/** All of one, beneath the list. */
export function detail(told, page) {
  const started = told.baseline !== null && told.verdict.outcome !== null;
  const met = aim(told);
  return [
    section(told.title, standing(told), null, "improvement"),
    started || told.verdict
      ? h("p", { class: "imphead" }, h("b", null, told.verdict.words))
      : notStarted(told),
    met ? h("p", { class: "imphead" }, met) : null,
    facts(told),
    started ? xmrChart(told) : null,
    told.caveats.length
      ? h("ul", { class: "heed" }, ...told.caveats.map((text) => h("li", null, `Mind: ${text}.`)))
      : null,
    started ? pointsTable(told) : null,
    acts(told, page),
    ...guards(told),
    ...log(told),
  ];
}
