// The first cells of a row that is an item.

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

/** Where it is, and whose that is. */
export const placeCell = ({ stage, team }) =>
  h(
    "td",
    { class: "p2" },
    stage,
    team && team !== stage ? h("span", { class: "sub" }, team) : null,
  );
