// The time line for a phone: one vertical ribbon, height by days, and the same numbers as a table.

import { costOf, hasCost } from "./cost_line.js";
import { h } from "./dom.js";
import { count, day, duration, money, stamp } from "./format.js";
import { table } from "./parts.js";
import { blockedBy, longestWait, stretches } from "./visits.js";

const DAY_MS = 86_400_000;
const FLOOR_PX = 24;
const ms = (iso) => Date.parse(iso);
const WORDS = {
  commit: ["commit", "commits"],
  build: ["build", "builds"],
  deployment: ["deployment", "deployments"],
  merge_request: ["request", "requests"],
};

/** "5 commits, 3 builds · GitLab, Jenkins": what the tools saw in a stretch. */
function seen(journey, { from, to }) {
  const counts = {};
  const tools = new Set();
  for (const lane of journey.lanes)
    for (const { kind, at } of lane.events) {
      if (ms(at) < from || ms(at) >= to || !WORDS[kind]) continue;
      counts[kind] = (counts[kind] ?? 0) + 1;
      tools.add(lane.tool);
    }
  const parts = Object.entries(counts).map(
    ([kind, n]) => `${count(n)} ${WORDS[kind][n === 1 ? 0 : 1]}`,
  );
  return parts.length ? `${parts.join(", ")} \u00b7 ${[...tools].join(", ")}` : null;
}

function why(journey, part) {
  const longest = longestWait(journey, stretches(journey));
  const told =
    longest?.from === part.from
      ? journey.longest_wait.reason
      : part.kind === "blocked"
        ? blockedBy(journey, part)
        : null;
  const word = { blocked: "blocked", returned: "returned to this step", ignored: "not counted" }[
    part.reason
  ];
  const own = part.stage === "Idea" && part.reason ? `noted as ${part.reason}` : null;
  return [[word, told].filter(Boolean).join(": ") || own, part.team, seen(journey, part)]
    .filter(Boolean)
    .join(" \u00b7 ");
}

/** What the stretch cost, where it was charged. */
function lost(journey, part) {
  const cents = costOf(journey, part);
  if (cents === null) return [];
  return [" ", h("span", { class: "w-waiting" }, `+${money(cents, journey.currency)}`)];
}

function item(journey, part, px) {
  const li = h(
    "li",
    { class: part.kind },
    h("b", null, part.stage),
    ` `,
    h("span", { class: "dd" }, duration((part.to - part.from) / 1000)),
    ...lost(journey, part),
    h("span", { class: "sub" }, why(journey, part)),
  );
  li.style.minHeight = `${Math.round(Math.min(160, Math.max(FLOOR_PX, 16 + ((part.to - part.from) / DAY_MS) * px)))}px`;
  return li;
}

export function ribbon(journey) {
  const parts = stretches(journey);
  const total = parts.reduce((sum, { from, to }) => sum + to - from, 0) / DAY_MS;
  const px = Math.min(5.2, 600 / Math.max(total, 1));
  const liveAt = journey.released_at ?? journey.first_released_at;
  const live = liveAt
    ? [
        h(
          "li",
          { class: "done" },
          h("b", null, journey.released_at ? "Live" : "Partly live"),
          " ",
          h("span", { class: "dd" }, day(liveAt)),
          h("span", { class: "sub" }, afterLive(journey)),
        ),
      ]
    : [];
  return h("ol", { class: "vt phone" }, ...parts.map((part) => item(journey, part, px)), ...live);
}

function afterLive(journey) {
  const incidents = journey.lanes
    .flatMap((lane) => lane.events)
    .filter(({ kind }) => kind === "incident");
  return incidents.length ? `then ${incidents.map(({ label }) => label).join(", ")}` : "Production";
}

/** The stretches as a table: what the time line draws, in numbers. */
export function stretchTable(journey) {
  const paid = hasCost(journey);
  const cents = (part) => costOf(journey, part);
  const rows = stretches(journey).map((part) =>
    h(
      "tr",
      null,
      h("td", null, h("b", null, part.stage)),
      h("td", null, part.kind),
      h("td", { class: "ts" }, stamp(new Date(part.from).toISOString(), journey.as_of)),
      h(
        "td",
        { class: "ts" },
        part.open ? "still there" : stamp(new Date(part.to).toISOString(), journey.as_of),
      ),
      h("td", { class: "num" }, duration((part.to - part.from) / 1000)),
      paid
        ? h("td", { class: "num" }, cents(part) === null ? "" : money(cents(part), journey.currency))
        : null,
      h("td", null, why(journey, part)),
    ),
  );
  return table(
    "Time line",
    [
      ["Step"],
      ["State"],
      ["From, UTC"],
      ["To"],
      ["Time", "num"],
      ...(paid ? [["Cost", "num"]] : []),
      ["What was seen"],
    ],
    rows,
  );
}
