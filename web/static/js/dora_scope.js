// What DORA and Failures are of: a service, or the services of a stream pooled; both in the address.

import { address } from "./api.js";
import { choice } from "./frame.js";
import { empty, head } from "./parts.js";
import { notMeasured } from "./unready.js";

/** "service" or "stream" with the name, of the address; null where it names none. */
export function place(query) {
  const kind = ["service", "stream"].find((one) => query.get(one));
  return kind ? { kind, name: query.get(kind) } : null;
}

/** The address of the API for it; null where none is chosen. */
export function baseOf(query) {
  const at = place(query);
  return at ? `/v1/${at.kind}s/${encodeURIComponent(at.name)}` : null;
}

/** The address of what is behind a number. */
export function explainOf(query, slug, params) {
  const of = place(query).kind === "service" ? "metrics" : "dora";
  return address(`${baseOf(query)}/${of}/${slug}/explain`, params);
}

/** A choice of services; with `streams` of theirs pooled, too. `resets`: what another does not know. */
export function placeChoice(services, streams, { query, change }, resets = {}) {
  const at = place(query);
  const pooled = (streams?.items ?? []).filter((one) => one.services.length);
  const options = [
    ...(services?.items ?? []).map(({ name }) => [`service:${name}`, `Service ${name}`]),
    ...pooled.map(({ name, title }) => [`stream:${name}`, `${title}, pooled`]),
  ];
  const act = (value) => {
    const [kind, ...name] = value.split(":");
    const other = kind === "service" ? "stream" : "service";
    change({ ...resets, [kind]: name.join(":"), [other]: null });
  };
  return choice("Service or stream", options, at ? `${at.kind}:${at.name}` : "", act, true);
}

const FIRST_SERVICE = `[[services]]
name = "web"
repositories = ["shop/web"]
environments = { production = ["production"] }
configuration_items = ["Web Shop"]`;

/** What is said where no service is configured. */
export const noServices = (title, { awaited }) =>
  awaited?.length ? notMeasured(title, "tell", awaited) : unconfigured(title);

const unconfigured = (title) => [
  head(title, ["There is nothing to tell yet: no service is configured."], null),
  empty(
    "No service is configured",
    "A service says which repositories are deployed together, where production is, and how the service desk calls it. Add one to headwater.toml and start Headwater again.",
    FIRST_SERVICE,
  ),
];
