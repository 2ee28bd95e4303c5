// Improvements: what is tried, what it did against its frozen baseline, and the standard that held.

import { address } from "./api.js";
import { h, link } from "./dom.js";
import { counted, date } from "./format.js";
import { choice } from "./frame.js";
import { detail } from "./improvement_detail.js";
import { proposeButton } from "./improvement_forms.js";
import { amount, measure, points, standing, target } from "./improvement_words.js";
import { empty, head, section, table } from "./parts.js";
import { standardPart } from "./standard.js";
import { noStreams } from "./unready.js";

const TITLE = "Improvements";
const bold = (text) => h("b", null, text);
const sub = (text) => (text ? h("span", { class: "sub" }, text) : null);

const COUNTED = [
  ["standard", "is the standard", "are standards"],
  ["held", "held", "held"],
  ["did_not_hold", "went the wrong way", "went the wrong way"],
  ["no_signal", "gave no signal", "gave no signal"],
  ["running", "runs", "run"],
  ["proposed", "waits to start", "wait to start"],
  ["stopped", "was stopped", "were stopped"],
];

const listed = (parts) =>
  parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;

function standardWords(drift) {
  if (drift.version === null) return ["."];
  const left = drift.items.length;
  const since = `. It works by standard ${drift.version} of ${date(drift.since)}`;
  if (!left) return [`${since}, and nothing has left it.`];
  return [
    `${since}; `,
    bold(`${counted(left, "thing")} ${left === 1 ? "is" : "are"} not so any more`),
    ".",
  ];
}

function answer(stream, list, drift) {
  const all = list.items;
  if (!all.length) return [`Nobody has entered a change of ${stream.title} yet.`];
  const parts = COUNTED.map(([state, one, many]) => {
    const n = all.filter(({ status }) => status === state).length;
    return n ? `${n} ${n === 1 ? one : many}` : null;
  }).filter(Boolean);
  const begin = `Of ${counted(list.total, "change")} of ${stream.title} `;
  return [begin, bold(listed(parts)), ...standardWords(drift)];
}

function row(one, chosen) {
  const here = address("/improvements", { stream: one.stream, improvement: one.id });
  return h(
    "tr",
    { "aria-current": one.id === chosen ? "true" : null },
    h("td", null, link(here, { class: "val" }, bold(one.title)), sub(`owner ${one.owner}`)),
    h("td", { class: "p2" }, measure(one), sub(target(one))),
    h(
      "td",
      { class: "num", "data-label": "before" },
      amount(one.before?.centre, one.unit) ?? "not frozen",
    ),
    h(
      "td",
      { class: "num", "data-label": "since" },
      amount(one.mean, one.unit) ?? "no data",
      sub(one.before ? `n ${points(one.n, one.per)}` : "not started"),
    ),
    h("td", { class: "stand" }, bold(standing(one)), sub(one.verdict?.words)),
  );
}

function changes(stream, data, page) {
  const { list, scenarios, one } = data;
  const add = h("p", { class: "more addone" }, proposeButton(stream, scenarios.items, page));
  if (!list.items.length)
    return [
      empty(
        "Nothing is being improved here",
        "Write down what is to change, why that should help, by which number it is judged, and which team or role has it. When it starts, the past is frozen, and what comes afterwards is held against it.",
      ),
      add,
    ];
  const how = "each judged against limits that were frozen when it started";
  return [
    section("Changes", how),
    table(
      "Changes",
      [
        ["Change"],
        ["Judged by", "p2"],
        ["Before", "num"],
        ["Since", "num"],
        ["How it stands", "stand"],
      ],
      list.items.map((each) => row(each, one?.id)),
      { style: "imps" },
    ),
    list.next
      ? h("p", { class: "more" }, link(nextPage(list), { class: "lnk" }, "Earlier ones"))
      : null,
    add,
  ];
}

const nextPage = ({ next }) => {
  const url = new URL(location.href);
  url.searchParams.set("after", next);
  return url.href;
};

function draw(data, page) {
  if (!data) return [head(TITLE, [])];
  const { streams, list, one, standard, drift } = data;
  if (!streams.items.length) return noStreams(TITLE, "improve", streams.awaited);
  if (!list) return [head(TITLE, []), page.settle({ stream: streams.items[0].name })];
  if (!one && list.items.length && !page.query.get("improvement"))
    return [head(TITLE, []), page.settle({ improvement: list.items[0].id })];
  const stream = streams.items.find(({ name }) => name === page.query.get("stream")) ?? {
    name: page.query.get("stream"),
    title: page.query.get("stream"),
  };
  return [
    head(TITLE, answer(stream, list, drift), [
      "limits by moving ranges, frozen before the change",
      link("/v1/definitions/xmr", { class: "lnk" }, "How it is judged"),
    ]),
    ...changes(stream, data, page),
    ...(one ? detail(one, page) : []),
    ...standardPart(standard, drift),
  ];
}

function reads(query) {
  const stream = query.get("stream");
  if (!stream) return { streams: "/v1/streams" };
  const base = `/v1/streams/${encodeURIComponent(stream)}`;
  const chosen = query.get("improvement");
  return {
    streams: "/v1/streams",
    list: address("/v1/improvements", { stream, cursor: query.get("after") }),
    scenarios: address("/v1/scenarios", { stream }),
    standard: `${base}/standard`,
    drift: `${base}/standard/drift`,
    ...(chosen ? { one: `/v1/improvements/${encodeURIComponent(chosen)}` } : {}),
  };
}

function filters(data, { query, change }) {
  const streams = (data?.streams?.items ?? []).map(({ name, title }) => [name, title]);
  const choose = (value) => change({ stream: value, improvement: null, after: null });
  return [choice("Stream", streams, query.get("stream") ?? "", choose, true)];
}

export const improvements = {
  keeps: (before, after) => before.get("stream") === after.get("stream"),
  title: (data) => (data?.one ? `${data.one.title}, ${TITLE.toLowerCase()}` : TITLE),
  reads,
  draw,
  filters,
  dataTo: () => undefined,
};
