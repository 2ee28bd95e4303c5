// The router: address -> page -> read -> draw, then again when there is news, and a quiet look every 30 seconds.

import { learnAccount } from "./account.js";
import { read, ReadError, remembered } from "./api.js";
import { failureNote, signedOutNote, unloadedNote } from "./failed.js";
import { drawBar, drawFoot, drawNavigation } from "./frame.js";
import { listen, toggleTables } from "./keys.js";
import { waitForNews } from "./live.js";
import { isPage, load, loaded } from "./pages.js";
import { tellWait } from "./waiting.js";

const REFRESH_MS = 30_000;
const main = document.getElementById("main");
let visit = null; // {page, query, abort, data, failedAt}

const context = () => ({
  query: visit.query,
  go,
  change,
  settle,
  reload: () => refresh(true),
  failed: visit.failedAt,
});

function locate() {
  const url = new URL(location.href);
  return {
    path: url.pathname,
    query: url.searchParams,
    hash: url.hash,
  };
}

/** Goes to an address of this site without loading the frame again. */
function go(href) {
  history.pushState(null, "", href);
  return open();
}

/** Changes the choices in the address; null removes one. `replace`: going back does not stop at each. */
function change(choices, { replace = false } = {}) {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(choices)) {
    if (value === null || value === "") url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  if (!replace) return go(url.href);
  history.replaceState(null, "", url.href);
  return open();
}

/** Completes the address by what the page chose itself: going back does not stop there. */
function settle(choices) {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(choices)) url.searchParams.set(name, value);
  history.replaceState(null, "", url.href);
  queueMicrotask(open);
  return null;
}

/** Sets the nodes; those that are there already are not touched: a slider stays in the hand. */
function place(nodes) {
  for (const child of [...main.childNodes]) if (!nodes.includes(child)) child.remove();
  nodes.forEach((node, at) => {
    if (main.childNodes[at] !== node) main.insertBefore(node, main.childNodes[at] ?? null);
  });
}

/** The field of words of a page, if it has one: what is typed there is nobody's answer yet. */
const words = () => main.querySelector("input:not([type=range])");

/** Focus, opened tables, typed words and scroll survive a redraw. */
function redraw(nodes) {
  const reachable = () => [
    ...main.querySelectorAll("a[href], button, input, summary, [tabindex='0']"),
  ];
  const focused = reachable().indexOf(document.activeElement);
  const typed = words()?.value;
  const opened = [...main.querySelectorAll("details")].map((one) => one.open);
  const pageY = scrollY;
  place(nodes.filter(Boolean));
  [...main.querySelectorAll("details")].forEach((one, at) => (one.open = opened[at] ?? one.open));
  if (typed && words()) words().value = typed;
  if (focused >= 0 && !main.contains(document.activeElement))
    reachable()[focused]?.focus({ preventScroll: true });
  scrollTo(0, pageY);
}

function say(text) {
  const live = document.getElementById("live");
  if (live.textContent !== text) live.textContent = text;
}

function bar() {
  const { page, path, data } = visit;
  drawBar(path, page.filters(data, context()), data ? page.dataTo(data) : undefined);
}

function draw({ fresh = false } = {}) {
  const { page, data } = visit;
  const nodes = page.draw(data, context());
  if (fresh) main.replaceChildren(...nodes.filter(Boolean));
  else redraw(nodes);
  document.title = `${page.title(data, visit.query)} \u00b7 Headwater`;
  bar();
  drawFoot(new Date().toISOString());
  if (data) say(document.getElementById("answer")?.textContent ?? "");
}

function fail(error) {
  visit.failedAt ??= new Date().toISOString();
  document.getElementById("problem")?.remove();
  const ended = error.status === 401;
  const own = ended ? null : visit.page.failed?.(error, visit.query);
  if (ended) main.prepend(signedOutNote(visit));
  else if (own && !visit.data) main.replaceChildren(...own);
  else main.prepend(failureNote(error, visit, () => refresh(true)));
}

