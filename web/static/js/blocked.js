// What is blocked now, with what is in the way and whose that is, and what blocked in the period.

import { address } from "./api.js";
import { h, link } from "./dom.js";
import { count, date, duration, percent, seconds } from "./format.js";
import { itemCell, placeCell } from "./item_cell.js";
import { asTable, empty, section, table } from "./parts.js";

const sub = (...content) => h("span", { class: "sub" }, ...content);

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
    placeCell(one),
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
      [["Item"], ["Step", "p2"], ["Blocked for", "num"], ["In the way"]],
      blocked.items.map(blockedRow),
      { style: "items" },
    ),
    period(blocked),
  ];
}
