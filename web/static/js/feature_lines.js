// The lines that let tools tell who has a feature, who uses it, and what it brought.

import { h } from "./dom.js";
import { asTable, copyBlock } from "./parts.js";

const SOURCE = `[[sources]]
name = "flags"
kind = "events"
hooks = { secrets = ["env:FLAGS_SECRET"] }`;

const event = (type, content) => `curl -X POST ${location.origin}/v1/events \\
  -H "Authorization: Bearer $FLAGS_SECRET" -H 'Content-Type: application/json' -d '{
  "context": {"specversion": "0.5.1", "id": "1", "source": "/flags/shop",
    "type": "dev.cdeventsx.headwater-${type}.0.1.0", "timestamp": "2026-11-07T09:00:00Z"},
  "subject": {"id": "gift-cards", "content": ${content}}}'`;

const EXPOSED = () =>
  event(
    "feature.exposed",
    '{"environment": {"id": "production"}, "share": 1, "items": ["SHOP-412"]}',
  );
const MEASURED = () => event("outcome.measured", '{"measure": "weekly users", "share": 0.31}');
const WORTH = () =>
  event(
    "outcome.measured",
    '{"measure": "revenue", "valueCents": 240000,\n    "attribution": "experiment", "effect": "direct"}',
  );

const way = (title, text) => h("div", { class: "find" }, h("h3", null, title), copyBlock(text));

const WAYS = [
  ["exposure", "Who has it", EXPOSED],
  ["use", "Who uses it", MEASURED],
  ["outcomes", "What it brought", WORTH],
];

/** The page where no tool tells anything: what is missing, and the lines that supply it. */
export const nothingTold = () => [
  h(
    "section",
    { class: "empty" },
    h("h2", null, "No tool tells what became of features"),
    h(
      "p",
      null,
      "Code in production is no value yet: its flag may be off, and nobody may use it. Let the flag tool and the usage tool tell it by events; whoever has no such tool imports a file.",
    ),
    copyBlock(SOURCE),
  ),
  h("div", { class: "ways3" }, ...WAYS.map(([, title, text]) => way(title, text()))),
];

/** What single tools do not tell yet, with their lines; nothing where all is told. */
export function howToTell({ live, first, brought }) {
  const silent = [live, first, brought].flatMap(({ reasons }) =>
    reasons.filter((one) => /^no tool reports/.test(one)),
  );
  const lacks = WAYS.filter(([name]) => silent.some((one) => one.endsWith(name)));
  if (!lacks.length) return [];
  const shown = lacks.map(([, title, text]) => way(title, text()));
  return [asTable("How tools tell it", [way("A source, in headwater.toml", SOURCE), ...shown])];
}
