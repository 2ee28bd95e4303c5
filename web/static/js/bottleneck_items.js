// The items that are stuck: old ones with their chance to miss the expectation, and blocked ones with what is in the way.

import { address } from "./api.js";
import { h, link, s } from "./dom.js";
import {
  atLeast,
  count,
  counted,
  date,
  duration,
  percent,
  reasonWords,
  seconds,
} from "./format.js";
import { itemCell } from "./item_cell.js";
import { asTable, empty, section, table } from "./parts.js";

const TRACK = 54;
const sub = (...content) => h("span", { class: "sub" }, ...content);

const place = ({ stage, team }) =>
  h("td", { class: "p2" }, stage, team && team !== stage ? sub(team) : null);

const age = (one) => {
  const told = duration(one.age_s);
  return one.age_at_least ? atLeast(told) : told;
};

/** A bar and the chance in words; ink where it is over already. */
function chance(one) {
  const seen = one.breach_p ?? one.observed.breach_p ?? null;
  const value = one.late ? 1 : seen;
  if (value === null)
    return h("span", { class: "withheld" }, reasonWords(one.reasons[0] ?? "not known"));
  const words = one.late
    ? "already over"
    : one.breach_p === null
      ? `(${percent(value, "C")}), few`
      : percent(value, "C");
  return h(
    "span",
    { class: "chance" },
    s(
      "svg",
      { width: TRACK, height: 4, "aria-hidden": "true" },
      s("rect", { width: TRACK, height: 4, class: "f-line" }),
      s("rect", { width: TRACK * value, height: 4, class: one.late ? "f-ink" : "f-waiting" }),
    ),
    words,
  );
}

/** What an item waits for: what blocks it, else the queue it is in. */
function waitsFor(one, blocks) {
  const block = blocks.get(one.key);
  if (block)
    return [
      h("span", { class: "w-blocked" }, `Blocked ${duration(block.blocked_s)}`),
      inTheWay(block),
    ];
  return one.waiting ? ["In the queue"] : ["Worked on"];
}

function inTheWay({ reasons }) {
  const by = reasons.find((one) => one.by)?.by;
  return by
    ? sub("by ", link(address("/journey", { key: by.key }), { class: "lnk" }, by.key))
    : null;
}

const ageingRow = (one, blocks) =>
  h(
    "tr",
    null,
    itemCell(one),
    place(one),
    h("td", { class: "num" }, h("b", null, age(one))),
    h("td", null, chance(one)),
    h("td", { class: "p2" }, ...waitsFor(one, blocks)),
  );

const COLUMNS = [
  ["Item"],
  ["Stage", "p2"],
  ["Age", "num"],
  ["Chance to miss"],
  ["What it waits for", "p2"],
];

function heading(ageing, stage) {
  const promise = ageing.value.sle_d ?? ageing.within_d;
  const of = promise ? `the expectation of ${duration(seconds(promise, "d"))}` : "the expectation";
  return stage
    ? [`What is in ${stage}`, `the oldest first; chance to miss ${of}, given the age reached`]
    : ["Talk about these today", `chance to miss ${of}, given the age reached`];
}

/** `stage`: only what is in it; `close`, `next`: addresses. */
export function ageingSection({ ageing, blocked }, { stage, close, next }) {
  const blocks = new Map(blocked.items.map((one) => [one.key, one]));
  const [title, how] = heading(ageing, stage);
  const right = stage ? link(close, { class: "lnk" }, "All stages") : null;
  const begin = section(title, how, right, "ageing");
  if (!ageing.items.length)
    return [
      begin,
      h(
        "p",
        { class: "note" },
        stage ? `Nothing is in ${stage} now.` : "No item will probably be late.",
      ),
    ];
  return [
    begin,
    table(
      title,
      COLUMNS,
      ageing.items.map((one) => ageingRow(one, blocks)),
      { style: "items" },
    ),
    h(
      "p",
      { class: "more" },
      `${count(ageing.items.length)} of ${counted(ageing.total, "item")}`,
      next ? [" \u00b7 ", link(next, { class: "lnk" }, "Next items")] : null,
    ),
  ];
}

const KINDS = {
  flag: "flag",
  status: "status",
  label: "label",
  link: "link",
  not_told: "not told",
};

/** Why it is blocked, and the item in the way with whose it is. */
function why({ kind, detail, by, reason }) {
  if (!by) return h("div", null, detail || KINDS[kind], reason ? sub(reason) : null);
  const whose = [by.stage, by.team, by.stream].filter(Boolean).join(", ");
  return h(
    "div",
    null,
    link(address("/journey", { key: by.key }), { class: "lnk" }, by.key),
    ` ${by.title ?? ""}`,
    whose ? sub(whose) : null,
  );
}

const blockedRow = (one) =>
  h(
    "tr",
    null,
    itemCell(one),
    place(one),
    h(
      "td",
      { class: "num" },
      h("b", { class: "w-blocked" }, duration(one.blocked_s)),
      sub(`since ${date(one.since)}`),
    ),
    h("td", null, ...one.reasons.map(why)),
  );

const reasonRow = ({ reason, items, blocked_d: lost, share }) =>
  h(
    "tr",
    null,
    h("td", null, h("b", null, KINDS[reason] ?? reason)),
    h("td", { class: "num" }, count(items)),
    h("td", { class: "num" }, duration(seconds(lost, "d"))),
    h("td", { class: "num" }, share === null ? "" : percent(share, "C")),
  );

function period(blocked) {
  const told = blocked.by_reason.filter(({ items }) => items > 0);
  if (!told.length) return null;
  return asTable(`Blocked in the period: ${duration(seconds(blocked.value.blocked_d, "d"))}`, [
    table(
      "Blocked in the period, by reason",
      [["Told by"], ["Items", "num"], ["Blocked", "num"], ["Share", "num"]],
      told.map(reasonRow),
    ),
    h(
      "p",
      { class: "note" },
      link(blocked.explain, { class: "lnk" }, "The items behind it"),
      `: ${blocked.split}`,
    ),
  ]);
}

const CONFIGURATION = 'blocked = { field = "Flagged", links = ["is blocked by"] }';

export function blockedSection({ blocked }) {
  const begin = section(
    "Blocked now",
    "the longest first, with what is in the way",
    null,
    "blocked",
  );
  const lines = blocked.by_reason.some(({ items }) => items > 0);
  if (!blocked.items.length && !lines)
    return [
      begin,
      empty(
        "Nothing tells that work is blocked",
        "No item was blocked in this period. If your tracker tells it by a field, a label or a link, name it in the stream:",
        CONFIGURATION,
      ),
    ];
  if (!blocked.items.length)
    return [begin, h("p", { class: "note" }, "Nothing is blocked now."), period(blocked)];
  return [
    begin,
    table(
      "Blocked now",
      [["Item"], ["Stage", "p2"], ["Blocked for", "num"], ["In the way"]],
      blocked.items.map(blockedRow),
      { style: "items" },
    ),
    period(blocked),
  ];
}
