// The prose of definitions as nodes: paragraphs, points, tables, code, emphasis. Nothing becomes markup.

import { h, safeUrl } from "./dom.js";

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^)\s]+)\)/;
const METRIC = /^(?:\.\.\/metrics\/)?([a-z_]+)\.md(?:#.*)?$/;

/** Where a link of a page leads here: the definition of a metric, or an address outside; else nowhere. */
function target(address) {
  const metric = METRIC.exec(address);
  if (metric && metric[1] !== "index") return `/definitions?metric=${metric[1]}`;
  return /^https?:/.test(address) ? safeUrl(address) : null;
}

function linked(text, address) {
  const href = target(address);
  return href ? h("a", { class: "lnk", href }, ...inline(text)) : h("span", null, ...inline(text));
}

/** One line of prose: texts and nodes. */
export function inline(text) {
  const found = INLINE.exec(text);
  if (!found) return [text];
  const [all, code, strong, soft, words, address] = found;
  const node = code
    ? h("code", null, code)
    : strong
      ? h("b", null, ...inline(strong))
      : soft
        ? h("i", null, ...inline(soft))
        : linked(words, address);
  return [text.slice(0, found.index), node, ...inline(text.slice(found.index + all.length))];
}

const cells = (line) =>
  line
    .replace(/^\||\|\s*$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));

function tableOf(lines) {
  const [heads, , ...rows] = lines;
  return h(
    "table",
    null,
    h("caption", { class: "sr" }, cells(heads).join(", ")),
    h(
      "thead",
      null,
      h("tr", null, ...cells(heads).map((one) => h("th", { scope: "col" }, ...inline(one)))),
    ),
    h(
      "tbody",
      null,
      ...rows.map((row) =>
        h("tr", null, ...cells(row).map((one) => h("td", null, ...inline(one)))),
      ),
    ),
  );
}

function block(text) {
  const lines = text.split("\n");
  if (lines.length > 2 && lines.every((line) => line.startsWith("|"))) return tableOf(lines);
  if (lines[0].startsWith("```"))
    return h("pre", { tabindex: "0" }, lines.filter((line) => !line.startsWith("```")).join("\n"));
  if (lines[0].startsWith("- ")) {
    const points = text.split(/\n(?=- )/).map((point) => point.slice(2).replaceAll("\n", " "));
    return h("ul", null, ...points.map((point) => h("li", null, ...inline(point))));
  }
  return h("p", null, ...inline(lines.join(" ")));
}

/** The blocks of a text, which blank lines part. */
export const prose = (text) =>
  (text ?? "")
    .trim()
    .split(/\n\s*\n/)
    .filter(Boolean)
    .map(block);
