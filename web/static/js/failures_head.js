// The answer line, the figures, the band and the cascade of Failures.

import { bandRows, lenientOf, shareOf } from "./delivery_words.js";
import { h, labelWidth, link, responsive, s } from "./dom.js";
import { count, counted, percent, period, reasonWords, withheld } from "./format.js";
import { groupHref } from "./incident_list.js";
import { GROUPS, groupOf, STEPS } from "./incident_words.js";
import { asTable, grade, section, table, trusted } from "./parts.js";

const bold = (text) => h("b", null, text);
export const countsOf = (incidents) =>
  Object.fromEntries(
    GROUPS.map(([name]) => [name, incidents.filter((one) => groupOf(one) === name).length]),
  );

function rateWords(rate) {
  const share = shareOf(rate);
  const lenient = lenientOf(rate);
  if (!share)
    return [` What share of deployments fails is not known: ${withheld(rate.reasons, "ratio")}.`];
  if (!trusted(rate)) return [" What share of deployments fails is known in direction only."];
  const upper = lenient && lenient.share !== rate.value.ratio ? [" to ", bold(lenient.value)] : [];
  const begin = rate.value.numerator ? bold(share.value) : bold(`0${"\u00a0"}%`);
  const range = rate.value.numerator ? share.beside : `${share.beside}, range ${share.value}`;
  return upper.length
    ? [
        " Of deployments, ",
        begin,
        ...upper,
        " fail: by sure evidence, and with all that is only close in time.",
      ]
    : [" Of deployments, ", begin, ` fail (${range}), strict and lenient alike.`];
}

/** Values of grade A and B only; what nobody explained is said. */
export function answer({ incidents, rate }) {
  const all = incidents.length;
  const { sure, time, none, other } = countsOf(incidents);
  if (!all) return ["No incident was opened in this period.", ...rateWords(rate)];
  const rest = [
    time ? [`${count(time)} by time alone`] : null,
    none ? [bold(`${count(none)} to nothing`)] : null,
    other ? [`${count(other)} not caused by a change`] : null,
  ].filter(Boolean);
  const begin = [
    bold(`${count(sure)} of ${counted(all, "incident")}`),
    ` ${sure === 1 ? "is" : "are"} surely put down to a deployment`,
    ...rest.flatMap((words, at) => [at ? ", " : "; ", ...words]),
    ".",
  ];
  return [...begin, ...rateWords(rate)];
}

export function facts({ incidents, rate }) {
  return [
    period(...rate.window),
    counted(incidents.length, "incident"),
    `${counted(rate.n, "deployment")} judged`,
    h(
      "span",
      { class: "nw" },
      grade(rate.grade, rate.reasons),
      rate.reasons[0] ? reasonWords(rate.reasons[0]) : null,
    ),
  ];
}

function rateFigure(title, small, shown, rests, rate, href) {
  return {
    title,
    value: shown,
    none: rate.n ? "withheld" : "no data",
    small,
    soft: !trusted(rate),
    href,
    notes: shown === null ? [withheld(rate.reasons, "ratio")] : rests,
  };
}

/** Strict and lenient beside each other, what is explained, and what is still watched. */
export function figuresOf({ incidents, rate }, { query }) {
  const rows = bandRows(rate);
  const [strict, lenient] = rows;
  const rests = (row) => [row.rests, h("em", null, ` \u00b7 ${row.rangeText}`)];
  const { none, time, sure } = countsOf(incidents);
  const value = (row) => (row ? row.text : null);
  const judged = `${location.pathname}${location.search}#deployments`;
  const watched = rate.value?.pending ?? 0;
  return [
    rateFigure(
      "Change fail rate, strict",
      "by sure evidence",
      value(strict),
      strict && rests(strict),
      rate,
      judged,
    ),
    rateFigure(
      "Change fail rate, lenient",
      "all that is near",
      value(lenient),
      lenient && rests(lenient),
      rate,
      judged,
    ),
    {
      title: "Incidents not explained",
      value: count(none + time),
      small: `of ${count(incidents.length)}`,
      href: groupHref(query, "none"),
      notes: [
        `${count(none)} put down to nothing, ${count(time)} by time alone `,
        h("em", null, `\u00b7 ${count(sure)} surely`),
      ],
    },
    {
      title: "Still watched",
      value: count(watched),
      small: watched === 1 ? "deployment" : "deployments",
      href: judged,
      notes: [
        watched
          ? `in no rate yet; ${count(rate.value.pending_failed ?? 0)} of them failed already`
          : "every deployment is judged",
      ],
    },
  ];
}

