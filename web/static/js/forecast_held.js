// Whether such dates held: what was promised against what came, by percentile, with the range of each share.

import { h, responsive, s } from "./dom.js";
import { fraction, percent, percentRange } from "./format.js";
import { asTable, section, table } from "./parts.js";

const LEVELS = [
  ["p50", 0.5],
  ["p85", 0.85],
  ["p95", 0.95],
];
const LEFT = 8;
const ROW = 24;

/** The rows that are drawn: {name, how, of, level, promised, share, range, held, judged}. */
function rowsOf(queue, work, called) {
  const sets = [
    [queue, "queue", `Dates of ${called}`, "with the items that they had then"],
    [queue, "grown", `Dates of ${called} as they grew`, "with all that was added later"],
    [queue, "queue_corrected", "Corrected dates", "as late as earlier ones came"],
    [work, "when", "When so many items are done", "any items of the stream"],
    [work, "how_many", "How many items by a date", "any items of the stream"],
  ];
  return sets.map(([told, kind, name, how]) => ({
    name,
    how,
    levels: LEVELS.map(([level, promised]) => ({
      promised,
      share: told.value[`${kind}_${level}`] ?? null,
      range: told.interval[`${kind}_${level}`] ?? null,
      held: told.value[`${kind}_${level}_held`] ?? 0,
      judged: told.value[`${kind}_${level}_judged`] ?? 0,
    })),
  }));
}

/** How the dates at 85 % of parents held: null where too few could be judged to say. */
export function verdict(queue) {
  const judged = queue.value.queue_p85_judged ?? 0;
  const range = queue.interval.queue_p85;
  if (judged < 19 || !range) return null;
  const share = queue.value.queue_p85;
  const held = queue.value.queue_p85_held;
  return { share, held, judged, range, late: range[1] < 0.8, early: range[0] > 0.9 };
}

const x = (share, width) => LEFT + share * (width - 2 * LEFT);

/** Shares that held on one scale: range, dot, and a tick at what was promised. */
export function heldMarks({ name, levels }, width) {
  const known = levels.filter(({ share }) => share !== null);
  const words = known.map(
    ({ promised, held, judged }) => `${percent(promised)} told, ${fraction(held, judged)} held`,
  );
  const height = levels.length * ROW;
  return s(
    "svg",
    {
      class: "ch",
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": `${name}: ${words.join("; ") || "nothing can be judged yet"}`,
    },
    ...[0, 0.5, 1].map((one) =>
      s("rect", { x: x(one, width), y: 0, width: 1, height, class: "f-line" }),
    ),
    ...levels.flatMap(({ promised, share, range }, place) => {
      const y = place * ROW + ROW / 2;
      const tick = s("rect", {
        x: x(promised, width) - 1,
        y: y - 8,
        width: 2,
        height: 16,
        class: "f-ink3",
      });
      if (share === null) return [tick];
      const [low, high] = range.map((one) => x(one, width));
      return [
        s("rect", { x: low, y: y - 1, width: Math.max(high - low, 1), height: 2, class: "f-ink3" }),
        tick,
        s("circle", { cx: x(share, width), cy: y, r: 4.5, class: "f-ink s-bg" }),
      ];
    }),
  );
}

/** The scale above them. */
export function heldScale(width) {
  const marks = [
    [0, "0\u00a0%", "start"],
    [0.5, "50\u00a0%", "middle"],
    [1, "100\u00a0% held", "end"],
  ];
  return s(
    "svg",
    { class: "ch", height: 16, viewBox: `0 0 ${width} 16`, "aria-hidden": "true" },
    ...marks.map(([share, text, anchor]) =>
      s("text", { x: x(share, width), y: 11, "text-anchor": anchor, class: "t11 ink3" }, text),
    ),
  );
}

function line(row) {
  const holder = h("div", { class: "mark" });
  responsive(holder, (width) => heldMarks(row, width));
  const told = row.levels.map(({ promised, share, range, held, judged }) =>
    h(
      "span",
      { class: "hit" },
      `${percent(promised)} told: `,
      share === null
        ? h("span", { class: "withheld" }, "too few")
        : [
            h("b", null, percent(share, "C")),
            ` held, ${fraction(held, judged)}, ${percentRange(...range)}`,
          ],
    ),
  );
  return h(
    "tr",
    null,
    h("td", null, h("b", null, row.name), h("span", { class: "sub" }, row.how)),
    h("td", { class: "when" }, holder),
    h("td", { class: "hits" }, ...told),
  );
}

function words(queue, called) {
  const found = verdict(queue);
  if (!found)
    return `Too few dates of past ${called} can be judged yet to say whether such dates hold; 19 are needed.`;
  const said = `Of ${found.judged} dates that would have been told at 85\u00a0%, ${found.held} held (${percentRange(...found.range)}).`;
  if (found.late)
    return `${said} They come later than told: work is taken up in another order than the queue's, or open items lie without anybody beginning them. Read the dates as the earliest, not as a promise.`;
  if (found.early) return `${said} More than promised: the dates leave more room than is needed.`;
  return `${said} That is what 85\u00a0% should give, 80 to 90 of 100.`;
}

const SHAPES = { true: "held", false: "missed", null: "open" };

function past(queue) {
  const rows = queue.forecasts.slice(-100).reverse();
  return rows.length
    ? asTable(
        `The last ${rows.length} of these dates, one by one`,
        table(
          "Past dates",
          [["Told on"], ["Of"], ["Days, 85\u00a0%", "num"], ["Came after", "num"], [""]],
          rows.map((row) =>
            h(
              "tr",
              null,
              h("td", null, row.made_on),
              h("td", null, h("span", { class: "key" }, row.key)),
              h("td", { class: "num" }, row.forecast.p85 ?? "not known"),
              h("td", { class: "num" }, row.actual ?? "not yet"),
              h("td", null, SHAPES[String(row.held.p85)]),
            ),
          ),
        ),
      )
    : null;
}

/** The section. `queue` and `work`: the scorecards of parents and of the stream's items. */
export function heldSection(queue, work, called) {
  const head = h("div", { class: "mark" });
  responsive(head, heldScale);
  return [
    section(
      "Did such dates hold?",
      "forecasts made again from what was known on past days, against what came; the line is what was told",
      null,
      "held",
    ),
    h("p", { class: "lead" }, words(queue, called)),
    table(
      "How often forecasts held",
      [["Forecast"], [head, "when"], ["Held", "hits"]],
      rowsOf(queue, work, called).map(line),
      { style: "held" },
    ),
    past(queue),
  ];
}
