// Delivery per service: five figures that are read together and never blended.

import { address } from "./api.js";
import { shareOf, timeOf } from "./delivery_words.js";
import { h } from "./dom.js";
import { count, rate } from "./format.js";
import { copyBlock, grade, missing, section, table, value, valueOf } from "./parts.js";

const cell = (...content) => h("td", { class: "five" }, ...content);
const sub = (text) => h("span", { class: "sub" }, text);

function time(envelope, of) {
  const half = timeOf(envelope, "p50");
  if (half === null) return cell(missing(envelope, "p50"));
  return cell(value(envelope, half), sub(of(count(envelope.n))));
}

function deployments(envelope) {
  const { per_week: week, count: all, hotfix } = envelope?.value ?? {};
  if (week === null || week === undefined) return cell(missing(envelope, "per_week"));
  const hotfixes = hotfix ? `, ${count(hotfix)} ${hotfix === 1 ? "hotfix" : "hotfixes"}` : "";
  return cell(
    value(envelope, rate(week, envelope.grade)),
    `${"\u00a0"}a week`,
    sub(`${count(all)}${hotfixes}`),
  );
}

function share(envelope) {
  const told = shareOf(envelope);
  if (!told) return cell(missing(envelope, "ratio"));
  const pending = envelope.value.pending ? ` \u00b7 ${count(envelope.value.pending)} pending` : "";
  return cell(value(envelope, told.value), sub(`${told.beside}${pending}`));
}

const isMissing = (envelope) =>
  ["p50", "ratio", "per_week"].every((key) => valueOf(envelope, key) === null);

function cells(service) {
  return [
    [service.change_lead_time, time(service.change_lead_time, (n) => `half of ${n} commits`)],
    [service.deployment_frequency, deployments(service.deployment_frequency)],
    [service.recovery_time, time(service.recovery_time, (n) => `half of ${n}`)],
    [service.change_fail_rate, share(service.change_fail_rate)],
    [service.rework_rate, share(service.rework_rate)],
  ];
}

/** Where a source is missing, the cells at the end that rest on it become one that says so. */
function withMissing(service) {
  const all = cells(service);
  if (!service.missing) return all.map(([, node]) => node);
  let kept = all.length;
  while (kept > 0 && isMissing(all[kept - 1][0])) kept -= 1;
  if (kept === all.length) return all.map(([, node]) => node);
  const { what, line } = service.missing;
  const words = h(
    "td",
    { colspan: all.length - kept },
    h("span", { class: "withheld" }, `no data: ${what}`),
    line ? copyBlock(line) : null,
  );
  return [...all.slice(0, kept).map(([, node]) => node), words];
}

function row(service, titles) {
  const name = h(
    "td",
    null,
    h("a", { href: address("/dora", { service: service.name }) }, h("b", null, service.name)),
    sub(titles.get(service.stream) ?? service.stream ?? ""),
  );
  return h(
    "tr",
    null,
    name,
    ...withMissing(service),
    h("td", { class: "gr" }, grade(service.grade, service.reasons)),
  );
}

/** `more`: the way to those that are not shown. */
export function servicesSection(services, streams, more = null) {
  const titles = new Map((streams ?? []).map(({ name, title }) => [name, title]));
  const heads = [
    "Service",
    "Change lead time",
    "Deployments",
    "Recovery time",
    "Change fail rate",
    "Rework rate",
  ].map((label) => [label]);
  const rows = (services ?? []).map((service) => row(service, titles));
  return [
    section(
      "Delivery, per service",
      "speed and stability together; not blended across services",
      more,
    ),
    table("Delivery, per service", [...heads, [h("span", { class: "sr" }, "Grade")]], rows, {
      style: "dora",
    }),
  ];
}
