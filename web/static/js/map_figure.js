// The drawing, set into the page: its own style sheet in a root of its own, the colours of the page.

import { h } from "./dom.js";

const NARROW = "(max-width: 720px)";

/** Steps side by side, or one below the other where there is no room. */
export const layout = () => (matchMedia(NARROW).matches ? "list" : "wide");

const STYLE = /<style>([^<]*)<\/style>/;

/** The nodes of the drawing, and its style as a sheet: a page may not hold styles of its own. */
function parsed(drawing) {
  const sheet = new CSSStyleSheet();
  const paper = "@media print{svg{width:100%;height:auto;max-height:180mm}}"; // it fits one page
  const own = STYLE.exec(drawing)?.[1] ?? "";
  sheet.replaceSync(`:host{display:block}svg{display:block}${own}${paper}`);
  const bare = drawing.replace(STYLE, "");
  const svg = new DOMParser().parseFromString(bare, "image/svg+xml").documentElement;
  svg.setAttribute("role", "group"); // a picture by itself; here its steps are links to be reached
  return { svg, sheet };
}

/** A step opens beneath the map; with a key held, or the middle button, the items behind it. */
function open(event, { query, change }) {
  const step = event.target.closest("a[data-step]")?.dataset.step;
  const plain = !event.button && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (!step || !plain) return;
  event.preventDefault();
  change({ step: step === query.get("step") ? null : step });
}

export function figure(map, drawing, context) {
  const place = h("div", { class: "drawing" });
  const root = place.attachShadow({ mode: "open" });
  const { svg, sheet } = parsed(drawing);
  root.adoptedStyleSheets = [sheet];
  root.append(document.importNode(svg, true));
  root.addEventListener("click", (event) => open(event, context));
  const name = svg.querySelector("title")?.textContent ?? `Value stream map of ${map.title}`;
  return h(
    "figure",
    { class: "vsm", "aria-label": name },
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "The map, scrolls sideways" },
      place,
    ),
    h(
      "figcaption",
      { class: "note" },
      "Choose a step to open it. Averages of each delivery, because only averages add up.",
    ),
  );
}
