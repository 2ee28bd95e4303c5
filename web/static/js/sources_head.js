// The head of Connectors: one sentence on all sources, the figures below it, and the time of the data.

import { h } from "./dom.js";
import { clock, count, day, duration } from "./format.js";
import { inline } from "./prose.js";
import { wordOf } from "./source_state.js";

const bold = (text) => h("b", null, text);
const when = (iso) => `${day(iso)}, ${clock(iso)}`;
const sum = (items, key) => items.reduce((total, one) => total + (one[key] ?? 0), 0);

/** Whether it is asked on an interval; a source of events is not, and is complete to no moment. */
export const isRead = ({ kind }) => kind !== "events";

/** One that fails with its reason; of several the names, their reasons stand in the table. */
function failing(bad) {
  const stops = `Every figure that needs ${bad.length === 1 ? "it" : "them"} stops there.`;
  if (bad.length > 1) {
    const names = bad.map(({ name }) => name);
    const listed = [names.slice(0, -1).join(", "), names.at(-1)].join(" and ");
    const read = bad.map(({ last_success_at: at }) => at);
    const first = read.includes(null) ? null : read.sort()[0];
    const since = first ? `, the first of them since ${when(first)}` : "";
    return [bold(listed), ` can\u2019t be read${since}. ${stops}`];
  }
  const [{ name, message, last_success_at: at }] = bad;
  const since = at ? `, last read well on ${when(at)}` : ", it was never read well";
  return [
    bold(name),
    " fails: ",
    ...inline(message ?? "no reason was recorded"),
    `${since}. ${stops}`,
  ];
}

/** The worst of them, or that all is well. */
export function answer(sources) {
  const bad = sources.filter(({ state }) => state === "red");
  const late = sources.filter((one) => one.state !== "red" && one.late);
  const never = sources.filter(({ state }) => state === "never");
  if (bad.length) return failing(bad);
  if (never.length === sources.length) return ["No source has been read yet."];
  const partly = sources.filter(({ state }) => state === "partial");
  if (partly.length)
    return [
      bold(partly.map(({ name }) => name).join(", ")),
      ` ${partly.length === 1 ? "is" : "are"} only partly read: ${partly[0].message ?? "no reason was recorded"}.`,
    ];
  if (late.length)
    return [
      `${count(late.length)} of ${count(sources.length)} sources ${late.length === 1 ? "is" : "are"} late: `,
      bold(late.map(({ name }) => name).join(", ")),
      ".",
    ];
  if (never.length)
    return [
      bold(never.map(({ name }) => name).join(", ")),
      ` ${never.length === 1 ? "was" : "were"} never read; the other sources are up to date.`,
    ];
  return ["All ", bold(`${count(sources.length)} sources`), " are up to date."];
}

function oldest(sources) {
  const known = sources
    .filter(({ watermark_at: at }) => at)
    .sort((a, b) => a.watermark_at.localeCompare(b.watermark_at));
  if (!known.length)
    return {
      title: "Oldest data",
      value: null,
      none: "none yet",
      notes: ["no source was read to its end"],
    };
  const [first] = known;
  const since = (from, to) => Math.max(0, to - Date.parse(from)) / 1000;
  const behind = since(first.watermark_at, Date.parse(known.at(-1).watermark_at));
  return {
    title: "Oldest data",
    value: duration(since(first.watermark_at, Date.now())),
    small: "old",
    notes: [
      `${first.name}, complete to ${when(first.watermark_at)}`,
      behind >= 60 ? `, ${duration(behind)} behind the newest` : "",
    ],
  };
}

/** The four figures of all sources together. */
export function headline(sources) {
  const well = sources.filter(
    ({ state, late }) => (state === "green" || state === "syncing") && !late,
  ).length;
  const others = sources
    .filter(({ state, late }) => ["red", "never", "partial"].includes(state) || late)
    .map((one) => `${one.name} ${wordOf(one)}`);
  const records = sum(sources, "records");
  const odd = sum(sources, "unparsed");
  const where = sources
    .filter(({ unparsed }) => unparsed)
    .map(({ name, unparsed }) => `${count(unparsed)} from ${name}`);
  return [
    {
      title: "Sources",
      value: `${count(well)} of ${count(sources.length)}`,
      small: "up to date",
      notes: [others.join(", ")],
    },
    oldest(sources),
    {
      title: "Records",
      value: count(records),
      notes: [`by ${count(sum(sources, "requests"))} requests`],
    },
    {
      title: "Not understood",
      value: count(odd),
      small: odd === 1 ? "payload" : "payloads",
      notes: [where.length ? `${where.join(", ")}; kept as they came` : "every payload was read"],
    },
  ];
}

/** The oldest of the sources; null while one was never read to its end; nothing without sources. */
export function dataTo({ sources: { items } }) {
  const times = items.filter(isRead).map(({ watermark_at: at }) => at);
  if (!times.length) return undefined;
  return times.every(Boolean) ? times.sort()[0] : null;
}
