// One parent of the queue opened: what it consists of, and what is done beside or before it.

import { h, link } from "./dom.js";
import { count, counted, date, stampDay } from "./format.js";
import { section, table } from "./parts.js";

const STATES = {
  done: "done",
  in_flight: "in flight",
  not_started: "not begun",
  cancelled: "cancelled",
};
const sub = (...content) => h("span", { class: "sub" }, ...content);

function member(row, starts) {
  const when = row.done_at ?? row.committed_at ?? row.created_at;
  const word = row.done_at ? "done" : row.committed_at ? "since" : "written down";
  return h(
    "tr",
    null,
    h("td", { class: "num place" }, row.place === null ? "" : count(row.place)),
    h(
      "td",
      null,
      link(
        `/journey?key=${encodeURIComponent(row.key)}`,
        { class: "val" },
        h("b", null, row.title),
      ),
      sub(h("span", { class: "key" }, row.key)),
    ),
    h(
      "td",
      null,
      row.dormant ? "dormant" : STATES[row.state],
      sub(`${word} ${stampDay(when, starts)}`),
    ),
    h("td", { class: "num p2" }, link(row.url, { class: "lnk" }, "In the tracker")),
  );
}

function waits(one, context) {
  if (!one.before.length) return h("p", null, "Nothing.");
  return h(
    "ul",
    { class: "before" },
    ...one.before.map((row) =>
      h(
        "li",
        null,
        h("a", { class: "lnk", href: context.opens(row.key) }, row.title),
        ` ${counted(row.items, "item")}`,
      ),
    ),
  );
}

/** The section of the parent that the address names. */
export function opened(one, starts, context) {
  const close = h(
    "button",
    { class: "lnk", type: "button", onclick: () => context.change({ open: null }) },
    "Close",
  );
  const { p50, p85 } = one.corrected.items.dates;
  const grown = one.corrected.grown.dates;
  const past = p50
    ? h(
        "p",
        { class: "lead" },
        `If it is as late as past ones were: half by ${date(p50)}${p85 ? `, 85\u00a0% by ${date(p85)}` : ""}`,
        grown.p50 ? `; with all that is still added to such, half by ${date(grown.p50)}.` : ".",
      )
    : null;
  const by = one.dates.p85
    ? `85\u00a0% by ${date(one.dates.p85)}, 50\u00a0% by ${date(one.dates.p50)}`
    : `no date: ${one.reason}`;
  return [
    section(`Inside ${one.title}`, by, close, "opened"),
    past,
    h(
      "div",
      { class: "inside" },
      table(
        `The items of ${one.title}`,
        [["Place", "num place"], ["Item"], ["State"], ["", "num p2"]],
        one.members.map((row) => member(row, starts)),
      ),
      h(
        "div",
        null,
        h("h3", { class: "sec" }, "In flight beside it, or begun before its last item"),
        waits(one, context),
      ),
    ),
  ];
}
