// The incidents of a service: each with its suspects, the evidence, and what people say of it.

import { address } from "./api.js";
import { named } from "./deployments.js";
import { h, link } from "./dom.js";
import { confidence, count, ruleWords, stamp } from "./format.js";
import { choice } from "./frame.js";
import { GROUPS, groupOf, lasted, lead, verdictLine } from "./incident_words.js";
import { paged } from "./paging.js";
import { section, table } from "./parts.js";
import { askCause, button, judgement, saidList } from "./verdicts.js";

const PAGE = 20;
const SURE = 0.8;
const REACH_MS = 14 * 86_400_000;

/** A reason: the rule, what a person can check, and how sure it is by itself. */
const reason = ({ rule, evidence, confidence: sure }) =>
  h(
    "li",
    null,
    h("span", { class: "rule" }, `${ruleWords(rule)}, ${confidence(sure)}`),
    h("span", null, evidence),
  );

function candidateRow(one, incident, page) {
  const line = { event: one.name, why: one.why[0]?.evidence, pairs: one.pairs };
  const style = one.confidence >= SURE ? "conf" : "conf inf";
  return h(
    "tr",
    null,
    h(
      "td",
      null,
      link(one.url, { class: "val" }, h("b", null, one.name)),
      h("span", { class: "sub" }, lead(one, incident)),
    ),
    h("td", { class: "evid" }, h("ul", { class: "whys" }, ...one.why.map(reason))),
    h("td", { class: "num" }, h("span", { class: style }, confidence(one.confidence))),
    h("td", { class: "judge" }, judgement(line, incident, page)),
  );
}

function suspects(incident, page) {
  if (!incident.candidates.length)
    return h("p", { class: "note" }, "Nothing speaks against any deployment.");
  return table(
    `Suspects of ${incident.number}`,
    [
      ["Deployment"],
      ["Why"],
      ["Confidence", "num"],
      [h("span", { class: "sr" }, "What people say"), "judge"],
    ],
    incident.candidates.map((one) => candidateRow(one, incident, page)),
    { style: "suspects", headed: false },
  );
}

/** The deployments of the two weeks before an incident, the latest first, for a person to choose one. */
function options(incident, deployments) {
  const opened = Date.parse(incident.opened_at);
  return deployments
    .filter(({ finished_at: at }) => Date.parse(at) <= opened && opened - Date.parse(at) < REACH_MS)
    .sort((a, b) => b.finished_at.localeCompare(a.finished_at))
    .map((one) => [
      `${named(one)}, ${stamp(one.finished_at, incident.opened_at)} UTC`,
      { kind: "deployment", source: one.source, id: one.id },
    ]);
}

function nameCause(incident, deployments, page) {
  const found = options(incident, deployments);
  if (!found.length) return null;
  const act = () => askCause(incident.number, found, page);
  const name = `Name the deployment that caused ${incident.number}`;
  return h("p", { class: "cause" }, button("Another deployment caused it", name, act));
}

function block(incident, deployments, page) {
  const isOwn = (end) => end.kind === "incident" && end.label === incident.number;
  const chosen = page.query.get("incident") === incident.number;
  return h(
    "article",
    { class: `incident${chosen ? " chosen" : ""}`, id: incident.number },
    h(
      "div",
      { class: "what" },
      h(
        "h3",
        null,
        link(incident.url, { class: "val" }, incident.title || incident.number),
        " ",
        h("span", { class: "key" }, incident.number),
      ),
      h("p", { class: "sub" }, `${stamp(incident.opened_at, page.now)}, ${lasted(incident)}`),
      h("p", { class: "vd" }, ...verdictLine(incident)),
      nameCause(incident, deployments, page),
    ),
    h(
      "div",
      null,
      suspects(incident, page),
      saidList(incident.candidates, incident.verdicts, page, isOwn),
    ),
  );
}

const isGroup = (name) => GROUPS.some(([one]) => one === name);

/** Which group of incidents is asked about; all where none is. */
export const groupAsked = (query) => (isGroup(query.get("put")) ? query.get("put") : "");

/** Incidents as a section: those that nothing explains first, as these need somebody. */
export function incidentsSection(incidents, deployments, page) {
  const { query, change } = page;
  const asked = groupAsked(query);
  const order = ["none", "time", "sure", "other"];
  const rows = incidents
    .filter((one) => !asked || groupOf(one) === asked)
    .map((one) => [one, order.indexOf(groupOf(one))])
    .sort((a, b) => a[1] - b[1])
    .map(([one]) => one);
  const at = rows.findIndex(({ number }) => number === query.get("incident"));
  const own = new URLSearchParams(query);
  if (at >= 0 && !query.get("page")) own.set("page", String(Math.floor(at / PAGE) + 1));
  own.delete("incident");
  const { shown, more } = paged(rows, PAGE, own, "/failures", "incidents");
  const groups = [["", `All ${count(incidents.length)}`]].concat(
    GROUPS.map(([name, title]) => [
      name,
      `${title}: ${count(incidents.filter((one) => groupOf(one) === name).length)}`,
    ]),
  );
  const which = choice("Which incidents", groups, asked, (value) =>
    change({ put: value, page: null, incident: null }),
  );
  const how =
    GROUPS.find(([name]) => name === asked)?.[2] ??
    "those that nothing explains first, the newest of them first; duplicates are counted once";
  return [
    section("Incidents", how, null, "incidents"),
    h("p", { class: "cctl" }, which),
    shown.length
      ? h("div", { class: "incidents" }, ...shown.map((one) => block(one, deployments, page)))
      : h(
          "p",
          { class: "note" },
          asked ? "No incident of this period is so." : "No incident was opened in this period.",
        ),
    more,
  ];
}

/** The address of a group of the incidents. */
export const groupHref = (query, put) =>
  `${address("/failures", { ...Object.fromEntries(query), put, page: null, incident: null })}#incidents`;
