// A long list in pages: which rows the address asks for (`page`), and the way to the others.

import { address } from "./api.js";
import { h, link } from "./dom.js";
import { count } from "./format.js";

/** `{shown, more}`: the rows of the page, and the line to the others (null where all are shown). */
export function paged(rows, size, query, path, place) {
  const last = Math.max(1, Math.ceil(rows.length / size));
  const page = Math.min(Math.max(1, Number.parseInt(query.get("page") ?? "1", 10) || 1), last);
  const begin = (page - 1) * size;
  const shown = rows.slice(begin, begin + size);
  if (last === 1) return { shown, more: null };
  const to = (number) =>
    `${address(path, { ...Object.fromEntries(query), page: number > 1 ? number : null })}#${place}`;
  const more = h(
    "p",
    { class: "more" },
    page > 1 ? [link(to(page - 1), { class: "lnk" }, "Previous"), " \u00b7 "] : null,
    `${count(begin + 1)} to ${count(begin + shown.length)} of ${count(rows.length)}`,
    page < last ? [" \u00b7 ", link(to(page + 1), { class: "lnk" }, "Next")] : null,
  );
  return { shown, more };
}
