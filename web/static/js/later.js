// A part of a page that is read for itself: what was known stands there at once.

import { read, ReadError, remembered } from "./api.js";
import { h } from "./dom.js";

/** A place that holds `draw(data)` once the address answered; what fails is said in it. */
export function later(address, draw) {
  const known = remembered(address);
  const place = h(
    "div",
    null,
    known ? draw(known.data) : h("p", { class: "note" }, "Reading \u2026"),
  );
  read(address)
    .then(({ data, fresh }) => {
      if (fresh || !known) place.replaceChildren(...[draw(data)].flat().filter(Boolean));
    })
    .catch((error) => {
      if (!(error instanceof ReadError)) throw error;
      place.replaceChildren(h("p", { class: "note" }, `Not read: ${error.message}.`));
    });
  return place;
}
