// What the waiting cost along the time line: it grows in each wait and stands still while work is done.

import { s } from "./dom.js";
import { day, duration, money } from "./format.js";

const TOP = 14; // of the lane, to the highest point of the line
const BASE = 40;
const UNDER = 53;
const LEAST = 0.04; // a wait with a smaller share of the whole has no label of its own
const ms = (iso) => Date.parse(iso);

/** What a stretch cost in cents; null where it was not charged or nobody valued the item. */
export function costOf({ delay_cost: cost }, { from, to }) {
  const own = (cost?.waits ?? []).filter((wait) => ms(wait.from) >= from && ms(wait.from) < to);
  return own.length ? own.reduce((sum, { cents }) => sum + cents, 0) : null;
}

/** Whether there is a line to draw: what nobody valued has none, and its figure says why. */
export const hasCost = (journey) => Array.isArray(journey.delay_cost?.waits);

/** [[ms, cents so far]] from the commitment to the end of its life, or now. */
function points({ delay_cost: { waits, cents }, committed_at: begun, done_at, cancelled_at, as_of }) {
  const grown = waits.flatMap(({ from, to, so_far_cents: sums }) =>
    sums.map((sum, at) => [
      ms(from) + ((ms(to) - ms(from)) * at) / Math.max(sums.length - 1, 1),
      sum,
    ]),
  );
  const first = begun ? ms(begun) : (grown[0]?.[0] ?? ms(as_of));
  const last = Math.max(ms(done_at ?? cancelled_at ?? as_of), grown.at(-1)?.[0] ?? 0);
  return [[Math.min(first, grown[0]?.[0] ?? first), 0], ...grown, [last, cents]];
}

/** The same with a point at each end of a fold, where the scale changes. */
function through(all, quiet) {
  const edges = quiet.flatMap(({ from, to }) => [from, to]);
  return all.flatMap(([at, cents], n) => {
    const [before, least] = all[n - 1] ?? [at, cents];
    const inside = edges.filter((edge) => edge > before && edge < at);
    const between = (edge) => least + ((cents - least) * (edge - before)) / (at - before);
    return [...inside.map((edge) => [edge, between(edge)]), [at, cents]];
  });
}

function steps({ delay_cost: { waits, cents }, currency }, x, top, labels) {
  const dear = waits.filter((wait) => wait.cents > cents * LEAST);
  const texts = dear
    .sort((a, b) => b.cents - a.cents)
    .map((wait) => {
      const [left, right] = [x(ms(wait.from)), x(ms(wait.to))];
      const text = `+${money(wait.cents, currency)}`;
      const style = { style: "x-waiting halo" };
      return labels.place(
        text,
        [
          { x: (left + right) / 2, y: top + UNDER, anchor: "middle" },
          { x: right, y: top + UNDER, anchor: "end" },
          { x: left, y: top + UNDER },
        ],
        style,
      );
    });
  const marks = waits.map(({ from, to, stage, cents: own, so_far_cents: sums }) =>
    s(
      "rect",
      {
        class: "hit",
        x: x(ms(from)).toFixed(1),
        y: top + 4,
        width: Math.max(x(ms(to)) - x(ms(from)), 3).toFixed(1),
        height: 48,
      },
      s(
        "title",
        null,
        `${stage || "Wait"}, ${duration((ms(to) - ms(from)) / 1000)} from ${day(from)}: ${money(own, currency)}, ${money(sums.at(-1), currency)} so far`,
      ),
    ),
  );
  return [...texts, ...marks];
}

/** Nodes of the lane that begins at `top`; `end` is the right edge. */
export function costLine(journey, { top, x, end, labels, quiet }) {
  const { delay_cost: cost, currency } = journey;
  const base = top + BASE;
  if (!cost.cents)
    return [
      labels.place(
        cost.waits.length ? "nothing lost so far" : "it has not waited since it was taken up",
        [{ x: x(points(journey)[0][0]), y: top + 30 }],
        { style: "ink3" },
      ),
    ];
  const high = (cents) => base - (cents / cost.cents) * (BASE - TOP);
  const all = through(points(journey), quiet);
  const path = all
    .map(([at, cents], n) => `${n ? "L" : "M"}${x(at).toFixed(1)} ${high(cents).toFixed(1)}`)
    .join("");
  const [left, right] = [x(all[0][0]), x(all.at(-1)[0])];
  const total = money(cost.cents, currency);
  const style = { style: "b x-waiting halo", weight: 600 };
  labels.take(top + TOP + 4, left, right);
  return [
    s("path", { d: `${path}V${base}H${left.toFixed(1)}Z`, class: "f-cost" }),
    s("path", { d: `M${left.toFixed(1)} ${base}H${right.toFixed(1)}`, class: "s-line2" }),
    s("path", { d: path, class: "s-waiting w175" }),
    labels.place(
      total,
      [
        { x: right + 7, y: top + TOP + 4 },
        { x: Math.min(right, end), y: top + TOP - 5, anchor: "end" },
      ],
      style,
    ),
    ...steps(journey, x, top, labels),
  ];
}
