// Alerts: what is worth a message, since when, why, what it costs, and who was told.

import { address } from "./api.js";
import { h, link } from "./dom.js";
import { counted, moneyRange, stamp } from "./format.js";
import { choice } from "./frame.js";
import { amount } from "./money.js";
import { empty, head, section, table } from "./parts.js";

const TITLE = "Alerts";
// [one, several, in the list of choices]
const RULES = {
  signal: ["change is more than noise", "changes are more than noise", "Process signal"],
  breach: ["item is probably late", "items are probably late", "Probably late"],
  ageing: ["item is too old", "items are too old", "Too old"],
  blocked: ["item is blocked", "items are blocked", "Blocked"],
  cost: ["wait costs more than its limit", "waits cost more than their limit", "Delay cost"],
  source: ["source fails", "sources fail", "Source failing"],
  status: ["status is in no stage", "statuses are in no stage", "Status not mapped"],
};
const STATES = [
  ["open", "Open"],
  ["ended", "Ended"],
  ["all", "Open and ended"],
];
const ROUTE = `[[alerts.routes]]
name = "team"
kind = "slack"
url = "env:SLACK_WEBHOOK"
default = true`;

const bold = (text) => h("b", null, text);
const sub = (text) => (text ? h("span", { class: "sub" }, text) : null);
const listed = (parts) =>
  parts.flatMap((one, at) => [at ? (at === parts.length - 1 ? " and " : ", ") : "", one]);
const stateOf = (query) => query.get("state") ?? "open";

/** How many of a rule there are, leading to these alone. */
function numbered(rule, n, query) {
  const here = { ...Object.fromEntries(query), rule, cursor: null };
  const words = `${n} ${RULES[rule]?.[n === 1 ? 0 : 1] ?? rule}`;
  const current = query.get("rule") === rule ? "true" : null;
  return link(address("/alerts", here), { class: "val", "aria-current": current }, bold(words));
}

function answer(list, query) {
  const state = stateOf(query);
  if (!list.looked_at) return ["Nothing was looked for yet: the next pass does that."];
  const parts = Object.entries(list.by_rule).map(([rule, n]) => numbered(rule, n, query));
  if (!parts.length)
    return [state === "open" ? "Nothing is worth a message now." : "There are none of these."];
  if (state !== "open") {
    const n = Object.values(list.by_rule).reduce((sum, one) => sum + one, 0);
    return [`${counted(n, "alert")} ${state === "ended" ? "ended" : "so far"}.`];
  }
  return [...listed(parts), "."];
}

function costCell({ cost, rule }) {
  const about = ["ageing", "breach", "blocked"].includes(rule);
  const cells = { class: "num", "data-label": "costs a week" };
  if (!cost)
    return h("td", cells, about ? "not known" : "–", about ? sub("no value is told") : null);
  const { per_week_cents: burn, range_cents: range, so_far_cents: spent, currency } = cost;
  const spread = range && range[1] > range[0] ? range : null;
  return h(
    "td",
    cells,
    burn ? bold(amount(burn, currency, spread)) : "nothing now",
    sub(spread ? moneyRange(spread, currency) : null),
    sub(`${amount(spent, currency)} so far`),
  );
}

function toldOf({ route, told, state, attempts, due_at: due, delivered_at: at, reason }) {
  const end = told === "ended" ? ", of the end" : "";
  if (state === "delivered") return [`${route}${end}, ${stamp(at)}`, reason];
  if (state === "held") return [`${route}${end}, held until ${stamp(due)}`, reason];
  const tries = attempts ? `${counted(attempts, "try", "tries")}: ${reason}` : null;
  if (state === "failed") return [`${route}${end}, not reached`, tries ?? reason];
  return [`${route}${end}, next ${stamp(due)}`, tries];
}

function toldCell(one, routes) {
  const lines = one.deliveries.map((each) => {
    const [words, why] = toldOf(each);
    const style = each.state === "failed" ? "w-blocked" : null;
    return h("div", { class: style }, words, sub(why));
  });
  if (!lines.length) lines.push(h("div", null, "nobody", routes.length ? sub(one.not_told) : null));
  return h("td", { "data-label": "told" }, ...lines);
}

