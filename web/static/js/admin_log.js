// The audit log: who came in, who was refused, and who changed what; the newest first.

import { address } from "./api.js";
import { h, link } from "./dom.js";
import { clock, count, date, stamp } from "./format.js";
import { section, table } from "./parts.js";

/** Action -> [what was done, in the list of choices]. */
export const ACTIONS = {
  signed_in: ["came in", "Came in"],
  signed_out: ["left", "Left"],
  refused: ["was refused", "Refused"],
  wrote: ["changed something", "Changed something"],
  token_created: ["made a token", "Token made"],
  token_revoked: ["revoked a token", "Token revoked"],
  ended: ["ended sign-ins", "Sign-ins ended"],
  person_erased: ["erased a person", "Person erased"],
};
const WORDS = {
  why: "",
  role: "as",
  status: "answered",
  expires_at: "until",
  streams: "of",
  sign_ins: "sign-ins",
};
const isTime = (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value);
const written = (value) =>
  isTime(value)
    ? `${date(value)} ${clock(value)}`
    : Array.isArray(value)
      ? value.join(", ")
      : value;

const here = (query, more) =>
  `${address("/admin", { ...Object.fromEntries(query), cursor: null, ...more })}#log`;

function detail(told) {
  const parts = Object.entries(told)
    .filter(
      ([, value]) => value !== null && value !== "" && !(Array.isArray(value) && !value.length),
    )
    .map(([name, value]) => `${WORDS[name] ?? name.replaceAll("_", " ")} ${written(value)}`.trim());
  return parts.join(" \u00b7 ");
}

function row(line, query) {
  const [did] = ACTIONS[line.action] ?? [line.action];
  return h(
    "tr",
    null,
    h("td", { class: "ts nw" }, stamp(line.at)),
    h(
      "td",
      null,
      line.who
        ? link(here(query, { who: line.who }), { class: "val" }, h("b", null, line.who))
        : h("span", { class: "withheld" }, "nobody recognised"),
    ),
    h("td", { class: line.action === "refused" ? "w-blocked" : null }, did),
    h(
      "td",
      null,
      line.subject === line.who ? "" : h("code", null, line.subject),
      h("span", { class: "sub" }, detail(line.detail)),
    ),
  );
}

/** `log`: a page of it, of what the address chooses. */
export function logSection(log, query) {
  const chosen = query.get("who") || query.get("action") || query.get("cursor");
  const all = address("/admin", {
    ...Object.fromEntries(query),
    who: null,
    action: null,
    cursor: null,
  });
  const who = query.get("who") ? ` of ${query.get("who")}` : "";
  return [
    section(
      `Audit log${who}`,
      "each line stays: nothing but erasing a person changes one; the newest first",
      chosen ? h("a", { class: "lnk", href: `${all}#log` }, "All of it") : null,
      "log",
    ),
    log.items.length
      ? table(
          "Audit log",
          [["When, UTC"], ["Who"], ["Did"], ["What"]],
          log.items.map((line) => row(line, query)),
          { style: "audit" },
        )
      : h(
          "p",
          { class: "note" },
          chosen ? "There is no such line." : "Nothing was written down yet: nobody has signed in.",
        ),
    log.next
      ? h(
          "p",
          { class: "more" },
          link(
            here(query, { cursor: log.next }),
            { class: "lnk" },
            `Earlier than these ${count(log.items.length)}`,
          ),
        )
      : null,
  ];
}
