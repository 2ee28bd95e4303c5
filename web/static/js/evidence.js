// Evidence: each event, the rule that linked it and how sure that is. Deciding ones first.

import { address } from "./api.js";
import { h, link } from "./dom.js";
import { confidence, count, counted, ruleWords, stamp } from "./format.js";
import { section, table } from "./parts.js";
import { addLink, judgement, saidSection } from "./verdicts.js";

const PAGE = 50;

function sure(value) {
  if (value === null || value === undefined) return "";
  return h(
    "span",
    {
      class: value >= 0.9 ? "conf" : "conf inf",
      title: value >= 0.9 ? "told by a tool" : "inferred",
    },
    confidence(value),
  );
}

function row(one, journey, page) {
  return h(
    "tr",
    null,
    h("td", { class: "ts" }, stamp(one.at, journey.as_of)),
    h("td", null, one.tool),
    h("td", null, link(one.url, { class: "val" }, h("b", null, one.event))),
    h("td", { class: "p2" }, one.why ?? ""),
    h("td", null, ruleWords(one.rule)),
    h("td", { class: "num" }, sure(one.confidence)),
    h("td", { class: "judge" }, judgement(one, journey, page)),
  );
}

const here = (key, params) => address("/journey", { key, ...params });

/** The query chooses: those that decide a date, or all in pages of 50. */
export function evidenceSection(journey, context) {
  const { query } = context;
  const all = journey.evidence;
  const deciding = all.filter(({ decides }) => decides);
  const everything = query.get("events") === "all" || !deciding.length;
  const shown = everything ? all : deciding;
  const start = Math.max(0, Number(query.get("after")) || 0);
  const page = shown.slice(start, start + PAGE);
  const how = everything
    ? shown.length > PAGE
      ? `events ${start + 1} to ${start + page.length} of ${count(all.length)}`
      : `all ${counted(all.length, "event")}`
    : `${count(deciding.length)} of ${counted(all.length, "event")}, those that decide a date`;
  const other = everything
    ? deciding.length && deciding.length < all.length
      ? h("a", { class: "lnk", href: here(journey.key, {}) }, "Only those that decide")
      : null
    : h(
        "a",
        { class: "lnk", href: here(journey.key, { events: "all" }) },
        `All ${counted(all.length, "event")}`,
      );
  const next =
    start + PAGE < shown.length
      ? h(
          "p",
          { class: "more" },
          h(
            "a",
            {
              class: "lnk",
              href: here(journey.key, { events: everything ? "all" : null, after: start + PAGE }),
            },
            "Next events",
          ),
        )
      : null;
  if (!all.length)
    return [
      section("Evidence", "no commit, build, deployment, change or incident is linked to this item"),
      addLink(journey, context),
      ...saidSection(journey, context),
    ];
  return [
    section("Evidence", how, deciding.length < all.length ? other : null),
    table(
      "Evidence",
      [
        ["UTC"],
        ["Tool"],
        ["Event"],
        ["Why we believe it", "p2"],
        ["Link by"],
        ["Confidence", "num"],
        [h("span", { class: "sr" }, "What people say"), "judge"],
      ],
      page.map((one) => row(one, journey, context)),
      { style: "ev" },
    ),
    next,
    addLink(journey, context),
    ...saidSection(journey, context),
  ];
}
