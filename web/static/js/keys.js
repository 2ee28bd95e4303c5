// The keyboard: `g` and a letter, `/`, `[` `]`, `t`, `?`.

import { h } from "./dom.js";
import { SCREENS } from "./frame.js";

const PAGES = SCREENS.flatMap(({ pages }) => pages);
const typing = (target) => target.closest?.("input, select, textarea, [contenteditable]");

function list() {
  const rows = [
    ...PAGES.map(({ key, title }) => [["g", key], title]),
    [["/"], "Search items"],
    [["[", "]"], "Shift the period back, forth"],
    [["t"], "Charts as tables"],
    [["?"], "This list"],
  ];
  return h(
    "dl",
    { class: "keys" },
    ...rows.flatMap(([keys, does]) => [
      h(
        "dt",
        null,
        ...keys.flatMap((key, at) => (at ? [" ", h("kbd", null, key)] : [h("kbd", null, key)])),
      ),
      h("dd", null, does),
    ]),
  );
}

function showKeys() {
  if (document.querySelector("dialog[open]")) return;
  const dialog = h(
    "dialog",
    { "aria-labelledby": "keys-title", onclose: () => dialog.remove() },
    h("h2", { class: "sec", id: "keys-title" }, "Keys"),
    list(),
    h("button", { class: "lnk", type: "button", onclick: () => dialog.close() }, "Close"),
  );
  document.body.append(dialog);
  dialog.showModal();
}

/** Opens every table beside a chart, or closes them all where all are open. */
export function toggleTables(root) {
  const all = [...root.querySelectorAll("details.alt")];
  const open = !all.every((one) => one.open);
  for (const one of all) one.open = open;
  if (open) all[0]?.scrollIntoView({ block: "nearest" });
}

/** `actions`: go(path), search(), shift(direction), tables(). */
export function listen(actions) {
  let going = 0;
  const plain = {
    "/": () => actions.search(),
    "[": () => actions.shift(-1),
    "]": () => actions.shift(1),
    t: () => actions.tables(),
    "?": showKeys,
  };
  document.addEventListener("keydown", (event) => {
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      typing(event.target) ||
      document.querySelector("dialog[open]")
    )
      return;
    const page = Date.now() - going < 1500 ? PAGES.find(({ key }) => key === event.key) : null;
    going = event.key === "g" && !page ? Date.now() : 0;
    const act = page ? () => actions.go(page.path) : plain[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
