// Deployments as rows: when, what, of which kind, whether each failed, and what says so.

import { address } from "./api.js";
import { h, link } from "./dom.js";
import { count, counted, duration, stamp } from "./format.js";
import { table } from "./parts.js";

const DONE_BY = {
  rollback: "rolled back",
  fix: "mended by a later deployment",
  incident: "over with the incident",
};

export const named = ({ version, sha }) => version || (sha ?? "").slice(0, 8) || "no version";

const sub = (text) => h("span", { class: "sub" }, text);
const after = (from, to) => duration((Date.parse(to) - Date.parse(from)) / 1000);

const isWatched = (row, { watch, now }) =>
  Date.parse(row.finished_at) + watch * 3_600_000 > Date.parse(now);

/** "failed", "sound", "not yet known", "not known" (nobody tells of incidents), or "rollback". */
export function standing(row, context) {
  if (row.kind === "rollback") return "rollback";
  if (row.failed) return "failed";
  if (context.blind(row)) return "not known";
  return isWatched(row, context) ? "not yet known" : "sound";
}

function standingCell(row, context) {
  const what = standing(row, context);
  if (what === "failed")
    return h(
      "td",
      null,
      h("b", { class: "w-blocked" }, "failed"),
      isWatched(row, context) ? sub("still watched, in no rate yet") : null,
    );
  if (what === "rollback") return h("td", null, "rollback", sub("tells of the one before"));
  if (what !== "sound") return h("td", null, h("span", { class: "withheld" }, what));
  return h("td", null, "no failure", row.lenient === "yes" ? sub("an incident came near") : null);
}

function because(row, context) {
  const { watch, now, failures } = context;
  const parts = [];
  if (row.incident_number)
    parts.push(
      link(failures(row), { class: "val" }, h("span", { class: "key" }, row.incident_number)),
    );
  if (row.failed && row.restored_at)
    parts.push(
      `${DONE_BY[row.restored_by] ?? "over"} after ${after(row.finished_at, row.restored_at)}`,
    );
  if (row.failed && !row.restored_at) parts.push("not over yet");
  if (standing(row, context) === "not yet known")
    parts.push(
      `watched until ${stamp(new Date(Date.parse(row.finished_at) + watch * 3_600_000).toISOString(), now)}`,
    );
  if (row.rework) parts.push("unplanned, for a failure");
  return parts.flatMap((one, at) => (at ? [", ", one] : [one]));
}

function rowOf(row, context) {
  return h(
    "tr",
    null,
    h("td", { class: "ts" }, stamp(row.finished_at, context.now)),
    h(
      "td",
      null,
      link(row.url, { class: "val key" }, named(row)),
      context.pooled ? sub(row.service ?? "") : null,
    ),
    h(
      "td",
      null,
      row.kind === "unknown" ? h("span", { class: "withheld" }, "not known") : row.kind,
    ),
    h(
      "td",
      { class: "p2" },
      row.commits === null
        ? h("span", { class: "withheld" }, "commits not known")
        : counted(row.commits, "commit"),
    ),
    standingCell(row, context),
    h("td", { class: "p2" }, ...because(row, context)),
  );
}

/** The newest first. */
export const newest = (rows) =>
  [...rows].sort((a, b) => b.finished_at.localeCompare(a.finished_at));

/** The address at which the incidents of a deployment's service are told, at one of them. */
export const failuresOf = (query) => (row) =>
  `${address("/failures", { window: query.get("window"), to: query.get("to"), service: row.service, incident: row.incident_number })}#${row.incident_number}`;

/**
 * `context`: pooled (several services), watch (hours), now (ISO), blind(row): whether nobody tells of
 * incidents of its service, failures(row) gives an address.
 */
export const deploymentsTable = (name, rows, context) =>
  table(
    name,
    [["UTC"], ["Version"], ["Kind"], ["Carried", "p2"], ["Failure"], ["Because", "p2"]],
    rows.map((row) => rowOf(row, context)),
    { style: "deps" },
  );

const STANDINGS = ["failed", "sound", "not yet known", "not known", "rollback"];

/** "3 failed, 40 sound, 2 not yet known, 1 rollback". */
export function standingsWords(rows, context) {
  const found = rows.map((row) => standing(row, context));
  return STANDINGS.map((one) => [one, found.filter((own) => own === one).length])
    .filter(([, many]) => many)
    .map(([one, many]) => `${count(many)} ${one}${one === "rollback" && many > 1 ? "s" : ""}`)
    .join(", ");
}
