// The order in which delay costs least: today's beside the cheapest, what it saves, and how sure it is.

import { address } from "./api.js";
import { h, labelWidth, link, responsive, s } from "./dom.js";
import { count, counted, duration, moneyRange, percent, seconds } from "./format.js";
import { SCREENS } from "./frame.js";
import { amount, rangeOf } from "./money.js";
import { asTable, section, table } from "./parts.js";

const MOST = 8;
const ROW = 28;
const TOP = 40;

function fitted(text, room) {
  const wide = (one) => labelWidth(one) * 1.09;
  if (wide(text) <= room) return text;
  let end = text.length;
  while (end > 4 && wide(`${text.slice(0, end)}\u2026`) > room) end -= 1;
  return `${text.slice(0, end).trimEnd()}\u2026`;
}

function entry({ x, y, number, item, room, strong }) {
  const name = room > 190 ? `${item.key} ${item.title}` : item.title;
  return [
    s("text", { x, y, class: "t11 ink3" }, String(number)),
    s(
      "a",
      { href: address("/journey", { key: item.key }), "aria-label": `${item.key} ${item.title}` },
      s(
        "text",
        { x: x + 20, y, class: `t12 ${strong ? "b ink" : "ink2"}` },
        fitted(name, room - 22),
      ),
    ),
  ];
}

function curve(item, from, to, left, right) {
  const middle = (left + right) / 2;
  const up = item.place < item.place_today;
  const [line, end] = up ? ["s-ink w175", "f-ink"] : ["s-line2 w125", "f-line2"];
  return [
    s("path", {
      d: `M${left} ${from}C${middle} ${from} ${middle} ${to} ${right} ${to}`,
      class: line,
    }),
    s("circle", { cx: left, cy: from, r: 2.5, class: end }),
    s("circle", { cx: right, cy: to, r: 2.5, class: end }),
  ];
}

function drawing(items, width) {
  const column = Math.min(300, Math.floor(width * 0.4));
  const [left, right] = [column + 6, width - column - 8];
  const today = [...items].sort((a, b) => a.place_today - b.place_today);
  const y = (at) => TOP + at * ROW;
  return s(
    "svg",
    {
      class: "ch",
      viewBox: `0 0 ${width} ${TOP + items.length * ROW}`,
      width,
      height: TOP + items.length * ROW,
      role: "group",
    },
    s("text", { x: 0, y: 12, class: "t11 m ink3" }, "Order today"),
    s("text", { x: width - column, y: 12, class: "t11 m ink3" }, "Proposed order"),
    ...items.flatMap((item, at) => curve(item, y(today.indexOf(item)) - 4, y(at) - 4, left, right)),
    ...today.flatMap((item, at) =>
      entry({ x: 0, y: y(at), number: item.place_today, item, room: column }),
    ),
    ...items.flatMap((item, at) =>
      entry({
        x: width - column,
        y: y(at),
        number: item.place,
        item,
        room: column,
        strong: item.place < item.place_today,
      }),
    ),
  );
}

function orderTable(items, currency) {
  const rows = items.map((item) =>
    h(
      "tr",
      null,
      h("td", { class: "num" }, count(item.place)),
      h("td", { class: "num" }, count(item.place_today)),
      h(
        "td",
        null,
        link(address("/journey", { key: item.key }), null, item.title),
        " ",
        h("span", { class: "key" }, item.key),
      ),
      h("td", { class: "num" }, duration(seconds(item.duration_days.likely, "d"))),
      h("td", { class: "num" }, duration(seconds(item.finish_days, "d"))),
      h("td", { class: "num" }, amount(item.cost_cents, currency) ?? "no value"),
      h(
        "td",
        null,
        item.before_next === null
          ? ""
          : `${percent(item.before_next)}${item.too_close_to_call ? ", too close to call" : ""}`,
      ),
    ),
  );
  const heads = [["", "num"], ["Today", "num"], ["Item"], ["Takes", "num"], ["Done in", "num"]];
  return table(
    "The proposed order",
    [...heads, ["Delay costs", "num"], ["Rightly before the next"]],
    rows,
  );
}

const PAIR = (item) =>
  `Places ${item.place} and ${item.place + 1} are too close to call: they swap in ${percent(1 - item.before_next)} of draws.`;

/** Which places say little. */
function close(items) {
  const near = items.filter(({ too_close_to_call: is }) => is);
  const pairs = items.filter(({ before_next: share }) => share !== null).length;
  if (!near.length) return pairs ? "Every place is clear in three of four draws." : null;
  if (near.length <= 2) return near.map(PAIR).join(" ");
  return `${count(near.length)} of ${count(pairs)} neighbours are too close to call: what matters is who comes early, not each single place.`;
}

function left({ kept_in_place: kept, left_out: out }) {
  const [cheaper, untimed] = [true, false].map((less) =>
    out.filter(({ reason }) => reason.startsWith("not among") === less),
  );
  const words = [
    kept.length ? `${counted(kept.length, "item")} without a value keep their place.` : null,
    cheaper.length
      ? `${counted(cheaper.length, "item")} that cost less a week are left out.`
      : null,
    untimed.length
      ? `${counted(untimed.length, "item")} without a known duration have no place.`
      : null,
  ];
  return words.filter(Boolean).join(" ");
}

/** The page of the lab, where there is one. */
const hasLab = () => SCREENS.some(({ pages }) => pages.some(({ path }) => path === "/lab"));

function words(order, stream) {
  const { currency, ranges } = order;
  const range = rangeOf(ranges.saves_cents);
  const [before, after] = ["today_cents", "proposed_cents"].map((name) =>
    amount(order[name], currency, range),
  );
  const saves = amount(order.saves_cents, currency, range);
  const told = range ? ` (${moneyRange(range, currency)})` : "";
  const better = order.saves_cents > 0;
  return h(
    "div",
    { class: "find ordn" },
    h("h3", null, `Finishing the ${count(order.items.length)} in this order`),
    h(
      "p",
      { class: "big" },
      better
        ? `costs ${after} of delay instead of ${before}`
        : `costs ${after}: today\u2019s order is the cheapest`,
    ),
    better ? h("p", null, `Saves ${saves}${told}.`) : null,
    h("p", null, close(order.items)),
    left(order) ? h("p", null, left(order)) : null,
    hasLab()
      ? h("p", null, link(address("/lab", { stream }), { class: "lnk" }, "Try it in Lab"))
      : null,
  );
}

/** The queue in which waiting burns most. */
export function orderSection({ queue }) {
  const { order, stage, reason, stream } = queue;
  if (!order)
    return [
      section(stage ? `Cheapest order for ${stage}` : "Cheapest order", null, null, "order"),
      h("p", { class: "note" }, `Nothing can be put in order: ${reason}.`),
    ];
  const shown = order.items.slice(0, MOST);
  const some =
    order.items.length > MOST ? `, the first ${MOST} of ${count(order.items.length)}` : "";
  const how = `cost of delay divided by the time each occupies ${order.constraint ?? "the stage"}${some}; the whole queue as it stands now`;
  const place = h("div", null);
  return [
    section(`Cheapest order for ${stage}`, how, null, "order"),
    h(
      "div",
      { class: "ctwo" },
      h(
        "figure",
        { "aria-label": `Order of work at ${stage}: today and proposed` },
        responsive(place, (width) => drawing(shown, width)),
        asTable("Order, as a table", orderTable(order.items, order.currency)),
      ),
      words(order, stream),
    ),
  ];
}
