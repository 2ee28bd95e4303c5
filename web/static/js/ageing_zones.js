// The ages at which past work left each step: bands behind the dots, and their table.

import { h, s } from "./dom.js";
import { count, duration, seconds } from "./format.js";
import { table } from "./parts.js";

export const LEVELS = ["p50", "p70", "p85", "p95"];
const days = (value) => duration(seconds(value, "d"));

/** The age in days by which so many had left; what was seen where too few did; null where none did. */
export const known = ({ left_after_d: left, observed }, level) =>
  left[level] ?? observed[level] ?? null;

/** Bands of one step; of few they end in a dashed line. */
export function zoneNodes(zone, { left, width, y, top }) {
  const ages = LEVELS.map((level) => known(zone, level));
  if (ages.some((one) => one === null)) return [];
  const [half, seventy, most, nearly] = ages.map((age) => Math.max(y(age), top));
  const box = (from, to, style) =>
    s("rect", { x: left, y: to, width, height: Math.max(from - to, 0), class: style });
  const thin = zone.left_after_d.p85 === null;
  return [
    box(half, seventy, "f-raise"),
    box(seventy, most, "f-line"),
    box(most, nearly, "f-waiting-s"),
    box(nearly, top, "f-waiting-s faint"),
    s("path", {
      d: `M${left} ${most.toFixed(1)}h${width}`,
      class: thin ? "s-waiting dash" : "s-waiting w15",
    }),
  ];
}

/** The number at the line of 85 %. */
export const zoneLabel = (zone, { left, y, top }) =>
  known(zone, "p85") === null || y(known(zone, "p85")) < top
    ? null
    : s(
        "text",
        { x: left + 4, y: (y(known(zone, "p85")) + 13).toFixed(1), class: "t11 ink2" },
        String(Math.round(known(zone, "p85"))),
      );

const cell = (zone, level) =>
  h(
    "td",
    { class: "num" },
    zone.left_after_d[level] === null
      ? h("span", { class: "withheld" }, zone.n ? "too few" : "no data")
      : days(zone.left_after_d[level]),
  );

/** The same numbers as a table. */
export const zoneTable = ({ zones }) =>
  table(
    "Ages at which past work left each step",
    [
      ["Step"],
      ["Inside now", "num"],
      ["Left, n", "num"],
      ["Half by", "num"],
      ["85 % by", "num"],
      ["95 % by", "num"],
    ],
    zones.map((zone) =>
      h(
        "tr",
        null,
        h("td", null, h("b", null, zone.stage)),
        h("td", { class: "num" }, count(zone.items)),
        h("td", { class: "num" }, count(zone.n)),
        ...["p50", "p85", "p95"].map((level) => cell(zone, level)),
      ),
    ),
  );
