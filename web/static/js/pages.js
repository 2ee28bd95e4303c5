// Which page an address has. A page is loaded when it is first gone to.

import { ReadError } from "./api.js";
import { nowhere } from "./nowhere.js";

// A page: title, reads(query, now) -> {name: address, or {address, body} to be sent},
// draw(data, context) -> nodes, filters(data, context) -> nodes, dataTo(data) -> time,
// keeps(old, new query): the same view, changed.
const PAGES = {
  "/": async () => (await import("./overview.js")).overview,
  "/map": async () => (await import("./map.js")).map,
  "/flow": async () => (await import("./flow.js")).flow,
  "/ageing": async () => (await import("./ageing.js")).ageing,
  "/bottlenecks": async () => (await import("./bottlenecks.js")).bottlenecks,
  "/forecast": async () => (await import("./forecast.js")).forecast,
  "/journey": async () => (await import("./journey.js")).journey,
  "/delay-cost": async () => (await import("./delay_cost.js")).delayCost,
  "/value": async () => (await import("./value.js")).value,
  "/dora": async () => (await import("./dora.js")).dora,
  "/failures": async () => (await import("./failures.js")).failures,
  "/lab": async () => (await import("./lab.js")).lab,
  "/improvements": async () => (await import("./improvements.js")).improvements,
  "/goals": async () => (await import("./goals.js")).goals,
  "/quality": async () => (await import("./quality.js")).quality,
  "/connectors": async () => (await import("./connectors.js")).connectors,
  "/definitions": async () => (await import("./definitions.js")).definitions,
  "/admin": async () => (await import("./admin.js")).admin,
  "/alerts": async () => (await import("./alerts.js")).alerts,
};
const here = new Map(); // address -> page

export const isPage = (path) => path in PAGES;

/** The page of an address where it was loaded before, and of an address that there is not; else undefined. */
export const loaded = (path) => (isPage(path) ? here.get(path) : nowhere);

/** Loads the page of an address; a ReadError where its module can't be had. */
export async function load(path) {
  if (loaded(path)) return loaded(path);
  try {
    here.set(path, await PAGES[path]());
  } catch {
    throw new ReadError("its code can\u2019t be had: the server is away, or a newer one", 0);
  }
  return here.get(path);
}
