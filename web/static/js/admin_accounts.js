// Who may come in: tokens and people, as the audit log tells of them, what each role may, and how to change it.

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

/** The tokens that were made, the newest first, each as it stands at `now` (ms). */
export function tokensOf(made, revoked, now) {
  return made.items.map((line) => {
    const { role, streams = [], expires_at: ends = null } = line.detail;
    const over = revoked.items.find(({ subject, id }) => subject === line.subject && id > line.id);
    const expired = ends !== null && Date.parse(ends) <= now;
    return {
      name: line.subject.replace(/^token:/, ""),
      account: line.subject,
      role,
      streams,
      made: line.at,
      who: line.who,
      ends,
      state: over ? "revoked" : expired ? "expired" : "counts",
      since: over?.at ?? (expired ? ends : null),
      soon: !over && !expired && ends !== null && Date.parse(ends) - now < SOON_MS,
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

function tokenState({ state, since, ends, soon }) {
  if (state !== "counts") return [state, sub(date(since))];
  const until = ends ? `until ${date(ends)}` : "until it is revoked";
  return [soon ? h("b", { class: "w-waiting" }, "ends soon") : "counts", sub(until)];
}

const tokenRow = (one) =>
  h(
    "tr",
    { class: one.state === "counts" ? null : "over" },
    h("td", null, h("b", null, one.name), sub(`token, ${one.role}`)),
    mayCell(one.role, one.streams),
    h("td", { "data-label": "made" }, date(one.made), sub(one.who ? `by ${one.who}` : null)),
    h("td", { "data-label": "state" }, tokenState(one)),
    h("td", { class: "do" }, logOf(one.account)),
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

/** `tokens` and `people` as above; those that count first. */
export function accountsSection(tokens, people) {
  const ordered = [
    ...tokens.filter(({ state }) => state === "counts"),
    ...tokens.filter(({ state }) => state !== "counts"),
  ];
  const rows = [...people.map((one) => personRow(one)), ...ordered.map((one) => tokenRow(one))];
  return [
    section(
      "Who may see what",
      "tokens that were made and people who signed in, as the audit log tells; never a secret",
      null,
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
    section(
      "Make and revoke tokens",
      "on the server itself: a secret is shown once, where it is made, and is stored nowhere",
    ),
    h("div", { class: "again" }, copyBlock(COMMANDS)),
  ];
}
