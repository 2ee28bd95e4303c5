// The five figures of DORA, each with its range, its weeks, and the way to what is behind it.

import { address } from "./api.js";
import {
  FIVE,
  isRare,
  kindWords,
  lenientOf,
  moved,
  shareOf,
  timeOf,
  timeRange,
  weekly,
} from "./delivery_words.js";
import { h, link } from "./dom.js";
import {
  count,
  counted,
  day,
  duration,
  fraction,
  percent,
  percentRange,
  rate,
  seconds,
  withheld,
} from "./format.js";
import { copyBlock, grade, section, trusted, valueOf } from "./parts.js";
import { outside, processChart, weeksTable } from "./process_chart.js";

const NB = "\u00a0";
const quiet = (...texts) => h("em", null, ...texts.filter(Boolean).map((one) => ` \u00b7 ${one}`));

function timeNotes(envelope, one) {
  const most = timeOf(envelope, "p85");
  const range = timeRange(envelope.interval?.p50, envelope.unit, envelope.grade);
  const open = envelope.excluded?.open;
  return [
    most === null
      ? `85${NB}% within: withheld, ${withheld(envelope.reasons, "p85")}`
      : `85${NB}% within ${most}`,
    quiet(
      range ? `half: ${range}` : null,
      one.of(envelope.n),
      open ? `${count(open)} still open` : null,
    ),
  ];
}

function frequencyNotes({ value, n }) {
  const gap = duration(seconds(value.median_gap_h, "h"));
  const days = value.deploy_days_per_week;
  const often =
    days === null || days === undefined ? null : `${rate(days, "A")} days of a median week`;
  return [
    `${counted(n, "deployment")}${n ? `: ${kindWords(value)}` : ""}`,
    quiet(
      gap ? `median gap ${gap}` : null,
      often && value.bucket ? `counts as ${value.bucket}: ${often}` : often,
    ),
  ];
}

function shareNotes(envelope) {
  const { value } = envelope;
  const told = shareOf(envelope);
  const lenient = lenientOf(envelope);
  const watched = value.pending
    ? `${count(value.pending)} still watched${value.pending_failed ? `, ${count(value.pending_failed)} of them failed` : ""}`
    : null;
  const unknown = value.kind_unknown_share
    ? `kind known of ${percent(1 - value.kind_unknown_share)}`
    : null;
  const band =
    lenient && lenient.share !== value.ratio
      ? `strict ${percent(value.ratio)}, lenient ${lenient.value}`
      : lenient
        ? "strict and lenient alike"
        : null;
  return [told.beside, quiet(band, watched, unknown)];
}

const NOTES = { p50: timeNotes, per_week: frequencyNotes, ratio: shareNotes };

function shown(envelope, one) {
  if (valueOf(envelope, one.key) === null) return null;
  if (one.key === "ratio") return shareOf(envelope).value;
  return one.key === "per_week"
    ? rate(envelope.value.per_week, envelope.grade)
    : timeOf(envelope, "p50");
}

/** What was seen where a value is withheld: thin, and with its number. */
function seen(envelope, one) {
  const observed = envelope.observed?.[one.key];
  if (observed === null || observed === undefined || !envelope.n) return "";
  const text = one.key === "ratio" ? percent(observed) : duration(seconds(observed, envelope.unit));
  return ` \u00b7 seen in ${one.of(envelope.n)}: ${text}`;
}

/** The weeks of a metric as the chart takes them; each opens what is behind it. */
function weeksOf(envelope, one, weekHref) {
  return (envelope.series ?? []).map((row) => {
    const value = row[one.weekly] ?? null;
    const told = value === null ? "none" : weekly(envelope, one, value, "B");
    const running = row.complete ? "" : ", running";
    return {
      ...row,
      value,
      words: `Week of ${day(row.start)}: ${told}${running}`,
      href: weekHref(row.start, one.slug),
    };
  });
}

function rests(one) {
  return (week) => {
    if (week.n === null) return "not read yet";
    const { numerator, denominator } = week;
    return one.key === "ratio" && denominator ? fraction(numerator, denominator) : one.of(week.n);
  };
}