const whose = ({ rule, team, stream }) =>
  h(
    "td",
    { "data-label": "whose" },
    team ?? stream ?? (rule === "source" ? "all that need it" : "not known"),
    team ? sub(stream) : null,
  );

function row(one, { routes }) {
  const ended = one.ended_at ? sub(`over ${stamp(one.ended_at)}`) : null;
  const name = { class: "val", "aria-label": `${one.what}: open` };
  return h(
    "tr",
    null,
    h(
      "td",
      null,
      link(one.page, name, bold(one.what)),
      one.title ? h("span", { class: "title" }, one.title) : null,
      h("ul", null, ...one.why.map((why) => h("li", null, why))),
      h(
        "span",
        { class: "links" },
        link(one.explain, { class: "lnk" }, "Evidence"),
        one.url ? link(one.url, { class: "lnk" }, "In its tool") : null,
      ),
    ),
    h(
      "td",
      { class: "ts", "data-label": "since, UTC" },
      one.since ? stamp(one.since) : one.rule === "breach" ? "not late yet" : "not known",
      sub(`noticed ${stamp(one.noticed_at)}`),
      ended,
    ),
    costCell(one),
    whose(one),
    toldCell(one, routes),
  );
}

const COLUMNS = [["What and why"], ["Since, UTC"], ["Costs a week", "num"], ["Whose"], ["Told"]];

const nobody = () =>
  empty(
    "Nobody is told",
    "Alerts are listed here. To have them sent to the team that owns them, name a receiver in headwater.toml: a webhook, Slack or mail.",
    ROUTE,
    ["Then try it with ", h("code", null, "headwater alerts --try team"), "."],
  );

function draw(data, page) {
  if (!data) return [head(TITLE, [])];
  const { list } = data;
  const state = stateOf(page.query);
  const facts = [
    list.looked_at ? `looked for ${stamp(list.looked_at)} UTC` : null,
    list.routes.length ? `told to ${list.routes.join(", ")}` : null,
    "signals only, each cause once",
  ];
  const next = () => address("/alerts", { ...Object.fromEntries(page.query), cursor: list.next });
  return [
    head(TITLE, answer(list, page.query), facts),
    ...(list.items.length
      ? [
          section(
            state === "ended" ? "What ended" : "What is the case",
            "as it was when it was noticed; the newest first, then the dearest",
          ),
          table(
            "Alerts",
            COLUMNS,
            list.items.map((one) => row(one, list)),
            { style: "alerts" },
          ),
        ]
      : []),
    list.next ? h("p", { class: "more" }, link(next(), { class: "lnk" }, "Earlier ones")) : null,
    list.routes.length ? null : nobody(),
  ];
}

function filters(data, { query, change }) {
  const rules = Object.entries(RULES).map(([rule, [, , words]]) => [rule, words]);
  const streams = (data?.streams?.items ?? []).map(({ name, title }) => [name, title]);
  const set = (name) => (value) => change({ [name]: value, cursor: null });
  const unset = (value) => (value === "open" ? null : value);
  return [
    choice("State", STATES, stateOf(query), (value) => set("state")(unset(value)), true),
    choice("Kind", [["", "All kinds"], ...rules], query.get("rule") ?? "", set("rule")),
    choice("Stream", [["", "All streams"], ...streams], query.get("stream") ?? "", set("stream")),
  ];
}

const MOST = 25;
const ASKED = ["state", "rule", "stream", "team", "delivery", "cursor"];

export const alerts = {
  keeps: () => true,
  title: () => TITLE,
  reads: (query) => ({
    streams: "/v1/streams",
    list: address("/v1/alerts", {
      ...Object.fromEntries(ASKED.map((name) => [name, query.get(name)])),
      limit: MOST,
    }),
  }),
  draw,
  filters,
  dataTo: () => undefined,
};
