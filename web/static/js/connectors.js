// Connectors: are the sources healthy, how far do they reach, and what do the figures rest on.

import { h, link, s } from "./dom.js";
import { clock, count, day, duration, stamp } from "./format.js";
import { asTable, empty, figures, head, section, table } from "./parts.js";
import { qualitySection } from "./quality.js";
import { factLines } from "./source_facts.js";

const KINDS = {
  jira: "Jira",
  gitlab: "GitLab",
  jenkins: "Jenkins",
  servicenow: "ServiceNow",
  github: "GitHub",
  events: "reports by itself",
};
const WORDS = {
  green: "up to date",
  red: "failing",
  partial: "partly read",
  syncing: "reading",
  never: "never read",
};
const TITLES = ["Sources", "Oldest data", "Records", "Not understood"];
const FIRST_SOURCE = `[[sources]]
name = "jira"
kind = "jira"
url = "https://acme.example"
auth = { user = "env:JIRA_USER", token = "env:JIRA_TOKEN" }
projects = ["SHOP"]`;

const bold = (text) => h("b", null, text);
const when = (iso) => `${day(iso)}, ${clock(iso)}`;
const sum = (items, key) => items.reduce((total, one) => total + (one[key] ?? 0), 0);
const wordOf = (source) =>
  source.state === "green" && source.late ? "late" : (WORDS[source.state] ?? source.state);

const SIGNS = {
  green: () => s("circle", { cx: 4.5, cy: 4.5, r: 4, class: "f-done" }),
  red: () => s("rect", { width: 9, height: 9, rx: 1, fill: "url(#h-blk)" }),
  partial: () => s("path", { d: "M4.5 .5L9 8.5H0z", class: "f-waiting" }),
  late: () => s("path", { d: "M4.5 .5L9 8.5H0z", class: "f-waiting" }),
};

function sign(source) {
  const shape = SIGNS[source.state === "green" && source.late ? "late" : source.state];
  const hollow = () => s("circle", { cx: 4.5, cy: 4.5, r: 3.75, class: "f-none s-new w125" });
  return s(
    "svg",
    { width: 9, height: 9, viewBox: "0 0 9 9", "aria-hidden": "true" },
    (shape ?? hollow)(),
  );
}

function answer(sources) {
  const bad = sources.filter(({ state }) => state === "red");
  const late = sources.filter((one) => one.state !== "red" && one.late);
  const never = sources.filter(({ state }) => state === "never");
  if (bad.length) {
    const [first] = bad;
    const since = first.last_success_at
      ? `, last read well on ${when(first.last_success_at)}`
      : ", it was never read well";
    const more =
      bad.length > 1
        ? ` ${count(bad.length - 1)} more ${bad.length === 2 ? "fails" : "fail"} too.`
        : "";
    return [
      bold(first.name),
      ` fails: ${first.message ?? "no reason was recorded"}${since}.${more} Every figure that needs it stops there.`,
    ];
  }
  if (never.length === sources.length) return ["No source has been read yet."];
  const partly = sources.filter(({ state }) => state === "partial");
  if (partly.length)
    return [
      bold(partly.map(({ name }) => name).join(", ")),
      ` ${partly.length === 1 ? "is" : "are"} only partly read: ${partly[0].message ?? "no reason was recorded"}.`,
    ];
  if (late.length)
    return [
      `${count(late.length)} of ${count(sources.length)} sources ${late.length === 1 ? "is" : "are"} late: `,
      bold(late.map(({ name }) => name).join(", ")),
      ".",
    ];
  if (never.length)
    return [
      bold(never.map(({ name }) => name).join(", ")),
      ` ${never.length === 1 ? "was" : "were"} never read; the other sources are up to date.`,
    ];
  return ["All ", bold(`${count(sources.length)} sources`), " are up to date."];
}

function oldest(sources) {
  const known = sources
    .filter(({ watermark_at: at }) => at)
    .sort((a, b) => a.watermark_at.localeCompare(b.watermark_at));
  if (!known.length)
    return {
      title: "Oldest data",
      value: null,
      none: "none yet",
      notes: ["no source was read to its end"],
    };
  const [first] = known;
  const behind = (Date.parse(known.at(-1).watermark_at) - Date.parse(first.watermark_at)) / 1000;
  return {
    title: "Oldest data",
    value: duration(behind),
    small: "behind the newest",
    notes: [`${first.name}, complete to ${when(first.watermark_at)}`],
  };
}

function headline(sources) {
  const well = sources.filter(
    ({ state, late }) => (state === "green" || state === "syncing") && !late,
  ).length;
  const others = sources
    .filter(({ state, late }) => ["red", "never", "partial"].includes(state) || late)
    .map((one) => `${one.name} ${wordOf(one)}`);
  const records = sum(sources, "records");
  const odd = sum(sources, "unparsed");
  const where = sources
    .filter(({ unparsed }) => unparsed)
    .map(({ name, unparsed }) => `${count(unparsed)} from ${name}`);
  return [
    {
      title: "Sources",
      value: `${count(well)} of ${count(sources.length)}`,
      small: "up to date",
      notes: [others.join(", ")],
    },
    oldest(sources),
    {
      title: "Records",
      value: count(records),
      notes: [`by ${count(sum(sources, "requests"))} requests`],
    },
    {
      title: "Not understood",
      value: count(odd),
      small: odd === 1 ? "payload" : "payloads",
      notes: [where.length ? `${where.join(", ")}; kept as they came` : "every payload was read"],
    },
  ];
}