function signalLine(envelope, one, weeks, shift) {
  const far = trusted(envelope) ? outside(weeks, envelope.limits).slice(-2) : [];
  if (shift) return [h("b", null, "Signal: "), `${shift.word} since ${day(shift.since)}`];
  if (far.length)
    return [
      h("b", null, "Signal: "),
      ...far.flatMap((week, at) => [
        at ? ", " : "",
        link(
          week.href,
          { class: "lnk" },
          `week of ${day(week.start)}, ${weekly(envelope, one, week.value, "B")}`,
        ),
      ]),
      " outside the limits",
    ];
  if (trusted(envelope) && isRare(envelope, one))
    return ["Most weeks have none: too rare for a trend by week"];
  if (!trusted(envelope)) return [`Grade ${envelope.grade}: too weak for a trend`];
  if (!envelope.limits) {
    const whole = weeks.filter(({ complete, value }) => complete && value !== null).length;
    return [`No limits yet: ${counted(whole, "whole week")} with a value, needs 6`];
  }
  return ["No signal"];
}

function chart(envelope, one, weekHref) {
  const weeks = weeksOf(envelope, one, weekHref);
  if (!weeks.some(({ value }) => value !== null)) return [];
  const shift = moved(envelope, one);
  const label = (value) => weekly(envelope, one, value, "B");
  const finding = shift ? `${shift.word} since ${day(shift.since)}` : "no signal";
  const told = {
    weeks,
    shift,
    label,
    limits: envelope.limits ?? null,
    breaks: envelope.breaks,
    name: `${one.title}, ${one.chart}: ${finding}`,
  };
  return [
    processChart(told),
    h("p", { class: "nt" }, ...signalLine(envelope, one, weeks, shift), `. ${capital(one.chart)}`),
    weeksTable(`${one.title} by week`, told, rests(one)),
  ];
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);

function figureOf(told, one, ways) {
  const envelope = told[one.slug];
  const value = shown(envelope, one);
  const style = value === null ? "v none" : `v${trusted(envelope) ? "" : " soft"}`;
  const notes =
    value === null
      ? [withheld(envelope.reasons, one.key), h("em", null, seen(envelope, one))]
      : NOTES[one.key](envelope, one);
  return h(
    "section",
    { class: "fig mx" },
    h("h3", null, one.title, grade(envelope.grade, envelope.reasons)),
    h(
      "p",
      { class: style },
      value === null
        ? envelope.n
          ? "withheld"
          : "no data"
        : [link(ways.behind(one.slug), null, value), h("small", null, " ", one.small)],
    ),
    h("p", { class: "s" }, ...notes),
    ...chart(envelope, one, ways.week),
  );
}

function windowWords({ observation_window_h: watch, incident_window_h: reach }) {
  const hours = (one) => duration(one * 3600, "A");
  return [
    h(
      "p",
      null,
      "A deployment is ",
      h("b", null, "failed"),
      ", ",
      h("b", null, "sound"),
      " or ",
      h("b", null, "not yet known"),
      `: it is watched for ${hours(watch)}, and is in no rate before that is over.`,
    ),
    h(
      "p",
      null,
      `Strict counts what evidence ties to a deployment. Lenient adds each deployment that an unexplained incident followed within ${hours(reach)}. The truth lies between.`,
    ),
  ];
}

function care(told) {
  return h(
    "section",
    { class: "care" },
    h("h3", null, "Read with care"),
    ...windowWords(told),
    h("ul", null, ...told.cautions.map((one) => h("li", null, one))),
  );
}

function missingWords(missing) {
  return h(
    "section",
    { class: "lack" },
    h(
      "p",
      null,
      h("b", null, `No data: ${missing.what}. `),
      "Recovery, fail rate and rework rate need one. Tell how the service desk calls this service:",
    ),
    copyBlock(missing.line),
  );
}

/** Of a pool: the services whose failures nobody tells, each leading to its own page. */
function leftOut(names) {
  const links = names.flatMap((name, at) => [
    at ? ", " : "",
    link(address("/dora", { service: name }), { class: "lnk" }, name),
  ]);
  const words = "Left out of recovery, fail and rework rate for want of a source of incidents: ";
  return h("p", { class: "unwatched" }, words, ...links);
}

/** `ways`: behind(slug) and week(start, slug) give addresses of this page. */
export function fiveSections(told, ways) {
  const of = (speed) =>
    FIVE.filter((one) => one.speed === speed).map((one) => figureOf(told, one, ways));
  return [
    section(
      "Throughput",
      "by week; band: natural limits of the whole weeks, line: their mean, hollow: the running week",
    ),
    h("div", { class: "grp" }, ...of(true)),
    section("Instability", "read beside throughput, never alone"),
    told.missing ? missingWords(told.missing) : null,
    told.unwatched?.length ? leftOut(told.unwatched) : null,
    h("div", { class: "grp" }, ...of(false), care(told)),
  ].filter(Boolean);
}
