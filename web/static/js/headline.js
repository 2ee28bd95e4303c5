// The answer line and the four headline figures of the Overview.

import { h, link } from "./dom.js";
import {
  count,
  counted,
  duration,
  durationWords,
  fraction,
  money,
  moneyRange,
  reasonWords,
  seconds,
  withheld,
} from "./format.js";
import { grade, qualityAddress, trusted, valueOf } from "./parts.js";

const bold = (text) => h("b", null, text);

/** The longest average wait of one stream, in the shape of the pooled headline. */
function longestWait(stream) {
  const waits = (stream.stages ?? []).filter(
    ({ state, waiting_d: wait }) => state !== "new" && wait > 0,
  );
  if (!waits.length) return null;
  const worst = waits.reduce((a, b) => (b.waiting_d > a.waiting_d ? b : a));
  return {
    stream: stream.name,
    stage: worst.name,
    team: worst.team,
    items: null,
    average_wait_d: worst.waiting_d,
  };
}

/** What the head speaks of: all streams pooled, or the one in the address. */
export function scoped(overview, name) {
  const stream = overview.streams.find((one) => one.name === name);
  if (!stream) return { ...overview.headline, streams: overview.streams, pooled: true };
  const pooled = overview.headline.where;
  const where = pooled?.stream === name ? pooled : longestWait(stream);
  return {
    how_long: stream.idea_to_release,
    where,
    cost: stream.delay_cost,
    grade: stream.grade,
    trust: stream.reasons ?? [],
    streams: [stream],
    pooled: false,
  };
}

/** Share of working days among all days, over the streams that may be told; null if none may. */
function workedShare(streams) {
  const told = streams
    .map(({ efficiency }) => efficiency)
    .filter((one) => trusted(one) && valueOf(one, "denominator_d") > 0);
  const total = (key) => told.reduce((sum, one) => sum + (valueOf(one, key) ?? 0), 0);
  return told.length ? total("numerator_d") / total("denominator_d") : null;
}

const perWeek = (cost) => valueOf(cost, "per_week_cents");

function costText(cost) {
  const interval = cost.interval?.per_week_cents ?? null;
  return money(perWeek(cost), cost.value.currency ?? "EUR", { interval, grade: cost.grade });
}

/** Values of grade A and B only; what is not known is said. */
export function answer({ how_long: long, where, cost, streams }) {
  const half = valueOf(long, "p50");
  const told = trusted(long) && half !== null;
  const parts = told
    ? ["Half of ideas are released within ", bold(durationWords(seconds(half, long.unit))), ". "]
    : [
        `How long ideas take cannot be said yet${long ? `: ${withheld(long.reasons, "p50")}` : ""}. `,
      ];
  const share = workedShare(streams);
  const money = trusted(cost) && perWeek(cost) !== null;
  if (told && share !== null && share < 0.5)
    parts.push("Most of that is waiting", money ? ", which costs " : "");
  else if (money) parts.push("Waiting costs ");
  if (money) parts.push(bold(`${costText(cost)} a week`));
  const stream = streams.find(({ name }) => name === where?.stream);
  const place =
    where && (stream?.grade === "A" || stream?.grade === "B")
      ? bold(`${where.stage} in ${stream.title}`)
      : null;
  // A step without work is a queue itself.
  const step = stream?.stages?.find(({ name }) => name === where?.stage);
  const before = step && !step.active_d ? "" : "the queue before ";
  const begun = parts.length > (told ? 3 : 1);
  if (place)
    parts.push(
      begun ? `; ${before}` : before.replace("the", "The"),
      place,
      " is the place to look first.",
    );
  else if (begun) parts.push(".");
  if (!money) {
    const known = cost && perWeek(cost) !== null ? "known in direction only" : "not known";
    const why = cost ? `: ${withheld(cost.reasons, "per_week_cents")}` : "";
    parts.push(` What the waiting costs is ${known}${why}.`);
  }
  return parts;
}

const measured = (streams) => streams.filter((stream) => stream.idea_to_release?.n).length;

function howLong({ how_long: long, streams, pooled }) {
  const half = valueOf(long, "p50");
  const most = valueOf(long, "p85");
  const n = [
    `n ${count(long?.n ?? 0)}`,
    pooled && measured(streams) > 1 ? `${count(measured(streams))} streams pooled` : null,
  ]
    .filter(Boolean)
    .join(", ");
  return {
    title: "How long",
    value: half === null ? null : duration(seconds(half, long.unit), long.grade),
    small: "for half of ideas",
    soft: !trusted(long),
    none: "withheld",
    href: long?.explain,
    notes:
      half === null
        ? [withheld(long?.reasons, "p50")]
        : [
            most === null
              ? `85${"\u00a0"}% within: withheld, ${withheld(long.reasons, "p85")} `
              : `85${"\u00a0"}% are released within ${duration(seconds(most, long.unit), long.grade)} `,
            h("em", null, `\u00b7 ${n}`),
          ],
  };
}

function whereItWaits({ where, streams, pooled, trust: reasons }) {
  if (!where) {
    const unread = (reasons ?? []).find((reason) => / is read (back to|from) /.test(reason));
    return {
      title: "Where it waits",
      value: null,
      none: "not known",
      notes: [unread ? reasonWords(unread) : "no waiting was measured in this period"],
    };
  }
  const title = streams.find(({ name }) => name === where.stream)?.title ?? where.stream;
  const queue = where.team ? `${where.team}\u2019s queue` : "the queue";
  const wait = duration(seconds(where.average_wait_d, "d"));
  const amount =
    where.items === null || where.items === undefined
      ? `${wait} in ${queue} for each item that is done.`
      : `${counted(where.items, "item")} in ${queue} now, ${wait} each so far.`;
  return {
    title: "Where it waits",
    value: `${where.stage}, in ${title}`,
    words: true,
    href: `/journey?stream=${encodeURIComponent(where.stream)}`,
    notes: [
      `${amount} It is the longest step wait of ${pooled ? "the costliest stream" : "the stream"}.`,
    ],
  };
}

function whatItCosts({ cost }) {
  const amount = perWeek(cost);
  if (amount === null)
    return {
      title: "What waiting costs",
      value: null,
      none: "not known",
      notes: [withheld(cost?.reasons, "per_week_cents")],
    };
  const { valued, unvalued, currency, burn_rate_cents: burn } = cost.value;
  const range = cost.interval?.per_week_cents;
  const burning = burn === null || burn === undefined ? null : money(burn, currency);
  const now = burning === null || burning === costText(cost) ? null : `${burning} a week now`;
  const known =
    valued === null || valued === undefined
      ? null
      : `${fraction(valued, valued + (unvalued ?? 0))} items have a value`;
  return {
    title: "What waiting costs",
    value: costText(cost),
    small: "a week",
    soft: !trusted(cost),
    href: cost.explain,
    notes: [
      range ? `likely ${moneyRange(range, currency)} ` : now ? `${now} ` : "",
      h("em", null, known ? `${range || now ? "\u00b7 " : ""}${known}` : ""),
    ],
  };
}

function trust({ grade: letter, trust: reasons }) {
  const why = (reasons ?? []).slice(0, 2).map(reasonWords).join("; ");
  const better =
    letter === "A" ? null : link(qualityAddress(), { class: "lnk" }, "What would make it A");
  return {
    title: "Can I trust it",
    value: letter ? grade(letter, reasons, true) : null,
    none: "no grade",
    notes: [why ? `${why}. ` : "", better],
  };
}

export const headline = (scope) => [
  howLong(scope),
  whereItWaits(scope),
  whatItCosts(scope),
  trust(scope),
];
