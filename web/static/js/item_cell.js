// The first cell of a row that is an item.

import { address } from "./api.js";
import { h, link } from "./dom.js";
import { typeShape } from "./parts.js";

/** The item with its type, leading to its journey. */
export const itemCell = ({ key, title, kind }) =>
  h(
    "td",
    { class: "it" },
    link(address("/journey", { key }), { class: "name" }, typeShape(kind), h("b", null, title)),
    " ",
    h("span", { class: "key" }, key),
  );