/** Reads all answers of the page; true where one of them changed. */
async function readAll(current) {
  const entries = Object.entries(current.page.reads(current.query, new Date()));
  const answers = await Promise.all(
    entries.map(([, address]) => read(address, current.abort.signal)),
  );
  const data = Object.fromEntries(entries.map(([name], at) => [name, answers[at].data]));
  return { data, fresh: answers.some((one) => one.fresh) };
}

async function refresh(always = false) {
  const current = visit;
  main.setAttribute("aria-busy", "true");
  const slow = setTimeout(() => document.body.classList.add("loading"), 300);
  const told = tellWait();
  try {
    const { data, fresh } = await readAll(current);
    if (current !== visit) return;
    const recovered = visit.failedAt !== null;
    Object.assign(visit, { data, failedAt: null, readAt: new Date().toISOString() });
    if (fresh || always || recovered) draw();
  } catch (error) {
    if (current !== visit || error.name === "AbortError") return;
    if (!(error instanceof ReadError)) throw error;
    fail(error);
  } finally {
    clearTimeout(slow);
    told.end();
    if (current === visit) {
      document.body.classList.remove("loading");
      main.setAttribute("aria-busy", "false");
    }
  }
}

/** What the page's addresses gave last time, so that going back shows it at once; null if not all did, or it reads nothing. */
function known(page, query) {
  const reads = Object.entries(page.reads(query, new Date()));
  const kept = reads.map(([name, address]) => [name, remembered(address)]);
  if (!kept.length || !kept.every(([, one]) => one)) return null;
  const readAt = new Date(Math.min(...kept.map(([, one]) => one.at))).toISOString();
  return { data: Object.fromEntries(kept.map(([name, one]) => [name, one.data])), readAt };
}

/** Loads the page of an address while the one before is shown; null where one went on meanwhile, or it can't be had. */
async function arrive(path) {
  const { href } = location;
  main.setAttribute("aria-busy", "true");
  try {
    const page = await load(path);
    return location.href === href ? page : null;
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    if (location.href !== href) return null;
    main.replaceChildren(unloadedNote(error));
    main.setAttribute("aria-busy", "false");
    return null;
  }
}

async function open() {
  visit?.abort.abort();
  const { path, query, hash } = locate();
  drawNavigation(path);
  const page = loaded(path) ?? (await arrive(path));
  if (!page) return;
  const samePage = visit?.page === page && page.keeps(visit.query, query);
  const before = samePage
    ? { data: visit.data, readAt: visit.readAt }
    : { data: null, readAt: null };
  const shown = known(page, query) ?? before;
  visit = { page, path, query, abort: new AbortController(), failedAt: null, ...shown };
  draw({ fresh: !samePage });
  if (!samePage) scrollTo(0, 0);
  await refresh(true);
  if (hash) document.getElementById(hash.slice(1))?.scrollIntoView();
}

function follow(event) {
  const anchor = event.target.closest?.("a[href]");
  if (
    !anchor ||
    event.defaultPrevented ||
    event.button ||
    event.ctrlKey ||
    event.metaKey ||
    event.shiftKey ||
    event.altKey ||
    anchor.getAttribute("target")
  )
    return;
  const url = new URL(anchor.getAttribute("href"), location.href);
  if (url.origin !== location.origin || !isPage(url.pathname) || anchor.classList.contains("skip"))
    return;
  event.preventDefault();
  go(url.href);
  main.focus({ preventScroll: true });
}

async function search() {
  if (!document.querySelector(".search input")) await go("/journey");
  document.querySelector(".search input")?.focus();
}

document.addEventListener("click", follow);
addEventListener("popstate", open);
addEventListener("beforeprint", () =>
  main.querySelectorAll("details.alt").forEach((one) => (one.open = true)),
);
const look = () => document.hidden || !visit || refresh();
document.addEventListener("visibilitychange", look);
setInterval(look, REFRESH_MS);
listen({
  go,
  search,
  shift: (direction) => visit?.page.shift?.(direction, context()),
  tables: () => toggleTables(main),
});
function heard(moved) {
  if (!visit) return;
  bar();
  if (moved.facts || (moved.sources && ["/connectors", "/quality"].includes(visit.path))) refresh();
}
const first = load(location.pathname).catch(() => null); // told when it is opened
learnAccount().then(async () => {
  await first;
  open();
  waitForNews(heard, look);
});
