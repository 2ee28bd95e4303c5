// Connectors: are the sources healthy, how far do they reach, and how much may they still be asked.

import { isAdmin } from "./account.js";
import { credentialsOf } from "./credentials.js";
import { h, link } from "./dom.js";
import { count, duration, stamp } from "./format.js";
import {
  asTable,
  copyBlock,
  empty,
  figures,
  head,
  section,
  table,
  unreadFigures,
} from "./parts.js";
import { inline } from "./prose.js";
import { factLines } from "./source_facts.js";
import { sign, wordOf } from "./source_state.js";
import { answer, dataTo, headline, isRead } from "./sources_head.js";

const KINDS = {
  jira: "Jira",
  gitlab: "GitLab",
  jenkins: "Jenkins",
  servicenow: "ServiceNow",
  github: "GitHub",
  events: "reports by itself",
};
const TITLES = ["Sources", "Oldest data", "Records", "Not understood"];
const FIRST_SOURCE = `[[sources]]
name = "jira"
kind = "jira"
url = "https://acme.example"
auth = { user = "env:JIRA_USER", token = "env:JIRA_TOKEN" }
projects = ["SHOP"]`;

const bold = (text) => h("b", null, text);

function partRow(part) {
  const note = part.error ? h("span", { class: "w-blocked" }, part.error) : (part.note ?? "");
  return h(
    "tr",
    null,
    h("td", null, bold(part.name)),
    h("td", { class: "num" }, count(part.scopes)),
    h("td", { class: "num" }, count(part.records)),
    h("td", { class: "num" }, count(part.unparsed)),
    h(
      "td",
      { class: "ts" },
      stamp(part.watermark_at) ?? (part.records ? "the last read" : "not yet"),
    ),
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

/** How it signs in, for admins, read when it is opened. */
function signsIn({ name }) {
  if (!isAdmin()) return null;
  const place = h("div");
  const shown = asTable(`How ${name} signs in`, place);
  shown.addEventListener("toggle", () => {
    if (shown.open && !place.firstChild) place.append(credentialsOf(name));
  });
  return shown;
}

const AGAIN = `headwater sync --source gitlab --again shop/web
headwater sync --source jira --full`;

const againSection = () => [
  section(
    "Read again",
    "one project, repository or job from its beginning, or a whole source; safe to repeat, the same records stay the same",
  ),
  h("div", { class: "again" }, copyBlock(AGAIN)),
];

const opened = new Set(); // names of sources that are opened on a phone

/** On a phone a source is a line that opens; elsewhere all of it is shown and there is no button. */
function openers(source, nodes) {
  const button = h("button", { class: "lnk more-of", type: "button" });
  const shown = () => {
    const open = opened.has(source.name);
    nodes().forEach((node) => node.classList.toggle("opened", open));
    button.setAttribute("aria-expanded", String(open));
    button.setAttribute("aria-label", `${open ? "Less" : "More"} of ${source.name}`);
    button.textContent = open ? "Less" : "More";
  };
  button.addEventListener("click", () => {
    if (!opened.delete(source.name)) opened.add(source.name);
    shown();
  });
  return { button, shown };
}

function tail(source) {
  const parts = source.streams ?? [];
  return h(
    "tr",
    { class: "tail" },
    h(
      "td",
      { colspan: 7 },
      source.message
        ? h("p", { class: source.state === "red" ? "msg" : "note" }, ...inline(source.message))
        : null,
      h(
        "div",
        { class: "rest" },
        ...factLines(source),
        parts.length
          ? asTable(
              `${count(parts.length)} ${parts.length === 1 ? "stream" : "streams"} of ${source.name}`,
              table(`Streams of ${source.name}`, PARTS, parts.map(partRow), { style: "parts" }),
            )
          : null,
        signsIn(source),
      ),
    ),
  );
}

const labelled = (label, kind, ...content) =>
  h("td", { class: kind, "data-label": label }, ...content);

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
  const { button, shown } = openers(source, () => both);
  const state = h(
    "td",
    { class: "how" },
    h("span", { class: `state ${source.state}` }, sign(source), wordOf(source)),
    button,
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
  const both = [first, tail(source)];
  shown();
  return both;
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
  if (!data) return [head("Connectors", []), unreadFigures(TITLES), ...sourceTable([])];
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
    ...againSection(),
  ];
}

export const connectors = {
  keeps: () => true,
  title: () => "Connectors",
  reads: () => ({ sources: "/v1/sources" }),
  draw,
  filters: () => [],
  dataTo,
};
