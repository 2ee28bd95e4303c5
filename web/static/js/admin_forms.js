// The forms of the page Admin: make and revoke a token, erase a person.

import { account } from "./account.js";
import { h } from "./dom.js";
import { count, counted, date } from "./format.js";
import { copyBlock } from "./parts.js";
import { ask, choice, line, words } from "./verdict_form.js";

const TOKENS = "/v1/tokens";
const ERASE = "/v1/privacy/erase";
const ENDS = [
  ["90d", "90 days"],
  ["30d", "30 days"],
  ["365d", "a year"],
  ["never", "it does not end by itself"],
];
const ROLES = [
  ["viewer", "viewer: looks at everything"],
  ["analyst", "analyst: looks, and says what is kept"],
  ["admin", "admin: that, and sees this page"],
];
const post = (address, body) => [{ method: "POST", address, body }];
const button = (label, act, name = label) =>
  h("button", { type: "button", class: "ask", "aria-label": name, onclick: act }, label);

/** Whether tokens are made here: where nobody signs in, anybody could. */
export const signsIn = () => account().mode !== "none" && account().account !== null;

/** Something to be read and closed. */
function tell(title, ...content) {
  const dialog = h("dialog", { class: "say", "aria-labelledby": "told-title" });
  const close = h("button", { type: "button", onclick: () => dialog.close() }, "Done");
  dialog.append(
    h("h2", { class: "sec", id: "told-title" }, title),
    ...content,
    h("p", { class: "acts" }, close),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

function showSecret(made, page) {
  const until = made.expires_at ? `until ${date(made.expires_at)}` : "until it is revoked";
  tell(
    `The token ${made.name}`,
    h(
      "p",
      { class: "note" },
      h("b", null, "It is shown this once"),
      `, and stored nowhere. It counts now, ${until}.`,
    ),
    h("div", { class: "secret" }, copyBlock(made.secret)),
    h("p", { class: "note" }, "Send it as ", h("code", null, "Authorization: Bearer hw_..")),
  ).addEventListener("close", () => page.reload());
}

/** `streams`: those that a token may be for, each with name and title. */
export function makeButton(streams, page) {
  const all = ["", "all streams"];
  const act = () =>
    ask({
      title: "Make a token",
      signed: false,
      fields: {
        name: line("Who or what uses it", {
          required: true,
          maxlength: 64,
          pattern: "[a-z0-9][a-z0-9._\\-]*",
          placeholder: "grafana",
          title: "lower case letters, digits, dots, - and _",
        }),
        role: choice("It may", ROLES),
        stream: choice("It reads", [
          all,
          ...streams.map(({ name, title }) => [name, `${title} only`]),
        ]),
        expires: choice("It ends after", ENDS),
      },
      actions: [
        [
          "Make it",
          ({ name, role, stream, expires }) =>
            post(TOKENS, { name, role, streams: stream ? [stream] : [], expires }),
        ],
      ],
      done: (made) => showSecret(made, page),
    });
  return button("Make a token", act);
}

export function revokeButton({ id, name }, page) {
  const act = () =>
    ask({
      title: `Revoke ${name}?`,
      signed: false,
      about: [
        h(
          "p",
          { class: "note" },
          "It lets nobody in from now on, nor a browser that came in with it. This can't be taken back; a new token can be made.",
        ),
      ],
      actions: [["Revoke it", () => [{ method: "DELETE", address: `${TOKENS}/${id}` }]]],
      done: () => page.reload(),
    });
  return button("Revoke", act, `Revoke ${name}`);
}

const bold = (text) => h("b", null, text);
const fact = (...parts) => h("p", { class: "told" }, ...parts);

/** What an erasure changes or changed, in lines. */
function changes(told) {
  const rows = told.changed.reduce((sum, { rows }) => sum + rows, 0);
  const accounts = told.accounts.reduce((sum, { accounts }) => sum + accounts, 0);
  const where = told.accounts.map(({ source, accounts }) => `${source} ${count(accounts)}`);
  const done = (was, would) => (told.erased ? was : would);
  return [
    fact(
      bold(counted(accounts, "account")),
      ` (${where.join(", ")}), known by ${counted(told.words, "word")}`,
    ),
    fact(
      bold(counted(rows, "row")),
      ` of ${counted(told.changed.length, "table")} ${done("changed", "would change")}`,
    ),
    told.sign_ins_ended
      ? fact(
          bold(counted(told.sign_ins_ended, "browser")),
          ` ${done("signed out", "would be signed out")}`,
        )
      : null,
    told.tokens.length ? fact("Tokens: ", bold(told.tokens.join(", "))) : null,
    told.stays_in.length
      ? fact("Words stay in ", bold(told.stays_in.map(({ where }) => where).join(", ")))
      : null,
    told.hints.length
      ? h("ul", { class: "heed" }, ...told.hints.map((hint) => h("li", null, hint)))
      : null,
  ].filter(Boolean);
}

function confirmErasure(person, also, told, page) {
  ask({
    title: "Erase this person for good?",
    signed: false,
    about: [
      ...changes(told),
      h("p", { class: "note" }, "Numbers about work stay as they are. This can't be undone."),
    ],
    fields: {
      sure: line("Write erase to go on", { required: true, pattern: "erase", title: "erase" }),
    },
    actions: [["Erase", () => post(ERASE, { person, also, dry_run: false })]],
    done: (done) => tell("Erased", ...changes(done)).addEventListener("close", () => page.reload()),
  });
}

export function eraseButton(page) {
  const act = () => {
    let asked = null;
    ask({
      title: "Erase a person",
      signed: false,
      fields: {
        person: line("Account name, e-mail or full name, as any tool tells it", {
          required: true,
          maxlength: 320,
        }),
        also: words("Further words of theirs, a line each (may be left empty)", {
          maxlength: 2000,
        }),
      },
      actions: [
        [
          "See what would change",
          ({ person, also }) => {
            asked = {
              person,
              also: also
                .split("\n")
                .map((one) => one.trim())
                .filter(Boolean),
            };
            return post(ERASE, { ...asked, dry_run: true });
          },
        ],
      ],
      done: (told) => confirmErasure(asked.person, asked.also, told, page),
    });
  };
  return button("Erase a person", act);
}
