// The way of a change to production: its parts, and the other names under which times are published.

import { timeOf, timeRange } from "./delivery_words.js";
import { h, labelWidth, link, responsive, s } from "./dom.js";
import { count, counted, fraction, percent } from "./format.js";
import { grade, missing, section, table, trusted, valueOf } from "./parts.js";

const PARTS = [
  ["coding", "Coding", "first commit to opened"],
  ["pickup", "Pickup", "opened to first review"],
  ["review", "Review", "first review to merged"],
  ["deploy", "Deploy", "merged to production"],
];
const WHY = {
  times_unknown: "nothing is told of the request",
  no_review: "no review before the merge",
  not_merged: "no merge",
  opened_first: "opened before its first commit",
  deployed_first: "live before its merge",
  out_of_order: "its end lies before its start",
};
const VARIANTS = [
  [
    "change_lead_time_by_change",
    "By merge request",
    "first commit to production, one value per merge request",
    "merge request",
  ],
  ["delivery_cycle", "Delivery cycle", "the same, with its parts", "merge request"],
  [
    "merge_to_deploy",
    "Merge to deploy",
    "merged to production; elsewhere called lead time, too",
    "merge request",
  ],
  [
    "detect_to_restore",
    "Detection to restore",
    "recovery from the moment at which an incident was opened",
    "failure",
  ],
];
const HEIGHT = 44;

const capital = (text) => text[0].toUpperCase() + text.slice(1);

/** "12 no review before the merge, 3 no merge"; empty where all are known. */
function unknownWords(value, name) {
  return Object.entries(WHY)
    .map(([code, words]) => [value[`${name}_${code}`], words])
    .filter(([many]) => many)
    .map(([many, words]) => `${count(many)} ${words}`)
    .join(", ");
}

function partRow(cycle, [name, title, what]) {
  const { value } = cycle;
  const half = timeOf(cycle, `${name}_p50`);
  const most = timeOf(cycle, `${name}_p85`);
  const range = timeRange(cycle.interval?.[`${name}_p50`], cycle.unit, cycle.grade);
  const none = h("span", { class: "withheld" }, value[`${name}_known`] ? "withheld" : "unknown");
  return h(
    "tr",
    null,
    h("td", null, h("b", null, title), h("span", { class: "sub" }, what)),
    h(
      "td",
      { class: "num" },
      half === null ? none : h("b", null, half),
      range ? h("span", { class: "sub p2" }, range) : null,
    ),
    h("td", { class: "num" }, most ?? h("span", { class: "withheld" }, "withheld")),
    h("td", { class: "num" }, fraction(value[`${name}_known`] ?? 0, cycle.n)),
    h("td", { class: "p2" }, unknownWords(value, name) || "all known"),
  );
}

/** One bar of all the time of the requests of which every part is known; the longest part is dark. */
function bar(shares, width) {
  const worst = shares.reduce((a, b) => (b.share > a.share ? b : a));
  let x = 0;
  const marks = shares.flatMap((one) => {
    const long = one.share * width;
    const begin = x;
    x += long;
    const text = `${one.title} ${percent(one.share)}`;
    const fits = labelWidth(text, 600) + 6 < long;
    return [
      s(
        "rect",
        {
          x: begin,
          y: 20,
          width: Math.max(long - 2, 1),
          height: 18,
          class: one === worst ? "f-ink2" : "f-line2",
        },
        s("title", null, text),
      ),
      fits
        ? s("text", { x: begin, y: 12, class: `t11 ${one === worst ? "b ink" : "ink2"}` }, text)
        : null,
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
      "aria-label": sharesWords(shares),
    },
    ...marks.filter(Boolean),
  );
}

const sharesWords = (shares) =>
  shares.map(({ title, share }) => `${title} ${percent(share)}`).join(", ");

function barFigure(cycle) {
  const shares = PARTS.map(([name, title]) => ({ title, share: valueOf(cycle, `${name}_share`) }));
  if (!trusted(cycle) || shares.some(({ share }) => share === null)) return null;
  return h(
    "figure",
    { class: "cyclebar", "aria-label": sharesWords(shares) },
    responsive(h("div"), (width) => bar(shares, width)),
    h(
      "p",
      { class: "nt" },
      `of the time of ${counted(cycle.value.all_known, "merge request")} of which every part is known: ${sharesWords(shares)}`,
    ),
  );
}

function longest(cycle) {
  if (!trusted(cycle)) return null;
  const shares = PARTS.map(([name, title]) => [title, valueOf(cycle, `${name}_share`)]);
  if (shares.some(([, share]) => share === null)) return null;
  const [title, share] = shares.reduce((a, b) => (b[1] > a[1] ? b : a));
  return `${percent(share)} of it is ${title.toLowerCase()}`;
}

/** The parts of the delivery cycle; where a part is not known, of how many and why. */
export function partsSection(told, ways) {
  const cycle = told.delivery_cycle;
  const all = link(ways.behind("delivery_cycle"), { class: "lnk" }, "Each merge request");
  const heads = [
    ["Part"],
    ["Half within", "num"],
    [`85\u00a0% within`, "num"],
    ["Known", "num"],
    ["Unknown because", "p2"],
  ];
  const how = longest(cycle);
  if (!cycle.n)
    return [
      section("The way of a change", null),
      h("p", { class: "note" }, "No merge request went live in this period."),
    ];
  return [
    section(
      "The way of a change",
      `from its first commit to production${how ? `; ${how}` : ""}. Each part is over the merge requests of which it is known`,
      all,
    ),
    barFigure(cycle),
    table(
      "The way of a change",
      heads,
      PARTS.map((part) => partRow(cycle, part)),
      { style: "cyc" },
    ),
  ];
}

function variantRow(told, [slug, title, what, unit], ways) {
  const envelope = told[slug];
  const half = timeOf(envelope, "p50");
  const most = timeOf(envelope, "p85");
  const shown = link(ways.behind(slug), { class: "val" }, h("b", null, half));
  return h(
    "tr",
    null,
    h("td", null, h("b", null, title), h("span", { class: "sub" }, capital(what))),
    h("td", { class: "num" }, half === null ? missing(envelope, "p50") : shown),
    h("td", { class: "num" }, most ?? h("span", { class: "withheld" }, "withheld")),
    h("td", { class: "num p2" }, counted(envelope.n, unit)),
    h("td", { class: "gr" }, grade(envelope.grade, envelope.reasons)),
  );
}

/** Times that others publish under like names: each under its own. */
export function variantsSection(told, ways) {
  const heads = [
    ["Time"],
    ["Half within", "num"],
    [`85\u00a0% within`, "num"],
    ["Of", "num p2"],
    [h("span", { class: "sr" }, "Grade")],
  ];
  return [
    section(
      "Measured otherwise",
      "variants that others publish, under their own names; none stands for the five",
    ),
    table(
      "Measured otherwise",
      heads,
      VARIANTS.map((one) => variantRow(told, one, ways)),
      { style: "cyc" },
    ),
  ];
}
