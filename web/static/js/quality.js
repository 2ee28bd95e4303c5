// Quality: what the figures rest on, what holds them back, and the line that would raise them.

import { address } from "./api.js";
import { h, link } from "./dom.js";
import { period } from "./format.js";
import { choice } from "./frame.js";
import { figures, head, unreadFigures } from "./parts.js";
import { asked, periodChoice, shifted } from "./period.js";
import { clockSection, coveredSection } from "./quality_beside.js";
import { coverageSections } from "./quality_coverage.js";
import { fixesSection } from "./quality_fixes.js";
import { gradesAndSources } from "./quality_grades.js";
import { answer, headline, tally } from "./quality_head.js";
import { figuresOf, scopeOf } from "./quality_scope.js";
import { chosenList, listSection, unlinkedSection } from "./quality_unlinked.js";
import { dataTo } from "./sources_head.js";
import { noStreams } from "./unready.js";

const TITLE = "Quality";
const BLANK = ["Grade", "Holds most back", "Link precision", "Oldest data"];

function draw(data, { query }) {
  if (!data) return [head(TITLE, []), unreadFigures(BLANK)];
  if (!data.streams.items.length) return noStreams(TITLE, "trust", data.streams.awaited);
  const definitions = data.definitions.items;
  const scope = scopeOf(data, query);
  const { overview, summary, skew, covered, sources, list } = data;
  const window = overview.window ?? [summary.from, summary.to];
  const facts = [
    period(...window),
    "A: 90\u00a0% and n\u00a059, B: 70\u00a0% and n\u00a019, C: direction only, D: withheld",
    tally(figuresOf(scope)),
  ];
  return [
    head(TITLE, answer(scope, definitions), facts),
    figures(...headline(scope, data, query)),
    ...(scope.rows.length ? [] : [unread()]),
    ...fixesSection(scope, definitions, query),
    ...(scope.rows.length ? coverageSections(scope.rows, query, definitions, scope.title) : []),
    gradesAndSources(scope, sources.items, overview.as_of),
    ...unlinkedSection(summary, query),
    ...(list ? listSection(list, summary, query, overview.as_of) : []),
    ...coveredSection(covered),
    ...clockSection(skew),
  ];
}

const unread = () =>
  h("p", { class: "note" }, link("/connectors", { class: "lnk" }, "See what the sources gave"));

function reads(query, now) {
  const times = asked(query, now);
  const stream = query.get("stream");
  const wanted = chosenList(query);
  const list = wanted && {
    list: address("/v1/quality/unlinked", {
      ...times,
      stream,
      service: query.get("service"),
      kind: wanted.kind,
      reason: wanted.reason,
      cursor: query.get("after"),
    }),
  };
  return {
    streams: "/v1/streams",
    overview: address("/v1/overview", times),
    definitions: "/v1/definitions",
    quality: address("/v1/quality", times),
    summary: address("/v1/quality/unlinked/summary", { ...times, stream }),
    covered: "/v1/quality/coverage?covered=false",
    skew: address("/v1/quality/clock-skew", times),
    sources: "/v1/sources",
    ...(list ?? {}),
  };
}

function filters(data, page) {
  const { query, change } = page;
  const streams = (data?.streams?.items ?? []).map(({ name, title }) => [name, title]);
  const choose = (value) =>
    change({ stream: value, service: null, list: null, why: null, after: null });
  return [
    choice("Stream", [["", "All streams"], ...streams], query.get("stream") ?? "", choose, true),
    periodChoice(page),
  ];
}

export const quality = {
  keeps: () => true,
  title: () => TITLE,
  reads,
  draw,
  filters,
  shift: (direction, page) => page.change(shifted(page.query, direction, new Date())),
  dataTo,
};
