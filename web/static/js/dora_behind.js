// What is behind a number of DORA: its deployments, commits or merge requests, and what is not in it.

import { address } from "./api.js";
import { deploymentsTable, failuresOf, newest, standingsWords } from "./deployments.js";
import { h, link } from "./dom.js";
import { count, duration, stamp } from "./format.js";
import { choice } from "./frame.js";
import { paged } from "./paging.js";
import { asTable, section, table } from "./parts.js";

const SHOWN = [
  ["change_fail_rate", "Deployments, failed or not"],
  ["change_lead_time", "Commits in change lead time"],
  ["deployment_frequency", "Deployments counted"],
  ["recovery_time", "Failures that are over"],
  ["deployment_rework_rate", "Deployments, planned or not"],
  ["change_lead_time_by_change", "Merge requests, by request"],
  ["delivery_cycle", "Merge requests, with their parts"],
  ["merge_to_deploy", "Merge requests, from the merge"],
  ["detect_to_restore", "Failures, from detection"],
];
const PAGE = 20;
const MOST_LEFT = 200;
const REASONS = {
  rollback: "a rollback: it tells of the deployment before",
  pending: "still watched",
  open: "not over yet",
  no_incident: "no incident named it",
  no_merge_request: "in no merge request",
  merge_commit: "a merge commit",
  squashed: "squashed: the commits of the request stand for it",
  bot: "of a bot",
  not_merged: "no merge known",
  deployed_first: "live before its merge",
  times_unknown: "nothing is told of the request",
};

/** Which number is asked about. */
export const shownOf = (query) =>
  SHOWN.some(([slug]) => slug === query.get("show")) ? query.get("show") : SHOWN[0][0];

const reasonOf = (name) => REASONS[name] ?? (name ?? "").replaceAll("_", " ");
const sub = (text) => h("span", { class: "sub" }, text);
const time = (seconds) => h("td", { class: "num" }, h("b", null, duration(seconds, "A")));

function commitRow(row, { now }) {
  return h(
    "tr",
    null,
    h("td", null, h("span", { class: "key" }, row.sha.slice(0, 8)), sub(row.repository)),
    h(
      "td",
      { class: "ts" },
      stamp(row.committed_at, now),
      row.clock === "author_date" ? sub("when it was written") : null,
    ),
    h("td", { class: "ts p2" }, stamp(row.deployed_at, now)),
    time(row.seconds),
  );
}

const PARTS = ["coding", "pickup", "review", "deploy"];

function partWords(row) {
  if (!row.unknown) return null;
  return PARTS.map((name) =>
    row[`${name}_s`] === null ? `${name} unknown` : `${name} ${duration(row[`${name}_s`], "A")}`,
  ).join(" \u00b7 ");
}

function requestRow(row, { now }) {
  const parts = partWords(row);
  return h(
    "tr",
    null,
    h(
      "td",
      { class: "it" },
      link(row.url, { class: "name" }, h("b", null, row.title || `!${row.merge_request}`)),
      " ",
      h("span", { class: "key" }, `${row.repository}!${row.merge_request}`),
      parts ? sub(parts) : null,
    ),
    h("td", { class: "ts" }, stamp(row.committed_at, now)),
    h("td", { class: "ts p2" }, stamp(row.deployed_at, now)),
    time(row.seconds),
  );
}

const later = (a, b) => (b.deployed_at ?? "").localeCompare(a.deployed_at ?? "");

/** Heads and rows by what a list is of. */
function listOf(rows, name, context) {
  const [first] = rows;
  if ("deployment" in first && !("sha" in first && "committed_at" in first))
    return deploymentsTable(name, rows, context);
  const heads = [["UTC, first commit"], ["In production", "p2"], ["Took", "num"]];
  return "merge_request" in first
    ? table(
        name,
        [["Merge request"], ...heads],
        rows.map((row) => requestRow(row, context)),
        { style: "behind" },
      )
    : table(
        name,
        [["Commit"], ["UTC, committed"], ...heads.slice(1)],
        rows.map((row) => commitRow(row, context)),
        { style: "behind" },
      );
}

const nameOf = (row) =>
  row.merge_request
    ? `${row.repository}!${row.merge_request}`
    : row.finished_at
      ? `${row.version || (row.sha ?? "").slice(0, 8)}, ${stamp(row.finished_at)}`
      : `${row.repository} ${row.sha.slice(0, 8)}`;

function leftOut(rows) {
  if (!rows.length) return null;
  const some = rows.length > MOST_LEFT ? `, the first ${MOST_LEFT}` : "";
  const lines = rows
    .slice(0, MOST_LEFT)
    .map((row) => h("tr", null, h("td", null, nameOf(row)), h("td", null, reasonOf(row.reason))));
  return asTable(
    `${count(rows.length)} not in it, and why${some}`,
    table("Not in it", [["What"], ["Why"]], lines),
  );
}

function failedBefore(rows) {
  if (!rows?.length) return null;
  const lines = newest(rows).map((row) =>
    h(
      "tr",
      null,
      h("td", { class: "ts" }, stamp(row.finished_at)),
      h("td", null, link(row.url, { class: "val" }, nameOf(row))),
    ),
  );
  return asTable(
    `${count(rows.length)} failed before they changed production, in no number`,
    table("Failed before production", [["UTC"], ["Deployment"]], lines),
  );
}

/** All deployments of the period stand in the list of the fail rate; the others are of their number. */
function rowsOf(slug, { included, excluded }) {
  const all = slug === "change_fail_rate" ? [...included, ...excluded] : [...included];
  return all.length && "finished_at" in all[0] ? newest(all) : all.sort(later);
}

/** Why a list is empty; deployments that nobody judges are in another one. */
function nothing(told, slug, query) {
  if (!told.missing || slug === "deployment_frequency")
    return ["Nothing is in this number in this period."];
  const all = { ...Object.fromEntries(query), show: "deployment_frequency", page: null };
  const here = link(`${address("/dora", all)}#behind`, { class: "lnk" }, "The deployments counted");
  return [`Nothing is judged: ${told.missing.what}. `, here];
}

export function behindSection(told, rows, page) {
  const { query, change } = page;
  const slug = shownOf(query);
  const all = rowsOf(slug, rows);
  const { shown, more } = paged(all, PAGE, query, "/dora", "behind");
  const context = {
    pooled: Boolean(told.services),
    watch: told.observation_window_h,
    now: told.deployment_frequency.as_of,
    blind: ({ service }) => Boolean(told.missing) || (told.unwatched ?? []).includes(service),
    failures: failuresOf(query),
  };
  const which = choice("What is listed", SHOWN, slug, (value) =>
    change({ show: value === SHOWN[0][0] ? null : value, page: null }),
  );
  const how =
    slug === "change_fail_rate" && all.length
      ? standingsWords(all, context)
      : `${count(all.length)}, the newest first`;
  const whole = link(told[slug].explain, { class: "lnk" }, "All of it, as data");
  const title = SHOWN.find(([one]) => one === slug)[1];
  return [
    section("What is behind it", how, whole, "behind"),
    h("p", { class: "cctl" }, which),
    shown.length
      ? listOf(shown, title, context)
      : h("p", { class: "note" }, ...nothing(told, slug, query)),
    more,
    slug === "change_fail_rate" ? null : leftOut(rows.excluded),
    failedBefore(rows.failed_before_production),
  ];
}
