// News from the server: pages are read again when something changed, and the bar says how the sources are doing.

import { h } from "./dom.js";
import { counted, percent } from "./format.js";

const ADDRESS = "/v1/stream";
let sources = []; // as the last news told

const CUT_MS = 3000; // a line that breaks is mostly there again before
const AGAIN_MS = 30_000; // after a refusal, at which a browser gives the line up

/**
 * Calls `told({facts, sources})` with whether facts, and whether sources are others than at the news before,
 * and `turned()` when the line stays away and when it is there again: what is shown may be old.
 * A tab that nobody sees has no line: browsers open only a few to one host.
 */
export function waitForNews(told, turned) {
  let last = null;
  let line = null;
  let away = false;
  let missed = null;
  let again = null;
  const heard = ({ data }) => {
    const news = JSON.parse(data);
    sources = news.sources;
    const before = last ?? news;
    last = news;
    told({ facts: news.facts !== before.facts, sources: news.version !== before.version });
  };
  const isAway = (now) => {
    clearTimeout(missed);
    missed = null;
    if (away !== now) turned();
    away = now;
  };
  const listen = () => {
    clearTimeout(again);
    line?.close();
    line = document.hidden ? null : new EventSource(ADDRESS);
    line?.addEventListener("news", heard);
    line?.addEventListener("open", () => isAway(false));
    line?.addEventListener("error", ({ target }) => {
      missed ??= setTimeout(isAway, CUT_MS, true);
      if (target.readyState === EventSource.CLOSED) again = setTimeout(listen, AGAIN_MS);
    });
  };
  document.addEventListener("visibilitychange", listen);
  listen();
}

function words() {
  const failing = sources.filter(({ state }) => state === "red");
  if (failing.length === 1) return `${failing[0].name} can\u2019t be read`;
  if (failing.length) return `${counted(failing.length, "source")} can\u2019t be read`;
  const loading = sources.filter(({ history }) => history);
  if (!loading.length) return null;
  const shares = loading.map(({ history }) => history.share).filter((one) => one !== null);
  const far = shares.length ? `, ${percent(Math.min(...shares))}` : "";
  return `Reading the history of ${loading.map(({ name }) => name).join(", ")}${far}`;
}

/** What of the sources everybody should know: one can't be read, or history is still coming. */
export function sourcesNote() {
  const said = words();
  return said ? h("a", { class: "lnk", href: "/connectors" }, said) : null;
}
