// What pages say where the configuration has nothing for them yet.

import { h, link } from "./dom.js";
import { head } from "./parts.js";

/** Lines that give a stream its stages. */
export const STAGES = `stages = [
  { name = "Ready", state = "waiting", statuses = ["Ready for Dev"] },
  { name = "Build", state = "active", statuses = ["In Progress"], team = "checkout" },
]`;

/** awaited: names of those that are configured and not measured yet. */
export const noStreams = (title, toDo, awaited) =>
  awaited?.length
    ? notMeasured(title, toDo, awaited)
    : [
        head(title, [`There is nothing to ${toDo} yet: no value stream is configured.`], null),
        h("p", null, link("/", { class: "lnk" }, "What a value stream is")),
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

const listed = (names) =>
  names.length > MOST
    ? `${names.slice(0, MOST).join(", ")} and ${names.length - MOST} more`
    : names.join(names.length === 2 ? " and " : ", ");
