// The frame around every page: navigation, filter bar, time of the data, theme, share.

import { accountLine } from "./account.js";
import { h, s } from "./dom.js";
import { clock, date, day } from "./format.js";
import { sourcesNote } from "./live.js";

// Only what exists; grouped by the question it answers. `key` follows `g`.
export const SCREENS = [
  {
    group: null,
    pages: [
      { path: "/", title: "Overview", key: "o" },
      { path: "/alerts", title: "Alerts", key: "a" },
    ],
  },
  {
    group: "Flow",
    pages: [
      { path: "/map", title: "Map", key: "m" },
      { path: "/flow", title: "Flow", key: "w" },
      { path: "/ageing", title: "Ageing", key: "e" },
      { path: "/bottlenecks", title: "Bottlenecks", key: "b" },
      { path: "/forecast", title: "Forecast", key: "f" },
      { path: "/journey", title: "Journey", key: "j" },
    ],
  },
  {
    group: "Money",
    pages: [
      { path: "/delay-cost", title: "Delay cost", key: "d" },
      { path: "/value", title: "Value", key: "v" },
    ],
  },
  {
    group: "Delivery",
    pages: [
      { path: "/dora", title: "DORA", key: "r" },
      { path: "/failures", title: "Failures", key: "x" },
    ],
  },
  {
    group: "Change",
    pages: [
      { path: "/lab", title: "Lab", key: "l" },
      { path: "/improvements", title: "Improvements", key: "i" },
      { path: "/goals", title: "Goals", key: "g" },
    ],
  },
  {
    group: "Trust",
    pages: [
      { path: "/quality", title: "Quality", key: "q" },
      { path: "/connectors", title: "Connectors", key: "c" },
      { path: "/definitions", title: "Definitions", key: "t" },
      { path: "/admin", title: "Admin", key: "u" },
    ],
  },
];

const mark = () =>
  s(
    "svg",
    { class: "mark", width: 18, height: 18, viewBox: "0 0 18 18", "aria-hidden": "true" },
    s("path", {
      d: "M2 2.5C2 8 9 6.5 9 12v4M9 2v14M16 2.5C16 8 9 6.5 9 12",
      fill: "none",
      stroke: "currentColor",
      "stroke-width": 1.6,
      "stroke-linecap": "round",
    }),
  );

export const chevron = () =>
  s(
    "svg",
    { class: "chev", width: 9, height: 9, viewBox: "0 0 9 9", "aria-hidden": "true" },
    s("path", { d: "M1.5 3l3 3 3-3", fill: "none", stroke: "currentColor", "stroke-width": 1.3 }),
  );

function navigation(label, here) {
  const groups = SCREENS.flatMap(({ group, pages }) => [
    group ? h("h2", null, group) : null,
    h(
      "ul",
      null,
      ...pages.map(({ path, title }) =>
        h("li", null, h("a", { href: path, "aria-current": path === here ? "page" : null }, title)),
      ),
    ),
  ]);
  return h("nav", { "aria-label": label }, ...groups, accountLine());
}

export function drawNavigation(here) {
  document
    .getElementById("side")
    .replaceChildren(
      h("a", { class: "brand", href: "/" }, mark(), "Headwater"),
      navigation("Screens", here),
    );
}

/** A choice in the bar: `options` are [value, label]; null where there is nothing to choose from. */
export function choice(label, options, chosen, onchange, strong = false) {
  if (!options.length) return null;
  const select = h(
    "select",
    { "aria-label": label, onchange: () => onchange(select.value) },
    ...options.map(([value, text]) => h("option", { value, selected: value === chosen }, text)),
  );
  return h("span", { class: `fbtn${strong ? " strong" : ""}` }, select, chevron());
}

const isDark = () => {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
};

function themeButton() {
  const name = () => (isDark() ? "Light" : "Dark");
  const button = h(
    "button",
    {
      class: "fbtn wide",
      type: "button",
      onclick: () => {
        const theme = isDark() ? "light" : "dark";
        document.documentElement.dataset.theme = theme;
        try {
          localStorage.setItem("headwater.theme", theme);
        } catch {
          // Without storage the choice lasts until the page is left.
        }
        button.textContent = name();
      },
    },
    name(),
  );
  return button;
}

function shareButton() {
  const button = h(
    "button",
    {
      class: "fbtn wide",
      type: "button",
      onclick: async () => {
        try {
          await navigator.clipboard.writeText(location.href);
          button.textContent = "Copied";
        } catch {
          button.textContent = "Copy the address bar";
        }
        setTimeout(() => (button.textContent = "Share"), 2000);
      },
    },
    "Share",
  );
  return button;
}

/** "Data to 21 Nov 2026, 06:00 UTC"; short on a phone; undefined while nothing was read. */
function dataTime(at) {
  if (at === undefined) return h("span");
  if (at === null) return h("span", null, "One source was never read");
  const year = date(at).slice(day(at).length);
  return h(
    "span",
    null,
    h("span", { class: "wide" }, "Data to "),
    day(at),
    h("span", { class: "wide" }, year),
    `, ${clock(at)}`,
  );
}

let drawn = null; // the path that the bar is drawn for

/** `filters` are nodes; `dataTo` is the time of the oldest required source. An open choice is left alone while nothing changed. */
export function drawBar(here, filters, dataTo) {
  const menu = h(
    "details",
    { class: "menu" },
    h("summary", null, mark(), h("span", { class: "sr" }, "Menu")),
    navigation("Screens, menu", here),
  );
  const group = h("div", { class: "filters", role: "group", "aria-label": "Filters" }, ...filters);
  const time = h(
    "div",
    { class: "asof" },
    sourcesNote(),
    dataTime(dataTo),
    shareButton(),
    themeButton(),
  );
  const bar = document.getElementById("bar");
  menu.open = here === drawn && (bar.querySelector("details.menu")?.open ?? false);
  drawn = here;
  const same = [menu, group, time].every((node, at) => bar.children[at]?.isEqualNode(node));
  if (same) return;
  const choices = () => [...bar.querySelectorAll("select, button, summary")];
  const place = choices().indexOf(document.activeElement);
  bar.replaceChildren(menu, group, time);
  if (place >= 0) choices()[place]?.focus();
}

/** Address and time, for paper. */
export function drawFoot(now) {
  document.getElementById("foot").textContent =
    `${location.href} \u00b7 printed ${date(now)}, ${clock(now)}`;
}
