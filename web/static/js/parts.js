// Pieces that every page shares: head, figures, grade chip, section, value cell, copy block.

import { address } from "./api.js";
import { h, link, s } from "./dom.js";
import { reasonWords, withheld } from "./format.js";

const GRADE_WORD = {
  A: "A, as measured",
  B: "B, with ranges",
  C: "C, direction only",
  D: "D, withheld",
};

/** A place of this page, as it is looked at. */
export const below = (id) => `${location.pathname}${location.search}#${id}`;

/** Quality of what is looked at: the same stream and period. */
export function qualityAddress() {
  const here = new URL(location.href).searchParams;
  const same = ["stream", "window", "to"].map((name) => [name, here.get(name)]);
  return `${address("/quality", Object.fromEntries(same))}#coverage`;
}

export const trusted = (envelope) => envelope?.grade === "A" || envelope?.grade === "B";

/** The value of an envelope's key, or null where it is withheld. */
export const valueOf = (envelope, key) => envelope?.value?.[key] ?? null;

export function grade(letter, reasons = [], big = false) {
  if (!/^[ABCD]$/.test(letter ?? "")) return null;
  const weakest = reasons[0] ? reasonWords(reasons[0].replace(/^withheld: /, "")) : null;
  const why = [`data grade ${GRADE_WORD[letter]}`, weakest].filter(Boolean).join(": ");
  return h(
    "a",
    {
      href: qualityAddress(),
      class: `grade g${letter}${big ? " big" : ""}`,
      title: why,
      "aria-label": why,
    },
    letter,
  );
}

/** What a figure rests on, in one line: nodes, texts or lists of them; dots are set between. */
export const envelopeLine = (facts) =>
  h(
    "p",
    { class: "env" },
    ...facts.filter(Boolean).map((one) => h("span", { class: "fact" }, one)),
  );

/** Title, answer line and envelope line; null for its facts leaves the line out. */
export function head(title, answer, facts = []) {
  return h(
    "div",
    { class: "head" },
    h("h1", null, title),
    h("p", { class: "answer", id: "answer" }, ...answer),
    facts ? envelopeLine(facts) : null,
  );
}

const LONG = 40; // letters of a figure in words from which on it is written smaller

/** One headline figure. `value` null writes `none` in words instead. */
export function figure({
  title,
  value,
  small = null,
  words = false,
  soft = false,
  none = "",
  href = null,
  notes = [],
}) {
  const shown = value === null ? none : href ? link(href, null, value) : value;
  const long = words && String(value?.textContent ?? value).length > LONG ? " long" : "";
  const style = value === null ? "v none" : `v${words ? ` words${long}` : ""}${soft ? " soft" : ""}`;
  return h(
    "div",
    { class: "fig" },
    h("dt", null, title),
    h("dd", { class: style }, shown, value !== null && small ? h("small", null, " ", small) : null),
    h("dd", { class: "s" }, ...notes),
  );
}

export const figures = (...all) => h("dl", { class: "figs" }, ...all.map(figure));

/** The row of figures while nothing is read yet, at its final size. */
export const unreadFigures = (titles) =>
  figures(...titles.map((title) => ({ title, value: "\u00a0" })));

export function section(title, how, right = null, id = null) {
  return h(
    "div",
    { class: "sechead", id },
    h("h2", { class: "sec" }, title),
    how ? h("p", null, how) : null,
    right ? h("p", { class: "r" }, right) : null,
  );
}

/** Why a value is missing, in two short lines. */
export function missing(envelope, key) {
  return h(
    "span",
    { class: "withheld" },
    "withheld",
    h("span", { class: "sub" }, withheld(envelope?.reasons, key)),
  );
}

/** A value as a link to how it came about; bold where the grade lets it be compared. */
export function value(envelope, text) {
  return link(envelope?.explain, { class: "val" }, trusted(envelope) ? h("b", null, text) : text);
}

/** A table. `columns` are [label, class]; `rows` are lists of cells or nodes. */
export function table(name, columns, rows, { style = "", headed = true } = {}) {
  const headings = columns.map(([label, kind]) => h("th", { scope: "col", class: kind }, label));
  return h(
    "table",
    { class: style },
    h("caption", { class: "sr" }, name),
    headed ? h("thead", null, h("tr", null, ...headings)) : null,
    h("tbody", null, ...rows),
  );
}

/** The same numbers as a drawing, as a table that opens (key `t`). */
export function asTable(label, content) {
  return h(
    "details",
    { class: "alt" },
    h("summary", null, label),
    h("div", { tabindex: "0", role: "region", "aria-label": label }, content),
  );
}

async function copyText(text, button, source) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(source);
    button.textContent = "Press Ctrl+C";
  }
  setTimeout(() => (button.textContent = "Copy"), 2000);
}

/** Configuration to paste. */
export function copyBlock(text) {
  const shown = h("code", null, text);
  const button = h(
    "button",
    { type: "button", onclick: () => copyText(text, button, shown) },
    "Copy",
  );
  return h("div", { class: "copy" }, h("pre", { tabindex: "0" }, shown), button);
}

/** What is missing, the line that supplies it, and where to check it. */
export function empty(title, text, configuration = null, check = null) {
  return h(
    "section",
    { class: "empty" },
    h("h2", null, title),
    h("p", null, text),
    configuration ? copyBlock(configuration) : null,
    check ? h("p", null, check) : null,
  );
}

const SHAPES = {
  feature: ["circle", { cx: 4.5, cy: 4.5, r: 4 }],
  defect: ["path", { d: "M4.5 0L9 4.5L4.5 9L0 4.5z" }],
  risk: ["path", { d: "M4.5 .5L9 8.5H0z" }],
  debt: ["rect", { x: 0.75, y: 0.75, width: 7.5, height: 7.5 }],
};

/** The shape of a type of work, with its word for those who see no shape. */
export function typeShape(type) {
  const [tag, form] = SHAPES[type] ?? ["circle", { cx: 4.5, cy: 4.5, r: 3.5 }];
  const name = SHAPES[type] ? type : "other";
  return s(
    "svg",
    { class: "ty", viewBox: "0 0 9 9", role: "img", "aria-label": name },
    s(tag, { ...form, class: `ty-${name}` }),
    s("title", null, name),
  );
}
