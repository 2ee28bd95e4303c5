// One definition: the formula in words, what counts and what does not, a worked example, its source.

import { address } from "./api.js";
import { h, link } from "./dom.js";
import { changesSection } from "./definition_changes.js";
import { factWords, unitWords } from "./definition_words.js";
import { head, section } from "./parts.js";
import { inline, prose } from "./prose.js";

const IN_FLIGHT = {
  no: "what ended in the period",
  also: "what ended in the period, and what is in flight",
  only: "what is in flight at the end of the period",
};

function formula(text) {
  const [first, ...more] = text.split(/\n\s*\n/);
  const isLine = !first.startsWith("|") && !first.startsWith("- ");
  return isLine
    ? [inline(first.replaceAll("\n", " ")), more.join("\n\n")]
    : [["What it is, in parts:"], text];
}

function facts(one) {
  return [
    h("code", null, one.definition),
    `in ${unitWords(one.unit)}`,
    `counts ${IN_FLIGHT[one.in_flight]}`,
    one.coverages.length ? `graded by ${one.coverages.join(", ")}` : "graded by no coverage",
    one.also_called.length ? `also called ${one.also_called.join(", ")}` : null,
  ];
}

const readsTable = ({ reads }) =>
  Object.keys(reads).length
    ? [
        section("What it reads", "a change of one of these restates it"),
        h(
          "dl",
          { class: "reads" },
          ...Object.entries(reads).flatMap(([fact, columns]) => [
            h("dt", null, factWords(fact.replace(/_fact$/, ""))),
            h("dd", null, ...columns.flatMap((one, at) => [at ? ", " : "", h("code", null, one)])),
          ]),
        ),
      ]
    : [];

/** The page of `data.one`. */
export function onePage(data, { query }) {
  const { one } = data;
  const [line, rest] = formula(one.formula);
  const back = address("/definitions", { ...Object.fromEntries(query), metric: null });
  const raw = `/v1/definitions/${encodeURIComponent(one.definition)}`;
  return [
    head(one.title, line, [
      ...facts(one),
      h("a", { class: "lnk", href: back }, "All definitions"),
      link(raw, { class: "lnk" }, "All of it, as data"),
    ]),
    rest ? h("div", { class: "prose" }, ...prose(rest)) : null,
    ...(one.edge_cases.length
      ? [
          section("What counts, and what does not"),
          h(
            "ul",
            { class: "prose points" },
            ...one.edge_cases.map((text) => h("li", null, ...prose(text))),
          ),
        ]
      : []),
    section("A worked example", one.tests.length ? "held by a test of this version" : null),
    h("div", { class: "prose" }, ...prose(one.worked_example)),
    section("Where it comes from"),
    h("div", { class: "prose" }, ...prose(one.source)),
    ...readsTable(one),
    ...changesSection(data, query),
  ];
}