function partRow(part) {
  const note = part.error ? h("span", { class: "w-blocked" }, part.error) : (part.note ?? "");
  return h(
    "tr",
    null,
    h("td", null, bold(part.name)),
    h("td", { class: "num" }, count(part.scopes)),
    h("td", { class: "num" }, count(part.records)),
    h("td", { class: "num" }, count(part.unparsed)),
    h("td", { class: "ts" }, stamp(part.watermark_at) ?? (part.records ? "the last read" : "not yet")),
    h("td", null, note),
  );
}

const PARTS = [
  ["Stream"],
  ["Scopes", "num"],
  ["Records", "num"],
  ["Not understood", "num"],
  ["Complete to, UTC"],
  ["Note"],
];

function tail(source) {
  const parts = source.streams ?? [];
  return h(
    "tr",
    { class: "tail" },
    h(
      "td",
      { colspan: 7 },
      source.message
        ? h("p", { class: source.state === "red" ? "msg" : "note" }, source.message)
        : null,
      ...factLines(source),
      parts.length
        ? asTable(
            `${count(parts.length)} ${parts.length === 1 ? "stream" : "streams"} of ${source.name}`,
            table(`Streams of ${source.name}`, PARTS, parts.map(partRow), { style: "parts" }),
          )
        : null,
    ),
  );
}

const labelled = (label, kind, ...content) =>
  h("td", { class: kind, "data-label": label }, ...content);

/** Whether it is asked on an interval; a source of events is not, and is complete to no moment. */
const isRead = ({ kind }) => kind !== "events";

function lastOf(source) {
  if (!isRead(source))
    return source.last_success_at ? `last told ${stamp(source.last_success_at)}` : "nothing told";
  return source.last_success_at ? `last read ${stamp(source.last_success_at)}` : "never read well";
}

function rows(source) {
  const name = h(
    "td",
    null,
    link(source.url, { class: "val" }, bold(source.name)),
    h(
      "span",
      { class: "sub" },
      [KINDS[source.kind] ?? source.kind, String(source.url).replace(/^https?:\/\//, "")]
        .filter(Boolean)
        .join(", "),
    ),
  );
  const state = h(
    "td",
    null,
    h("span", { class: `state ${source.state}` }, sign(source), wordOf(source)),
  );
  const first = h(
    "tr",
    null,
    name,
    state,
    labelled(
      "complete to, UTC",
      "nw",
      source.watermark_at ? bold(stamp(source.watermark_at)) : isRead(source) ? "not yet" : "–",
      h("span", { class: "sub" }, lastOf(source)),
    ),
    labelled("every", "num", isRead(source) ? duration(source.every_s, "A") : "–"),
    labelled("records", "num", count(source.records)),
    labelled("not understood", "num", count(source.unparsed)),
    labelled("requests", "num p2", count(source.requests)),
  );
  return [first, tail(source)];
}

const HEADS = [
  ["Source"],
  ["State"],
  ["Complete to, UTC"],
  ["Every", "num"],
  ["Records", "num"],
  ["Not understood", "num"],
  ["Requests", "num p2"],
];
const sourceTable = (sources) => [
  section("Sources", "times are UTC; a source is late when three of its intervals passed"),
  table("Sources", HEADS, sources.flatMap(rows), { style: "sources" }),
];

function draw(data) {
  if (!data)
    return [
      head("Connectors", []),
      figures(...TITLES.map((title) => ({ title, value: "\u00a0" }))),
      ...sourceTable([]),
      ...qualitySection(null),
    ];
  const sources = data.sources.items;
  if (!sources.length)
    return [
      head("Connectors", ["Nothing is connected yet."], null),
      empty(
        "No source is configured",
        "Name the first tool in headwater.toml; secrets are references to the environment or to files.",
        FIRST_SOURCE,
        [
          "Then ask it with ",
          h("code", null, "headwater check"),
          " and read it with ",
          h("code", null, "headwater sync"),
          ".",
        ],
      ),
    ];
  return [
    head("Connectors", answer(sources), [
      "newest complete data of each source",
      "read only, nothing is written to a tool",
    ]),
    figures(...headline(sources).map((one) => ({ ...one, href: "/v1/sources" }))),
    ...sourceTable(sources),
    ...qualitySection(data.quality.items),
  ];
}

/** The oldest of the sources; null while one was never read to its end; nothing without sources. */
function dataTo({ sources: { items } }) {
  const times = items.filter(isRead).map(({ watermark_at: at }) => at);
  if (!times.length) return undefined;
  return times.every(Boolean) ? times.sort()[0] : null;
}

export const connectors = {
  keeps: () => true,
  title: () => "Connectors",
  reads: () => ({ sources: "/v1/sources", quality: "/v1/quality" }),
  draw,
  filters: () => [],
  dataTo,
};
