// The page for an address that leads nowhere: what was asked for, and the ways back.

import { h } from "./dom.js";
import { SCREENS } from "./frame.js";
import { head } from "./parts.js";

const ways = ({ group, pages }) =>
  h(
    "li",
    null,
    group ? h("h3", { class: "lab" }, group) : null,
    h(
      "ul",
      null,
      ...pages.map(({ path, title }) =>
        h("li", null, h("a", { class: "lnk", href: path }, title)),
      ),
    ),
  );

export const nowhere = {
  keeps: () => false,
  title: () => "No such page",
  reads: () => ({}),
  draw: () => [
    head("No such page", ["Nothing is at ", h("b", null, location.pathname), "."], null),
    h(
      "section",
      { class: "empty" },
      h("h2", null, "Go on from here"),
      h("p", null, "The address may be mistyped, or from another version. There are:"),
      h("ul", { class: "onward" }, ...SCREENS.map(ways)),
    ),
  ],
  filters: () => [],
  dataTo: () => undefined,
};