const HEIGHT = 86;
const ROWS = [22, 50];

/** Both ends with their ranges on one scale. */
function band(rows, width) {
  const left = Math.max(...rows.map(({ name }) => labelWidth(name, 600))) + 14;
  const right = width - Math.max(...rows.map(({ text }) => labelWidth(text, 600))) - 14;
  const most =
    Math.min(1, Math.max(...rows.map(({ range, share }) => range?.[1] ?? share)) * 1.05) || 1;
  const x = (share) => left + (share / most) * (right - left);
  const marks = rows.flatMap(({ name, share, text, range }, at) => {
    const y = ROWS[at];
    return [
      s("text", { x: 0, y: y + 4, class: "t11 m ink" }, name),
      range ? s("path", { d: `M${x(range[0])} ${y}H${x(range[1])}`, class: "s-ink3 thick" }) : null,
      s("circle", { cx: x(share), cy: y, r: 5, class: "f-ink s-bg" }),
      s("text", { x: right + 10, y: y + 4, class: "t11 b ink" }, text),
    ];
  });
  return s(
    "svg",
    {
      class: "ch",
      width,
      height: HEIGHT,
      viewBox: `0 0 ${width} ${HEIGHT}`,
      role: "img",
      "aria-label": bandWords(rows),
    },
    s("path", { d: `M${left} 68H${right}`, class: "s-line2" }),
    s("text", { x: left, y: 82, class: "t11 ink3" }, "0"),
    s(
      "text",
      { x: right, y: 82, class: "t11 ink3", "text-anchor": "end" },
      `${percent(most)} of deployments`,
    ),
    ...marks.filter(Boolean),
  );
}

const bandWords = (rows) =>
  rows.map(({ name, text, rangeText }) => `${name} ${text}, range ${rangeText}`).join("; ");

export function bandSection({ rate }) {
  const rows = bandRows(rate);
  if (!rows.length || !trusted(rate)) return [];
  const lines = rows.map(({ name, text, rests, rangeText }) =>
    h(
      "tr",
      null,
      h("td", null, name),
      h("td", { class: "num" }, text),
      h("td", { class: "num" }, rests),
      h("td", { class: "num" }, rangeText),
    ),
  );
  return [
    section(
      "How many fail, at least and at most",
      "dot: the share, line: its 95 % range; the truth lies between the two",
    ),
    h(
      "figure",
      { class: "fband", "aria-label": bandWords(rows) },
      responsive(h("div"), (width) => band(rows, width)),
    ),
    asTable(
      "Both ends, as a table",
      table(
        "Change fail rate",
        [["End"], ["Share", "num"], ["Failed", "num"], ["95 % range", "num"]],
        lines,
      ),
    ),
  ];
}

/** The cascade: which kind of evidence put how many incidents down, the strongest first. */
export function cascadeSection({ incidents }, { query }) {
  const all = incidents.length;
  if (!all) return [];
  const row = (title, what, sure, many, put) =>
    h(
      "tr",
      null,
      h(
        "td",
        null,
        link(groupHref(query, put), { class: "val" }, h("b", null, title)),
        h("span", { class: "sub" }, what),
      ),
      h("td", { class: "num" }, sure),
      h(
        "td",
        { class: "num" },
        many ? h("b", null, count(many)) : h("span", { class: "withheld" }, "0"),
        h("span", { class: "sub" }, many ? percent(many / all) : ""),
      ),
    );
  const by = (method) =>
    incidents.filter((one) => one.verdict === "attributed" && one.method === method).length;
  const { none, other } = countsOf(incidents);
  return [
    section(
      "What they are put down to",
      "asked in this order; the first that holds decides, all candidates are kept",
    ),
    table(
      "What incidents are put down to",
      [["Evidence"], ["How sure", "num"], ["Incidents", "num"]],
      [
        ...STEPS.map(([method, title, what, sure, isSure]) =>
          row(title, what, sure, by(method), isSure ? "sure" : "time"),
        ),
        row("Nothing", "no deployment is sure or likely enough", "", none, "none"),
        row(
          "No change",
          "nothing was deployed near it, or time speaks against it",
          "",
          other,
          "other",
        ),
      ],
      { style: "cascade" },
    ),
  ];
}
