// How a source signs in: where each secret comes from, how old it is, and what to do. Never a secret.

import { h } from "./dom.js";
import { date, duration } from "./format.js";
import { later } from "./later.js";
import { table } from "./parts.js";

const SENT = {
  basic: "name and password",
  bearer: "a bearer token",
  "private token": "a private token",
  "oauth client": "an OAuth client",
};
const READABLE = { true: "others, too", false: "its owner alone" };

const secretRow = (one) =>
  h(
    "tr",
    null,
    h("td", null, h("code", null, one.part)),
    h("td", null, h("code", null, one.from)),
    h(
      "td",
      { class: "num" },
      one.age_d === null
        ? h("span", { class: "withheld" }, one.reason ?? "not known")
        : [duration(one.age_d * 86_400, "A"), h("span", { class: "sub" }, date(one.changed_at))],
    ),
    h("td", null, READABLE[one.readable_by_others] ?? "not known"),
  );

function body(told) {
  const who = told.account ? ` as ${told.account}` : "";
  const way = told.in_clear ? ", without encryption" : "";
  const secrets = told.secrets.length
    ? table(
        `Secrets of ${told.name}`,
        [["Part"], ["From"], ["Age", "num"], ["Read by"]],
        told.secrets.map(secretRow),
        { style: "secrets" },
      )
    : null;
  const todo = told.findings.length
    ? h(
        "ul",
        { class: "plainlist" },
        ...told.findings.map((one) => h("li", null, one)),
      )
    : h("p", { class: "note" }, "Nothing to do.");
  const rights =
    !told.rights && !told.reason
      ? null
      : told.rights
        ? `It may: ${told.rights.join(", ")}${told.expires_at ? `, until ${date(told.expires_at)}` : ""}.`
        : `What it may do is not known: ${told.reason}.`;
  return [
    h(
      "p",
      { class: "note" },
      told.sent_as === "nothing"
        ? `Sends no credentials${way}.`
        : `Signs in${who} with ${SENT[told.sent_as] ?? told.sent_as}${way}.`,
    ),
    secrets,
    todo,
    rights ? h("p", { class: "note" }, rights) : null,
  ];
}

/** Read for itself; only admins may. */
export const credentialsOf = (source) =>
  later(`/v1/sources/${encodeURIComponent(source)}/credentials`, body);
