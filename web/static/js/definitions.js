// Definitions: what each number means, what changed and what was restated, and what no line maps yet.

import { address } from "./api.js";
import { h, link } from "./dom.js";
import { count, counted, date, duration } from "./format.js";
import { choice } from "./frame.js";
import { changeOf, changesSection, restatedSection } from "./definition_changes.js";
import { onePage } from "./definition_one.js";
import { unitWords } from "./definition_words.js";
import { mappingSection, unmappedSection } from "./mapping_gaps.js";
import { previewPart } from "./mapping_preview.js";
import { below, figures, head, section, unreadFigures } from "./parts.js";

const TITLE = "Definitions";
const BLANK = ["Definitions", "Not mapped", "Last change", "Restated"];
const SINCE = ["7", "30", "90", "365"];
const DAY_MS = 86_400_000;
const bold = (text) => h("b", null, text);
const sinceOf = (query) => (SINCE.includes(query.get("since")) ? query.get("since") : "30");
const many = (list) => `${count(list.items.length)}${list.next ? "+" : ""}`;

function gaps(unmapped) {
  const of = (what) => unmapped.items.filter((one) => one.what === what);
  const [statuses, types] = [of("status"), of("type")];
  const named = [
    statuses.length ? counted(statuses.length, "status", "statuses") : null,
    types.length ? counted(types.length, "type") : null,
  ].filter(Boolean);
  const spent = statuses.reduce((sum, one) => sum + one.days, 0) * 86_400;
  return { named, spent, total: statuses.length + types.length };
}

function answer(data) {
  const { named, spent, total } = gaps(data.unmapped);
  const first = total
    ? [
        bold(`${named.join(" and ")} ${total === 1 ? "is" : "are"} not mapped`),
        spent ? `: ${duration(spent)} of items count as neither waiting nor work.` : ".",
        ` ${total === 1 ? "One line maps it." : "A line each maps them."}`,
      ]
    : data.streams.items.length
      ? [bold("Every status and type that items have is mapped.")]
      : ["No item is measured yet, so no status or type is mapped or left over."];
  const [last] = data.changes.items;
  const then = last
    ? ` The last change: ${changeOf(last, data)}, on ${date(last.at)}.`
    : " No definition changed since numbers were first told.";
  return [...first, then];
}

function headline(data, query) {
  const { definitions, unmapped, changes, restated } = data;
  const { named, total } = gaps(unmapped);
  const [last] = changes.items;
  return [
    {
      title: "Definitions",
      value: count(definitions.items.length),
      href: below("list"),
      notes: ["one formula and one version each"],
    },
    {
      title: "Not mapped",
      value: count(total),
      href: below("unmapped"),
      notes: [
        total
          ? named.join(", ")
          : data.streams.items.length
            ? "nothing is left over"
            : "no item is measured yet",
      ],
    },
    {
      title: "Last change",
      value: last ? date(last.at) : null,
      words: true,
      none: "none yet",
      href: below("changes"),
      notes: [last ? changeOf(last, data) : "since numbers were first told"],
    },
    {
      title: "Restated",
      value: many(restated),
      href: below("restated"),
      notes: [`facts that were told otherwise before, in ${sinceOf(query)} days`],
    },
  ];
}

function listed(data, query) {
  return [
    section(
      "Every definition",
      "name, version, unit, and the coverages that grade it; each opens its formula and an example",
      link("/v1/definitions", { class: "lnk" }, "All of it, as data"),
      "list",
    ),
    h(
      "ul",
      { class: "deflist" },
      ...data.definitions.items.map((one) => {
        const to = address("/definitions", { ...Object.fromEntries(query), metric: one.slug });
        const graded = one.coverages.length ? ` \u00b7 ${one.coverages.join(" ")}` : "";
        return h(
          "li",
          null,
          h("a", { class: "val", href: to }, bold(one.title)),
          h(
            "span",
            { class: "sub" },
            h("span", { class: "key" }, one.definition),
            ` ${unitWords(one.unit)}${graded}`,
          ),
        );
      }),
    ),
  ];
}

function draw(data, page) {
  if (!data)
    return [head(TITLE, []), page.query.get("metric") ? null : unreadFigures(BLANK)];
  if (data.one) return onePage(data, page);
  const { query } = page;
  return [
    head(TITLE, answer(data), ["recomputed under both where one changes", "times are UTC"]),
    figures(...headline(data, query)),
    ...unmappedSection(data),
    ...listed(data, query),
    ...changesSection(data, query),
    ...restatedSection(data, query, sinceOf(query)),
    ...mappingSection(data),
    previewPart(data, query),
  ];
}

function reads(query, now) {
  const [metric, stream] = [query.get("metric"), query.get("stream")];
  const common = {
    streams: "/v1/streams",
    definitions: "/v1/definitions",
    changes: address("/v1/definitions/changes", { stream, metric, cursor: query.get("changes") }),
  };
  if (metric) return { ...common, one: `/v1/definitions/${encodeURIComponent(metric)}` };
  const since = new Date(now.getTime() - Number(sinceOf(query)) * DAY_MS)
    .toISOString()
    .slice(0, 10);
  return {
    ...common,
    unmapped: address("/v1/mappings/unmapped", { stream }),
    mappings: address("/v1/mappings", { stream }),
    covered: "/v1/quality/coverage",
    restated: address("/v1/restatements", { since, stream, cursor: query.get("after") }),
  };
}

function filters(data, { query, change }) {
  const streams = (data?.streams?.items ?? []).map(({ name, title }) => [name, title]);
  const set = (name) => (value) => change({ [name]: value, changes: null, after: null });
  const metrics = (data?.definitions?.items ?? []).map(({ slug, title }) => [slug, title]);
  const metric = choice(
    "Definition",
    [["", "All definitions"], ...metrics],
    query.get("metric") ?? "",
    set("metric"),
    true,
  );
  const stream = choice(
    "Stream",
    [["", "All streams"], ...streams],
    query.get("stream") ?? "",
    set("stream"),
  );
  if (query.get("metric")) return [metric, stream];
  const days = SINCE.map((one) => [one, `Restated in ${one} days`]);
  const since = choice("Restated since", days, sinceOf(query), (value) =>
    set("since")(value === "30" ? null : value),
  );
  return [metric, stream, since];
}

export const definitions = {
  keeps: (before, after) => before.get("metric") === after.get("metric"),
  title: (data) => (data?.one ? `${data.one.title}, definition` : TITLE),
  reads,
  draw,
  filters,
  dataTo: () => undefined,
};
