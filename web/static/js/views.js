// Which of several views of one thing: links, the chosen one as text.

import { h } from "./dom.js";

/** Nodes for the right of a heading. `views` are [name, words]; `href(name)` leads to one. */
export const views = (all, chosen, href) =>
  all.flatMap(([name, words], at) => [
    at ? " \u00b7 " : "",
    name === chosen
      ? h("b", { "aria-current": "true" }, words)
      : h("a", { class: "lnk", href: href(name) }, words),
  ]);
