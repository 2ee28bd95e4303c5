// What people say about the links of an item: a quiet question on each line of evidence, the links
// that were rejected, and the way to add one that is missing.

import { mayWrite } from "./account.js";
import { h } from "./dom.js";
import { date, ruleWords } from "./format.js";
import { section } from "./parts.js";
import { ask, choice, line } from "./verdict_form.js";

const KINDS = {
  item: "ticket",
  commit: "commit",
  merge_request: "merge request",
  build: "build",
  deployment: "deployment",
  change: "change request",
  incident: "incident",
};
const ADDED = ["commit", "merge_request", "build", "change"];
const SAID = { confirmed: "Confirmed", rejected: "Rejected", withdrawn: "Withdrawn" };
// When a verdict usually counts, in milliseconds after it was sent.
const LOOKS = [3_000, 6_000, 10_000, 16_000, 25_000];

/** "commit 3f2a91c0 in shop/web"; what is not stored has only the name that its source gives. */
const endWords = (end) =>
  [KINDS[end.kind] ?? end.kind, end.label ?? end.id, end.repository ? `in ${end.repository}` : null]
    .filter(Boolean)
    .join(" ");

const pairWords = (a, b) => `${endWords(a)} \u2013 ${endWords(b)}`;

const saidWords = ({ answer, who, at, why }) =>
  `${SAID[answer] ?? answer} by ${who} on ${date(at)}${why ? `: ${why}` : ""}`;

const STATES = {
  pending: "counts within seconds while Headwater collects, else with the next sync",
  waiting: "waits: not both of its ends are known here now",
};

/** Looks again until it counts. */
function after(page) {
  page.reload();
  for (const ms of LOOKS) setTimeout(page.reload, ms);
}

const named = ({ kind, source, id, repository_id: home }) =>
  home === null ? { kind, source, id } : { kind, source, id, repository_id: home };

const judging =
  (pairs, answer) =>
  ({ who, why, which }) =>
    (which === undefined || which === "all" ? pairs : [pairs[Number(which)]]).map(({ a, b }) => ({
      method: "POST",
      address: "/v1/verdicts",
      body: { a: named(a), b: named(b), answer, who, why },
    }));

const withdrawing =
  (numbers) =>
  ({ who, why }) =>
    numbers.map((id) => ({ method: "DELETE", address: `/v1/verdicts/${id}`, body: { who, why } }));

/** The links of a line of evidence with both ends, and the verdict that counts on each. */
function linksOf(one, journey) {
  const told = new Map((journey.verdicts ?? []).map((verdict) => [verdict.id, verdict]));
  return (one.pairs ?? []).map(({ a, b, verdict }) => ({
    a: journey.ends[a],
    b: journey.ends[b],
    verdict: told.get(verdict) ?? null,
  }));
}

function which(links) {
  if (links.length < 2) return {};
  const options = links.map(({ a, b }, at) => [String(at), pairWords(a, b)]);
  return { which: choice("Which link", [["all", `all ${links.length} of them`], ...options]) };
}

function askAbout(one, links, page) {
  const said = links.filter(({ verdict }) => verdict);
  const about = [
    h("p", null, h("b", null, one.event), one.why ? ` \u00b7 ${one.why}` : ""),
    ...(links.length === 1 ? [h("p", { class: "note" }, pairWords(links[0].a, links[0].b))] : []),
    ...said.map(({ verdict }) => h("p", { class: "note" }, saidWords(verdict))),
  ];
  ask({
    title: "Is this link right?",
    about,
    fields: which(links),
    actions: [
      ["It is right", judging(links, "confirmed")],
      ["It is wrong", judging(links, "rejected")],
    ],
    done: () => after(page),
  });
}

function askWithdraw(verdicts, page) {
  ask({
    title: "Withdraw, and let the rules decide again?",
    about: verdicts.map((one) => h("p", { class: "note" }, saidWords(one))),
    whyNeeded: false,
    actions: [["Withdraw", withdrawing(verdicts.map(({ id }) => id))]],
    done: () => after(page),
  });
}

/** Nothing for who may only look. */
export const button = (label, name, act) =>
  mayWrite() &&
  h("button", { type: "button", class: "ask", "aria-label": name, onclick: act }, label);

