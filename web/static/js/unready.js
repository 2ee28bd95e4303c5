// What pages say where the configuration has nothing for them yet.

import { h, link } from "./dom.js";
import { empty, head } from "./parts.js";

/** Lines that give a stream its stages. */
export const STAGES = `stages = [
  { name = "Ready", state = "waiting", statuses = ["Ready for Dev"] },
  { name = "Build", state = "active", statuses = ["In Progress"], team = "checkout" },
]`;

const FIRST_STREAM = `[[streams]]
name = "checkout"
title = "Checkout"
items = { source = "jira", projects = ["SHOP"], types = ["Story", "Bug"] }
repositories = ["shop/web"]
services = ["web"]`;

/** awaited: names of those that are configured and not measured yet. */
export const noStreams = (title, toDo, awaited) =>
  awaited?.length
    ? notMeasured(title, toDo, awaited)
    : [
        head(title, [`There is nothing to ${toDo} yet: no value stream is configured.`], null),
        empty(
          "No value stream is configured",
          "A stream says which work items belong together and which repositories and services carry them. Add one to headwater.toml and start Headwater again; headwater init drafts it from what the sources tell.",
          FIRST_STREAM,
          link("/connectors", { class: "lnk" }, "Check the connectors"),
        ),
      ];

/** Where something is configured, and no pass has ended since. */
export const notMeasured = (title, toDo, awaited) => [
  head(
    title,
    [
      `There is nothing to ${toDo} yet: `,
      h("b", null, listed(awaited)),
      ` ${awaited.length === 1 ? "is" : "are"} measured when the sources are read for the first time.`,
    ],
    null,
  ),
  h("p", null, link("/connectors", { class: "lnk" }, "How far they are read")),
];

const MOST = 3;

function listed(names) {
  const shown = names.length > MOST ? names.slice(0, MOST) : names.slice(0, -1);
  const last = names.length > MOST ? `${names.length - MOST} more` : names.at(-1);
  return [shown.join(", "), last].filter(Boolean).join(" and ");
}
