// What pages say where the configuration has nothing for them yet.

import { h, link } from "./dom.js";
import { head } from "./parts.js";

/** Lines that give a stream its stages. */
export const STAGES = `stages = [
  { name = "Ready", state = "waiting", statuses = ["Ready for Dev"] },
  { name = "Build", state = "active", statuses = ["In Progress"], team = "checkout" },
]`;

export const noStreams = (title, toDo) => [
  head(title, [`There is nothing to ${toDo} yet: no value stream is configured.`], null),
  h("p", null, link("/", { class: "lnk" }, "What a value stream is")),
];
