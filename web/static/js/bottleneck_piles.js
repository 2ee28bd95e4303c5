// Where work piles up: a row per stage, what waits above what is worked on, and its queue over the period.

import { remembered, read, ReadError } from "./api.js";
import { constraint, inside, stepOf } from "./bottleneck_head.js";
import { h, s } from "./dom.js";
import { count, duration, money, percent, seconds } from "./format.js";
import { section, table } from "./parts.js";

const WIDTH = 92;
const HEIGHT = 26;
const days = (value) => duration(seconds(value, "d"));
const none = (words) => h("span", { class: "withheld" }, words);
const num = (kind, { label = null }, ...content) =>
  h("td", { class: `num${kind}`, "data-label": label }, ...content);
const share = (part, whole) => `${whole ? ((100 * part) / whole).toFixed(1) : 0}%`;

/** What waits lies above what is worked on; both true to one scale. In a queue nobody works. */
function pile({ state, items_now: all, waiting_now: waiting }, most) {
  const rest = Math.max(0, all - waiting);
  const works = state === "active";
  const words = [
    waiting ? `${count(waiting)} waiting` : null,
    rest ? `${count(rest)} ${works ? "worked on" : "other"}` : null,
  ].filter(Boolean);
  return h(
    "td",
    { class: "pile" },
    s(
      "svg",
      { class: "ch", width: "100%", height: 15, "aria-hidden": "true" },
      s("rect", { y: 0, height: 8, width: share(waiting, most), class: "f-waiting" }),
      s("rect", {
        y: 9,
        height: 5,
        width: share(rest, most),
        class: works ? "f-active" : "f-line2",
      }),
    ),
    h("span", { class: "sub" }, words.join(", ") || "nothing"),
  );
}

/** Items inside, day by day; all stages on one scale. */
function curve(name, points, most) {
  const told = points.map(({ occupancy }) => occupancy?.[name]).filter((n) => n !== undefined);
  if (told.length < 2) return null;
  const x = (at) => 1 + (at / (told.length - 1)) * (WIDTH - 5);
  const y = (n) => HEIGHT - 3 - (n / Math.max(1, most)) * (HEIGHT - 6);
  const way = told.map((n, at) => `${at ? "L" : "M"}${x(at).toFixed(1)} ${y(n).toFixed(1)}`);
  const words = `${name}: ${told[0]} items at first, at most ${Math.max(...told)}, ${told.at(-1)} now`;
  return s(
    "svg",
    {
      class: "spark",
      width: WIDTH,
      height: HEIGHT,
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: "img",
      "aria-label": words,
    },
    s("path", { d: way.join(""), class: "s-ink2 w125 f-none" }),
    s("circle", { cx: x(told.length - 1), cy: y(told.at(-1)), r: 2.5, class: "f-ink" }),
    s("title", null, words),
  );
}

/** Whose queue it is: the team of the work that it waits for. */
function owner(stages, { name, state, team }) {
  if (state === "active") return team;
  const next = stepOf(stages, name);
  if (next.state !== "active") return team || "nobody works here";
  return [`before ${next.name}`, next.team].filter(Boolean).join(", ");
}

const COLUMNS = [
  ["Stage"],
  ["Inside now", "pile"],
  ["Waiting so far, each", "num"],
  ["Costs a week now", "num"],
  ["Waiting of a delivery", "num p2"],
  ["The period", "p2"],
  ["Busy", "num p2 busy"],
];

function row(one, { stages, points, most, peak, worst, href, busy }) {
  const cost = one.burn_rate_cents
    ? h("b", null, money(one.burn_rate_cents, one.currency))
    : one.waiting_now
      ? none("not valued")
      : "";
  const open = one.items_now > 0 && one.state !== "new";
  const name = h("b", null, one.name);
  return h(
    "tr",
    { class: one === worst ? "worst" : null },
    h(
      "td",
      null,
      open ? h("a", { class: "val", href: href(one.name) }, name) : name,
      h("span", { class: "sub" }, owner(stages, one)),
    ),
    pile(one, most),
    num("", { label: "each" }, one.waiting_now ? days(one.average_wait_now_d) : ""),
    num("", { label: "a week" }, cost),
    num(" p2", {}, one.waiting_d ? days(one.waiting_d) : ""),
    h("td", { class: "p2" }, curve(one.name, points, peak)),
    busy,
  );
}

/** How busy the people of a stage are, once the model of the stream is there. */
function busyText(model, { name }) {
  const share = model?.steps.find(({ step }) => step === name)?.busy;
  return share === null || share === undefined ? "" : percent(share, "C");
}

let asking = null;

/** The model takes a second to be made: the page does not wait for it. */
async function ask(address, drawn) {
  if (asking === address) return;
  asking = address;
  try {
    const { data } = await read(address);
    if (data.model) drawn(data.model);
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
  } finally {
    asking = null;
  }
}

/** The section; `lab`: where the model of the stream is read, `href(stage)`: where the items of a stage are listed. */
export function pilesSection({ stages, cfd }, { lab, href }) {
  const rows = inside(stages.items);
  const most = Math.max(1, ...rows.map(({ items_now: n }) => n));
  const peak = Math.max(
    1,
    ...cfd.points.flatMap(({ occupancy }) => Object.values(occupancy ?? {})),
  );
  const worst = constraint(stages.items);
  const shared = { stages: stages.items, points: cfd.points, most, peak, href, worst };
  const known = remembered(lab)?.data.model ?? null;
  // What comes later is written into its cells: the table, and what has the focus in it, stays.
  const cells = new Map(rows.map((one) => [one, num(" p2 busy", {}, busyText(known, one))]));
  const tell = (model) => {
    cells.forEach((cell, one) => cell.replaceChildren(busyText(model, one)));
    // A model without numbers fills no column.
    const told = [...cells.values()].some((cell) => cell.textContent);
    cells.forEach((cell) => cell.closest("table")?.classList.toggle("nobusy", !told));
  };
  const drawn = rows.map((one) => row(one, { ...shared, busy: cells.get(one) }));
  const piles = table("Where work piles up", COLUMNS, drawn);
  if (known) tell(known);
  else ask(lab, tell);
  return [
    section(
      "Where work piles up",
      "what waits above what is worked on, now; busy: share of its people\u2019s time in the model of the lab",
      null,
      "piles",
    ),
    h("div", { class: "piles" }, piles),
  ];
}
