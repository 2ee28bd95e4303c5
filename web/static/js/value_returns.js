// Realised against expected value, 30 and 90 days after an item went live; ways of finding out are kept apart.

import { h, link, s } from "./dom.js";
import { counted, percent, withheld } from "./format.js";
import { amount } from "./money.js";
import { grade, section, table, trusted, valueOf } from "./parts.js";
import { missingTool } from "./value_head.js";

const MARKS = [30, 90];
const WAYS = [
  ["experiment", "Experiment"],
  ["before_after", "Before and after"],
  ["opinion", "Opinion"],
];

const part = (envelope, way, days, name) => valueOf(envelope, `${way}_${days}_${name}`);

function pair(realised, expected, most) {
  const width = (cents) => `${((Math.max(cents, 0) / most) * 96).toFixed(2)}%`;
  return s(
    "svg",
    { class: "ch dot", height: 12, width: "100%", "aria-hidden": "true" },
    s("rect", { x: 0, y: 1, height: 10, width: width(expected), class: "f-line2" }),
    s("rect", { x: 0, y: 3, height: 6, width: width(realised), class: "f-done" }),
  );
}

function share(envelope, way, days) {
  const value = valueOf(envelope, `${way}_${days}`);
  if (value === null)
    return h(
      "span",
      { class: "sub" },
      `share withheld: ${withheld(envelope.reasons, `${way}_${days}`)}`,
    );
  const text = percent(value, envelope.grade);
  return trusted(envelope) ? h("b", null, text) : text;
}

function cell(envelope, way, days, most, currency) {
  const items = part(envelope, way, days, "items");
  const indirect = part(envelope, way, days, "indirect_cents");
  const beside = indirect ? `; ${amount(indirect, currency)} indirect beside` : "";
  if (!items)
    return h(
      "td",
      null,
      h(
        "span",
        { class: "withheld" },
        indirect ? `only indirect: ${amount(indirect, currency)}` : "none told",
      ),
    );
  const [got, hoped] = ["realised_cents", "expected_cents"].map((name) =>
    part(envelope, way, days, name),
  );
  return h(
    "td",
    null,
    share(envelope, way, days),
    ` ${amount(got, currency)} of ${amount(hoped, currency)}`,
    pair(got, hoped, most),
    h("span", { class: "sub" }, `${counted(items, "item")}${beside}`),
  );
}

const largest = (envelope) =>
  Math.max(
    1,
    ...WAYS.flatMap(([way]) =>
      MARKS.flatMap((days) =>
        ["realised_cents", "expected_cents"].map((name) => part(envelope, way, days, name) ?? 0),
      ),
    ),
  );

export function returnsSection({ brought, stock }) {
  const missing = missingTool(brought);
  const how = "what was brought (bar) of what was expected, since it went live";
  const top = section("Realised against expected", how, null, "returns");
  if (missing || !brought.n)
    return h(
      "section",
      null,
      top,
      h(
        "p",
        { class: "note" },
        `Not known: ${missing ?? "no value was told of an item in this period"}.`,
      ),
    );
  const most = largest(brought);
  const rows = WAYS.map(([way, title]) =>
    h(
      "tr",
      null,
      h("td", null, h("b", null, title)),
      ...MARKS.map((days) => cell(brought, way, days, most, stock.currency)),
    ),
  );
  const heads = [["Found out by"], ...MARKS.map((days) => [`After ${days} days`, "ret"])];
  return h(
    "section",
    null,
    top,
    table("Realised against expected value", heads, rows, { style: "returns" }),
    h(
      "p",
      { class: "note" },
      grade(brought.grade, brought.reasons),
      " The three are never added up: an opinion is no experiment. ",
      link(brought.explain, { class: "lnk" }, `The ${counted(brought.n, "item")} behind it`),
    ),
  );
}
