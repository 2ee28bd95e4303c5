// Statuses that are in no stage and types of no kind, each with the line that maps it; and what is mapped.

import { address } from "./api.js";
import { h, link } from "./dom.js";
import { count, counted, date, duration } from "./format.js";
import { asTable, copyBlock, section, table } from "./parts.js";

const sub = (...content) => h("span", { class: "sub" }, ...content);
const titled = (name, streams) => streams.find((one) => one.name === name)?.title ?? name;

function gapRow(one, streams) {
  const items = address("/journey", { stream: one.stream });
  return h(
    "tr",
    null,
    h(
      "td",
      null,
      h("b", null, one.name),
      sub(`${one.what} of ${titled(one.stream, streams)}${one.id ? ` \u00b7 ${one.id}` : ""}`),
    ),
    h("td", { class: "nw", "data-label": "seen since" }, date(one.since)),
    h(
      "td",
      { class: "num", "data-label": "items" },
      link(items, { class: "val" }, h("b", null, count(one.items))),
      sub(`${count(one.items_now)} now`),
    ),
    h("td", { class: "num", "data-label": "their time" }, duration(one.days * 86_400)),
    h("td", { class: "fx" }, sub(one.where), copyBlock(one.line)),
  );
}

export function unmappedSection(data) {
  const { unmapped, streams } = data;
  return [
    section(
      "Not mapped",
      "their time counts as neither waiting nor work until a line says which; longest first",
      null,
      "unmapped",
    ),
    unmapped.items.length
      ? table(
          "Not mapped",
          [
            ["Status or type"],
            ["Seen since"],
            ["Items", "num"],
            ["Their time", "num"],
            ["The line that maps it"],
          ],
          unmapped.items.map((one) => gapRow(one, streams.items)),
          { style: "gaps" },
        )
      : h(
          "p",
          { class: "note" },
          streams.items.length
            ? "Every status and every type that items have is mapped."
            : "No item is measured yet.",
        ),
  ];
}

const statuses = ({ statuses: all }) =>
  all.length
    ? all.map(({ status, since }) => `${status}${since ? ` (from ${date(since)})` : ""}`).join(", ")
    : h("span", { class: "withheld" }, "no status");

function mappingTable({ title, stages }) {
  return table(
    `Stages of ${title}`,
    [["Stage"], ["State"], ["Team", "p2"], ["Statuses of the tracker"]],
    stages.map((stage) =>
      h(
        "tr",
        null,
        h("td", null, h("b", null, stage.name)),
        h("td", null, h("span", { class: `w-${stage.state}` }, stage.state)),
        h("td", { class: "p2" }, stage.team),
        h("td", null, statuses(stage)),
      ),
    ),
    { style: "mapped" },
  );
}

/** What each status means, folded by stream; open where one stream is chosen. */
export function mappingSection({ mappings }) {
  const rows = mappings.items;
  const one = rows.length === 1;
  return [
    section("What each status means", "as facts follow it now", null, "mapping"),
    ...rows.map((row) => {
      if (!row.stages.length)
        return h(
          "p",
          { class: "note" },
          `${row.title}: no stages; the tracker's own categories decide.`,
        );
      const shown = asTable(
        `${row.title}, ${counted(row.stages.length, "stage")}`,
        mappingTable(row),
      );
      shown.open = one;
      return shown;
    }),
  ];
}
