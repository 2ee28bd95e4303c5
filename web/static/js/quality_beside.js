// Below the coverages: what belongs to no stream and no service, and whether the clocks of tools agree.

import { address } from "./api.js";
import { h, link } from "./dom.js";
import {
  count,
  counted,
  date,
  duration,
  fraction,
  percent,
  percentRange,
  stamp,
} from "./format.js";
import { asTable, copyBlock, section, table } from "./parts.js";
import { inline } from "./prose.js";

const KINDS = [
  ["project", "project", "projects", "items"],
  ["repository", "repository", "repositories", "commits"],
  ["job", "job", "jobs", "builds"],
];
const bold = (text) => h("b", null, text);
const joined = (parts) =>
  parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;

/** So many of what is not covered stand open. */
const SHOWN = 3;

function coveredRow(one) {
  const [, word, , of] = KINDS.find(([kind]) => kind === one.kind) ?? [, one.kind, "", "records"];
  return h(
    "tr",
    null,
    h(
      "td",
      null,
      bold(one.name),
      h(
        "span",
        { class: "sub" },
        one.source ? `${word}, ${one.source}` : `${word}, read by no source`,
      ),
    ),
    h(
      "td",
      { class: "num" },
      one.source ? count(one.count) : "\u2013",
      h("span", { class: "sub" }, of),
    ),
    h("td", { class: "nw p2" }, one.last_at ? date(one.last_at) : "\u2013"),
    h("td", { class: "fx" }, one.line ? copyBlock(one.line) : null),
  );
}

/** `covered`: the answer with what is in no stream and no service, and the counts of all. */
export function coveredSection(covered) {
  const known = KINDS.filter(([kind]) => covered.counts[kind]?.known);
  const told = known.map(([kind, , many]) => {
    const { known: all, covered: inside } = covered.counts[kind];
    return `${fraction(inside, all)} ${many}`;
  });
  const how = told.length ? `${joined(told)} are in a stream or a service` : "nothing was read yet";
  return [
    section("Not covered", how, null, "covered"),
    ...folded(covered.items, SHOWN, (rows) =>
      table(
        "Not covered",
        [
          ["Project, repository or job"],
          ["Stored", "num"],
          ["Last change", "p2"],
          ["The line that names it"],
        ],
        rows.map(coveredRow),
        { style: "unc" },
      ),
    ),
    h("p", { class: "note" }, ...inline(`Compared: ${covered.beyond}.`)),
  ];
}

const end = (name, url) => link(url, { class: "val" }, name);

const worst = (row) =>
  asTable(
    `The worst ${count(row.worst.length)}: ${row.meaning}, ${row.cause_source} and ${row.effect_source}`,
    table(
      `${row.meaning}: the worst`,
      [["Lag", "num"], ["Cause"], ["Cause, UTC"], ["Effect"], ["Effect, UTC"]],
      row.worst.map((one) =>
        h(
          "tr",
          null,
          h("td", { class: "num" }, `\u2212${duration(Math.abs(one.lag_s))}`),
          h("td", null, end(one.cause, one.cause_url)),
          h("td", { class: "nw" }, stamp(one.cause_at)),
          h("td", null, end(one.effect, one.effect_url)),
          h("td", { class: "nw" }, stamp(one.effect_at)),
        ),
      ),
    ),
  );

/** The first `most` rows, and the others in a table that opens. */
function folded(rows, most, drawn) {
  if (!rows.length) return [];
  const rest = rows.slice(most);
  return [
    drawn(rows.slice(0, most)),
    rest.length ? asTable(`${count(rest.length)} more`, drawn(rest)) : null,
  ];
}

function pairRow(row) {
  const some = row.share !== null && row.interval.every((one) => one !== null);
  return h(
    "tr",
    null,
    h(
      "td",
      null,
      bold(`${row.meaning[0].toUpperCase()}${row.meaning.slice(1)}`),
      h("span", { class: "sub" }, `${row.cause_source} before ${row.effect_source}`),
    ),
    h(
      "td",
      { class: "num" },
      row.share === null ? "no data" : bold(percent(row.share)),
      some ? h("span", { class: "sub" }, percentRange(...row.interval)) : null,
    ),
    h("td", { class: "num" }, fraction(row.out_of_order, row.pairs)),
    h(
      "td",
      { class: "num" },
      row.median_lag_s === null ? "\u2013" : duration(Math.abs(row.median_lag_s)),
    ),
  );
}

function backwards({ streams }) {
  const wrong = streams.filter((one) => one.with_violations);
  if (!wrong.length) return null;
  return h(
    "ul",
    { class: "plainlist" },
    ...wrong.map(({ stream, items, with_violations: bad, keys }) =>
      h(
        "li",
        null,
        `${stream}: ${fraction(bad, items)} done items end something before it begins: `,
        ...keys.flatMap((key, at) => [
          at ? ", " : "",
          link(address("/journey", { key }), { class: "key lnk" }, key),
        ]),
      ),
    ),
  );
}

/** `skew` as the API tells it. */
export function clockSection(skew) {
  const off = skew.sources.filter(({ beyond }) => beyond);
  const how = off.length
    ? `${off.map(({ source, clock_offset_s: s }) => `${source} is ${duration(Math.abs(s))} ${s > 0 ? "ahead" : "behind"}`).join(", ")}: set clocks by NTP`
    : skew.sources.some(({ beyond }) => beyond === false)
      ? `every clock that was told is within ${duration(skew.sources[0].limit_s)} of ours`
      : "no tool told its clock yet";
  const wrong = skew.items.filter((row) => row.out_of_order);
  const pairs = [...wrong, ...skew.items.filter((row) => !row.out_of_order)];
  return [
    section("Clocks", how, null, "clocks"),
    ...(skew.items.length
      ? folded(pairs, Math.max(1, wrong.length), (rows) =>
          table(
            "Causes after their effects",
            [
              ["What should come first"],
              ["Out of order", "num"],
              ["Of pairs", "num"],
              ["Half by more than", "num"],
            ],
            rows.map(pairRow),
            { style: "skew" },
          ),
        )
      : [
          h(
            "p",
            { class: "note" },
            "No pair of tools told both a cause and its effect in this period.",
          ),
        ]),
    ...skew.items.filter((row) => row.worst.length).map(worst),
    backwards(skew),
  ];
}

/** "All clocks agree", or how many do not; for the head. */
export const clockWords = (sources) => {
  const off = sources.filter(({ clock_offset_s: one }) => Math.abs(one ?? 0) > 120);
  if (off.length) return `${counted(off.length, "clock")} more than 2\u00a0min off`;
  const told = sources
    .map(({ clock_offset_s: one }) => one)
    .filter((one) => typeof one === "number");
  return told.length ? `clocks within ${count(Math.max(1, ...told.map(Math.abs)))}\u00a0s` : null;
};