/** The last cell of a line of evidence: what was said of it, or the question. */
export function judgement(one, journey, page) {
  const links = linksOf(one, journey).filter(({ a, b }) => a && b);
  if (!links.length) return null;
  const question = button("Right?", `Is this right? ${one.event}: ${one.why ?? ""}`, () =>
    askAbout(one, links, page),
  );
  const said = links.map(({ verdict }) => verdict).filter(Boolean);
  if (!said.length) return question;
  const title = said.map(saidWords).join("\n");
  const sure = said.every(({ answer }) => answer === "confirmed");
  const soon = said.some(({ state }) => state === "pending") ? ", soon" : "";
  return [
    h("span", { class: "said", title }, `${sure ? "confirmed" : "rejected"}${soon}`),
    " ",
    question,
    " ",
    button("withdraw", `Withdraw what was said of ${one.event}`, () => askWithdraw(said, page)),
  ];
}

function told(verdict, page, isOwn) {
  const others = [verdict.a, verdict.b].filter((end) => !isOwn(end));
  const words = others.length === 2 ? pairWords(...others) : endWords(others[0] ?? verdict.b);
  const found = verdict.overruled
    .map(({ rule, evidence }) => `${evidence} (${ruleWords(rule)})`)
    .join("; ");
  const text = `${words}${found ? `: ${found}` : ""}`;
  const state = STATES[verdict.state];
  return h(
    "li",
    null,
    verdict.answer === "rejected" ? h("s", null, text) : text,
    h("span", { class: "sub" }, saidWords(verdict), state ? ` \u00b7 ${state}` : "", " "),
    button("withdraw", `Withdraw: ${saidWords(verdict)}`, () => askWithdraw([verdict], page)),
  );
}

/**
 * Verdicts that stand in none of these lines: on rejected links, and those that wait; null for none.
 * `isOwn(end)`: whether an end is the thing that is looked at, which needs no naming.
 */
export function saidList(lines, verdicts, page, isOwn) {
  const shown = new Set(lines.flatMap(({ pairs = [] }) => pairs.map(({ verdict }) => verdict)));
  const rest = (verdicts ?? []).filter(({ id }) => !shown.has(id));
  if (!rest.length) return null;
  return h("ul", { class: "saidlist" }, ...rest.map((one) => told(one, page, isOwn)));
}

/** What was said and stands in no line of evidence. */
export function saidSection(journey, page) {
  const isOwn = (end) => end.kind === "item" && end.label === journey.key;
  const list = saidList(journey.evidence, journey.verdicts, page, isOwn);
  if (!list) return [];
  return [
    section("What people said", "links that were rejected, or wait for what they name"),
    list,
  ];
}

/** Says that a deployment caused an incident; `options` are [name, {kind, source, id}], the likeliest first. */
export function askCause(number, options, page) {
  ask({
    title: `Which deployment caused ${number}?`,
    fields: {
      which: choice(
        "Deployment",
        options.map(([name], at) => [String(at), name]),
      ),
    },
    actions: [
      [
        "It was this one",
        ({ who, why, which: chosen }) => [
          {
            method: "POST",
            address: "/v1/verdicts",
            body: {
              a: options[Number(chosen)][1],
              b: { kind: "incident", key: number },
              answer: "confirmed",
              who,
              why,
            },
          },
        ],
      ],
    ],
    done: () => after(page),
  });
}

/** The way to a link that no rule found. */
export function addLink(journey, page) {
  const act = () =>
    ask({
      title: `What else belongs to ${journey.key}?`,
      fields: {
        kind: choice(
          "It is a",
          ADDED.map((kind) => [kind, KINDS[kind]]),
        ),
        key: line("Called", {
          required: true,
          maxlength: 512,
          placeholder: "3f2a91c0, shop/web!8, shop/web#7, CHG0030001",
        }),
      },
      actions: [
        [
          "Add the link",
          ({ who, why, kind, key }) => [
            {
              method: "POST",
              address: "/v1/verdicts",
              body: {
                a: { kind: "item", key: journey.key },
                b: { kind, key },
                answer: "confirmed",
                who,
                why,
              },
            },
          ],
        ],
      ],
      done: () => after(page),
    });
  if (!mayWrite()) return null;
  return h(
    "p",
    { class: "more" },
    button("Is a link missing? Add it", `Add a link that is missing to ${journey.key}`, act),
  );
}
