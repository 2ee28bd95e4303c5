// What would make it A: the gaps that hold most figures back, each with the line to paste.

import { address } from "./api.js";
import { h, link } from "./dom.js";
import { counted, fraction } from "./format.js";
import { copyBlock, section } from "./parts.js";
import { chosen } from "./period.js";
import { listOf } from "./quality_coverage.js";
import { figuresOf, holdsBack } from "./quality_scope.js";
import {
  FRESH,
  gapWords,
  isKnown,
  isShort,
  lineBelongs,
  restsOn,
  sentence,
} from "./quality_words.js";

const MOST = 6;
const LONGER = { 7: "30", 30: "90", 90: "180", 180: "365" };

/** Gaps of one kind are one thing to do: the weakest leads, the others are named. */
function grouped(rows, figures, definitions) {
  const groups = new Map();
  for (const row of rows) {
    const key = `${row.id} ${row.line ?? ""}`;
    const held = figures.filter((figure) => holdsBack(row, figure, definitions));
    const group = groups.get(key) ?? { rows: [], held: new Set() };
    group.rows.push(row);
    for (const one of held) group.held.add(one);
    groups.set(key, group);
  }
  return [...groups.values()].sort(
    (a, b) => b.held.size - a.held.size || (a.rows[0].value ?? 0) - (b.rows[0].value ?? 0),
  );
}

/** The things to do, most figures first; `rows` weakest first. */
export function fixesOf(scope, definitions) {
  const short = scope.rows.filter(
    (row) => isShort(row) && (row.id === FRESH || restsOn(row.id, definitions).length),
  );
  return grouped(short, figuresOf(scope), definitions);
}

function others([, ...rows]) {
  const named = rows.map(({ scope_title: title, scope, numerator, denominator, value }) => {
    const where = title ?? scope.stream ?? scope.service;
    return value === null ? where : `${where} ${fraction(denominator - numerator, denominator)}`;
  });
  return named.length ? `; also ${named.join(", ")}` : "";
}

function fix({ rows, held }, at, query) {
  const [first] = rows;
  const where = Object.keys(first.scope).length
    ? `${first.scope_title ?? first.scope.stream ?? first.scope.service}${others(rows)}. `
    : "";
  const helps = held.size ? ` Holds ${counted(held.size, "figure")} below A.` : "";
  const list = isKnown(first) ? listOf(first, query) : null;
  const belongs = lineBelongs(first);
  return h(
    "li",
    null,
    h("span", { class: "no", "aria-hidden": "true" }, String(at + 1)),
    h(
      "div",
      null,
      h("p", { class: "h" }, link(list, { class: "val" }, sentence(gapWords(first)))),
      h("p", null, `${where}${sentence(first.fix)}${helps}`),
      first.line && belongs ? h("p", { class: "wh" }, belongs) : null,
      first.line ? copyBlock(first.line) : null,
    ),
  );
}

function few(figures, query) {
  const thin = figures.filter(({ envelope }) =>
    (envelope.reasons ?? []).some((reason) => /(^|: )n<\d+$/.test(reason)),
  );
  const longer = LONGER[chosen(query).days];
  if (!thin.length || !longer) return null;
  const href = address("/quality", { ...Object.fromEntries(query), window: longer });
  return h(
    "p",
    { class: "note" },
    `${counted(thin.length, "figure")} ${thin.length === 1 ? "rests" : "rest"} on few items, which no line changes. `,
    h("a", { class: "lnk", href }, `The last ${longer} days have more`),
    ".",
  );
}

/** Null where nothing is to be done and no figure is thin. */
export function fixesSection(scope, definitions, query) {
  const fixes = fixesOf(scope, definitions);
  const thin = few(figuresOf(scope), query);
  if (!fixes.length && !thin) return [];
  return [
    section("What would make it A", "in order of figures that it holds back"),
    fixes.length
      ? h("ol", { class: "todo" }, ...fixes.slice(0, MOST).map((one, at) => fix(one, at, query)))
      : null,
    thin,
  ];
}
