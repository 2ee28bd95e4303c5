// How long work takes, and whether more comes than goes, in sentences and four figures.

import { h, link } from "./dom.js";
import {
  count,
  counted,
  duration,
  fraction,
  percent,
  percentRange,
  period,
  rate,
  reasonWords,
  seconds,
  withheld,
} from "./format.js";
import { figures, grade, trusted, valueOf } from "./parts.js";

const bold = (text) => h("b", null, text);
const days = (value, letter) => duration(seconds(value, "d"), letter);

function howLong({ time }) {
  const half = valueOf(time, "p50");
  if (!time.n) return ["Nothing with a known beginning was done in this period."];
  if (half === null || !trusted(time))
    return [
      bold(`${counted(time.n, "delivery", "deliveries")} in this period`),
      ": too little to say how long work takes.",
    ];
  const most = valueOf(time, "p85");
  const rest = most === null ? "" : `, 85\u00a0% within ${days(most, time.grade)}`;
  return [bold(`Half of the work was done within ${days(half, time.grade)}`), `${rest}.`];
}

/** What came beside what went, by first crossings; nothing where the history is not there. */
function inAndOut({ cfd }) {
  const net = valueOf(cfd, "net");
  if (net === null) return [];
  const out = valueOf(cfd, "first_completions") + valueOf(cfd, "cancelled");
  const told = `${counted(valueOf(cfd, "arrived"), "item")} came and ${count(out)} left`;
  if (!net) return [` As many came as left: ${count(out)}.`];
  const more = net > 0 ? `${count(net)} more than left` : `${count(-net)} fewer than left`;
  return [
    " ",
    bold(net > 0 ? "More comes in than goes out" : "More goes out than comes in"),
    `: ${told}, ${more}.`,
  ];
}

const unfit = ({ law }) =>
  law.stable === false ? [" Load and speed do not fit together: trust forecasts less."] : [];

export const answer = (data) => [...howLong(data), ...inAndOut(data), ...unfit(data)];

export function facts({ time }) {
  const why = (time.reasons ?? [])[0];
  return [
    period(...time.window),
    "since commitment, elapsed days",
    counted(time.n, "delivery", "deliveries"),
    h("span", { class: "nw" }, grade(time.grade, time.reasons), why ? reasonWords(why) : null),
    link(time.explain, { class: "lnk" }, "The items behind it"),
  ];
}

function timeFigure(time) {
  const half = valueOf(time, "p50");
  const most = valueOf(time, "p85");
  const range = time.interval?.p50;
  const both = range?.[0] !== null && range?.[1] !== null && range;
  return {
    title: "Flow time, half within",
    value: half === null ? null : days(half, time.grade),
    none: "withheld",
    soft: !trusted(time),
    href: time.explain,
    notes: [
      half === null
        ? withheld(time.reasons, "p50")
        : most === null
          ? `85\u00a0%: ${withheld(time.reasons, "p85")}`
          : `85\u00a0% within ${days(most, time.grade)}`,
      both ? h("em", null, ` \u00b7 half: ${days(both[0])} to ${days(both[1])}`) : "",
    ],
  };
}

function paceFigure(velocity) {
  const week = valueOf(velocity, "per_week");
  return {
    title: "Done",
    value: week === null ? null : rate(week, velocity.grade),
    small: "a week",
    none: "no data",
    soft: !trusted(velocity),
    href: velocity.explain,
    notes: [
      week === null
        ? withheld(velocity.reasons, "per_week")
        : `${count(valueOf(velocity, "count"))} in the period`,
    ],
  };
}

function balanceFigure(cfd) {
  const net = valueOf(cfd, "net");
  return {
    title: "In less out",
    value: net === null ? null : net > 0 ? `+${count(net)}` : count(net),
    small: net === null ? null : Math.abs(net) === 1 ? "item" : "items",
    none: "no data",
    href: cfd.explain,
    notes:
      net === null
        ? [withheld(cfd.reasons)]
        : [
            `${count(valueOf(cfd, "arrived"))} came, ${count(valueOf(cfd, "first_completions"))} done, `,
            `${count(valueOf(cfd, "cancelled"))} dropped`,
          ],
  };
}

function keptFigure(sle) {
  const share = valueOf(sle, "adherence");
  const promise = valueOf(sle, "expected_d");
  const range = sle.interval?.adherence;
  return {
    title: promise === null ? "Expectation kept" : `Done within ${days(promise)}`,
    value: share === null ? null : percent(share, sle.grade),
    none: "not known",
    soft: !trusted(sle),
    href: sle.explain,
    notes:
      share === null
        ? [withheld(sle.reasons, "adherence")]
        : [
            `${fraction(valueOf(sle, "kept"), valueOf(sle, "done"))}; expected: ${sle.percent}\u00a0%`,
            range ? h("em", null, ` \u00b7 ${percentRange(...range)}`) : "",
          ],
  };
}

export const headFigures = ({ time, velocity, cfd, sle }) =>
  figures(timeFigure(time), paceFigure(velocity), balanceFigure(cfd), keptFigure(sle));
