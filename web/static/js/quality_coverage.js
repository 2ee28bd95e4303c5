// Coverages: what each figure rests on, on the scale of the grades, and what is missing.

import { address } from "./api.js";
import { h, link, s } from "./dom.js";
import { atLeast, count, fraction, percent, percentRange } from "./format.js";
import { asTable, below, copyBlock, grade, section, table } from "./parts.js";
import {
  gapWords,
  isKnown,
  isShort,
  letterOf,
  restsOn,
  sentence,
  shortList,
} from "./quality_words.js";

const WIDTH = 300;
const LIMITS = [
  [0.5, "C\u00a050\u00a0%"],
  [0.7, "B\u00a070"],
  [0.9, "A\u00a090"],
];
const LISTED = { C1: "item", C2: "commit", C3: "deployment", C5: "incident" };

const scaleHead = () =>
  s(
    "svg",
    {
      width: WIDTH,
      height: 14,
      viewBox: `0 0 ${WIDTH} 14`,
      "aria-hidden": "true",
      class: "ch scale",
    },
    ...LIMITS.map(([at, label]) =>
      s("text", { x: at * WIDTH, y: 10, class: "t11 ink3", "text-anchor": "middle" }, label),
    ),
  );

function gauge({ value, title }, graded) {
  const end = value * WIDTH;
  const told = `${title}: ${percent(value)}${graded ? `, A needs 90${"\u00a0"}%` : ""}`;
  const limits = graded ? LIMITS : [];
  return s(
    "svg",
    {
      width: "100%",
      height: 18,
      viewBox: `0 0 ${WIDTH} 18`,
      preserveAspectRatio: "xMinYMid meet",
      role: "img",
      "aria-label": told,
    },
    s("rect", { x: 0, y: 7, width: WIDTH, height: 4, rx: 2, class: "f-line" }),
    s("rect", {
      x: 0,
      y: 7,
      width: end,
      height: 4,
      rx: 2,
      class: value >= 0.9 ? "f-ink" : "f-ink3",
    }),
    ...limits.flatMap(([at]) => [
      s("rect", { x: at * WIDTH - 0.5, y: 5, width: 1, height: 8, class: "f-bg" }),
      s("rect", { x: at * WIDTH - 0.5, y: 3, width: 1, height: 12, class: "f-line2" }),
    ]),
    s("circle", { cx: end, cy: 9, r: 5, class: "f-ink s-bg" }),
  );
}

/** The page that lists what is missing of a row, or the answer of the API that does. */
export function listOf(row, query) {
  const { id, scope } = row;
  const here = { window: query.get("window"), to: query.get("to") };
  if (id === "C6" && scope.stream)
    return `/definitions?stream=${encodeURIComponent(scope.stream)}#unmapped`;
  if (id === "C7" && scope.stream) return address("/map", { ...here, stream: scope.stream });
  if (id === "C9") return below("clocks");
  if (id === "C10") return "/connectors";
  if (LISTED[id]) return `${address("/quality", { ...here, ...scope, list: LISTED[id] })}#list`;
  return row.list;
}

const place = ({ scope, scope_title: title }) =>
  title ?? scope.stream ?? scope.service ?? "everywhere";

function share(row, query) {
  if (!isKnown(row)) return null;
  const range = row.interval ? ` \u00b7 ${percentRange(...row.interval)}` : "";
  const beside = `${fraction(row.numerator, row.denominator)}${row.unit ? `\u00a0${row.unit}` : ""}`;
  return [
    link(listOf(row, query), { class: "val" }, h("b", null, percent(row.value))),
    row.denominator ? h("span", { class: "sub" }, `${beside}${range}`) : null,
  ];
}

function missing(row, query, graded) {
  const told = gapWords(row, false);
  if (!isKnown(row)) return [sentence(row.fix), row.line ? copyBlock(row.line) : null];
  if (!told) return null;
  return [
    link(listOf(row, query), { class: "val" }, told),
    isShort(row) && !graded ? h("span", { class: "sub" }, sentence(row.fix)) : null,
  ];
}

function behind({ history_back_to: back }) {
  const names = Object.keys(back ?? {});
  return names.length ? `, while history of ${names.join(", ")} is still read` : "";
}

function row(one, query, definitions) {
  const rests = restsOn(one.id, definitions);
  const names = rests.length ? ` \u00b7 ${shortList(rests, 2)}` : "";
  return h(
    "tr",
    null,
    h(
      "td",
      null,
      h("b", null, one.title),
      h("span", { class: "sub" }, `${place(one)} \u00b7 ${one.id}${names}${behind(one)}`),
    ),
    h(
      "td",
      { class: "cv" },
      isKnown(one)
        ? gauge(one, rests.length)
        : h("span", { class: "withheld" }, `no data: ${one.reason ?? "nothing to count"}`),
    ),
    h("td", { class: "num" }, share(one, query)),
    h(
      "td",
      { class: "gr" },
      isKnown(one) && rests.length ? grade(letterOf(one.value), [one.title]) : null,
    ),
    h("td", { class: "fx" }, missing(one, query, rests.length)),
  );
}

const heads = (first, graded) => [
  [first],
  [graded ? scaleHead() : h("span", { class: "sr" }, "Drawn"), "cv"],
  ["Share", "num"],
  [h("span", { class: "sr" }, "Grade")],
  ["Missing"],
];

const drawn = (name, first, rows, query, definitions) =>
  table(
    name,
    heads(
      first,
      rows.some(({ id }) => restsOn(id, definitions).length),
    ),
    rows.map((one) => row(one, query, definitions)),
    { style: "cov" },
  );

const full = (rows, name, query, definitions) =>
  rows.length
    ? asTable(
        `${count(rows.length)} more, ${atLeast(`90\u00a0%`)}, or nothing to cover`,
        drawn(`${name}, nothing missing`, name, rows, query, definitions),
      )
    : null;

/** Those that grade, weakest first, then those that only tell how far to trust; what is full is folded. */
export function coverageSections(rows, query, definitions, title) {
  const graded = rows.filter(({ id }) => restsOn(id, definitions).length);
  const beside = rows.filter((one) => !graded.includes(one));
  const [short, whole] = [graded.filter(isShort), graded.filter((one) => !isShort(one))];
  const [open, said] = [
    beside.filter((one) => isKnown(one) && one.value < 0.9),
    beside.filter((one) => !isKnown(one) || one.value >= 0.9),
  ];
  const right = ["item", "commit"].map((kind) =>
    h(
      "a",
      {
        class: "lnk",
        href: `${address("/quality", { ...Object.fromEntries(query), list: kind, why: null, after: null })}#list`,
      },
      kind === "item" ? "Items without a commit" : "Commits without a ticket",
    ),
  );
  return [
    section(`Coverage, ${title}`, "what the figures rest on, weakest first", right, "coverage"),
    short.length
      ? drawn("Coverage", "Coverage, and what rests on it", short, query, definitions)
      : h("p", { class: "note" }, "No coverage that grades a figure is under 90\u00a0%."),
    full(whole, "Coverage", query, definitions),
    section("What else tells how far to trust", "no figure is graded by it"),
    open.length ? drawn("What else is known", "Measure", open, query, definitions) : null,
    full(said, "Measure", query, definitions),
  ];
}
