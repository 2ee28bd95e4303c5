// Who may come in: tokens and people, as the audit log tells of them, what each role may, and how to change it.

import { makeButton, revokeButton, signsIn } from "./admin_forms.js";
import { h } from "./dom.js";
import { date, stamp } from "./format.js";
import { copyBlock, section, table } from "./parts.js";

const MODES = {
  none: ["nobody", "whoever reaches the port may all"],
  tokens: ["tokens", "programs send one, people enter one"],
  oidc: ["people and tokens", "people by the identity provider, programs by token"],
};
const MAY = {
  viewer: "looks at everything",
  analyst: "looks, and says what is kept",
  admin: "that, and sees this page",
};
const COMMANDS = `headwater token create grafana --role viewer --expires 90d
headwater token list
headwater token revoke grafana
headwater sign-out anna@acme.example`;
const SOON_MS = 30 * 86_400_000;

export const modeWords = (mode) => MODES[mode] ?? [mode, ""];

/** All tokens, the newest first; `soon`: it ends within 30 days of `now` (ms). */
export function tokensOf(list, now) {
  return list.items.map((one) => {
    const ends = one.expires_at;
    return {
      ...one,
      account: `token:${one.name}`,
      since: one.revoked_at ?? (one.state === "expired" ? ends : null),
      soon: one.state === "counts" && ends !== null && Date.parse(ends) - now < SOON_MS,
    };
  });
}

/** Of each person the last sign-in, the newest first. */
export function peopleOf(signedIn) {
  const seen = new Map();
  for (const line of signedIn.items)
    if (line.who && !line.who.startsWith("token:") && !seen.has(line.who)) seen.set(line.who, line);
  return [...seen.values()].map(({ who, at, detail }) => ({ account: who, role: detail.role, at }));
}

const sub = (text) => (text ? h("span", { class: "sub" }, text) : null);
const logOf = (account) => {
  const href = new URL(location.href);
  href.search = new URLSearchParams({ who: account });
  href.hash = "log";
  return h(
    "a",
    { class: "lnk", href: href.href, "aria-label": `What ${account} did` },
    "what it did",
  );
};
const mayCell = (role, streams = []) =>
  h(
    "td",
    { "data-label": "may" },
    MAY[role] ?? role ?? "not known",
    sub(streams.length ? `of ${streams.join(", ")} only` : "all streams"),
  );

function tokenState({ state, since, expires_at: ends, soon }) {
  if (state !== "counts") return [state, sub(date(since))];
  const until = ends ? `until ${date(ends)}` : "until it is revoked";
  return [soon ? h("b", { class: "w-waiting" }, "ends soon") : "counts", sub(until)];
}

const tokenRow = (one, page) =>
  h(
    "tr",
    { class: one.state === "counts" ? null : "over" },
    h("td", null, h("b", null, one.name), sub(`token, ${one.role}`)),
    mayCell(one.role, one.streams),
    h("td", { "data-label": "made" }, date(one.created_at), sub(`by ${one.created_by}`)),
    h(
      "td",
      { "data-label": "state" },
      tokenState(one),
      sub(one.last_used_at ? `used ${stamp(one.last_used_at)}` : "never used"),
    ),
    h(
      "td",
      { class: "do" },
      one.state === "counts" && signsIn() ? revokeButton(one, page) : null,
      logOf(one.account),
    ),
  );

const personRow = (one) =>
  h(
    "tr",
    null,
    h("td", null, h("b", null, one.account), sub(`person, ${one.role ?? "role not known"}`)),
    mayCell(one.role),
    h("td", { "data-label": "last sign-in, UTC" }, stamp(one.at)),
    h("td", { "data-label": "state" }, "as the provider says", sub("asked at each sign-in")),
    h("td", { class: "do" }, logOf(one.account)),
  );

/** `tokens` and `people` as above; those that count first. `streams`: those there are. */
export function accountsSection(tokens, people, streams, page) {
  const ordered = [
    ...tokens.filter(({ state }) => state === "counts"),
    ...tokens.filter(({ state }) => state !== "counts"),
  ];
  const rows = [
    ...people.map((one) => personRow(one)),
    ...ordered.map((one) => tokenRow(one, page)),
  ];
  return [
    section(
      "Who may see what",
      "all tokens, and people who signed in, as the audit log tells; never a secret",
      signsIn() ? makeButton(streams, page) : null,
      "accounts",
    ),
    rows.length
      ? table(
          "Who may see what",
          [
            ["Account"],
            ["May"],
            ["Made, or came in"],
            ["State"],
            [h("span", { class: "sr" }, "Audit log")],
          ],
          rows,
          { style: "accounts" },
        )
      : h("p", { class: "note" }, "No token was made and nobody signed in yet."),
    ...(signsIn()
      ? []
      : [
          section(
            "Make and revoke tokens",
            "on the server itself, as nobody signs in here: a secret is shown once, and stored nowhere",
          ),
          h("div", { class: "again" }, copyBlock(COMMANDS)),
        ]),
  ];
}
