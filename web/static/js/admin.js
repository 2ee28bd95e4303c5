// Admin: who may see what, who did what, and how the sources sign in. For admins alone.

import { account, isAdmin, signInAddress } from "./account.js";
import { accountsSection, modeWords, peopleOf, tokensOf } from "./admin_accounts.js";
import { eraseButton, signsIn } from "./admin_forms.js";
import { ACTIONS, logSection } from "./admin_log.js";
import { address } from "./api.js";
import { credentialsOf } from "./credentials.js";
import { h } from "./dom.js";
import { count, counted, date } from "./format.js";
import { choice } from "./frame.js";
import { below, copyBlock, empty, figures, head, section, unreadFigures } from "./parts.js";

const TITLE = "Admin";
const BLANK = ["Who signs in", "Tokens that count", "People who came in", "Refused"];
const AUTH = `[auth]
mode = "oidc"
public_url = "https://headwater.acme.example"

[auth.oidc]
issuer = "https://id.acme.example/realms/acme"
client_id = "headwater"
client_secret = "env:HEADWATER_OIDC_SECRET"
roles = { viewer = ["staff"], admin = ["platform"] }`;
const GROUPS = `[auth.oidc]
roles = { viewer = ["staff"], analyst = ["value-stream-managers"], admin = ["platform"] }`;
const bold = (text) => h("b", null, text);
const many = (list, number = list.items.length) => `${count(number)}${list.next ? "+" : ""}`;

/** What everybody else sees: why, and who can change that. */
function forbidden() {
  const { account: name, role } = account();
  return [
    head(
      TITLE,
      name
        ? [bold("This page is for admins."), ` You are signed in as ${name}, ${role}.`]
        : [bold("This page is for admins.")],
      null,
    ),
    h(
      "section",
      { class: "empty" },
      h("h2", null, "What you would need"),
      h(
        "p",
        null,
        "The role admin. Where people come in by an identity provider, being in one of these groups gives it; the person who looks after headwater.toml sets them:",
      ),
      copyBlock(GROUPS),
      h(
        "p",
        null,
        "A program needs a token of that role: ",
        h("code", null, "headwater token create NAME --role admin"),
        ".",
      ),
      h("p", null, h("a", { class: "lnk", href: signInAddress() }, "Sign in with another account")),
    ),
  ];
}

function answer({ told, log }, tokens) {
  const counting = tokens.filter(({ state }) => state === "counts");
  const soon = counting.filter((one) => one.soon);
  const admins = counting.filter(({ role }) => role === "admin");
  if (told.mode === "none")
    return [
      bold("Nobody signs in here:"),
      " whoever reaches the port may read everything, and say things under any name.",
    ];
  const [last] = log.items;
  return [
    bold(`${counted(counting.length, "token")} ${counting.length === 1 ? "counts" : "count"}`),
    admins.length
      ? `, ${count(admins.length)} of them with the role admin`
      : ", none with the role admin",
    soon.length
      ? `; ${soon.map(({ name }) => name).join(", ")} ${soon.length === 1 ? "ends" : "end"} within 30 days.`
      : ".",
    last ? ` The last line of the log is of ${date(last.at)}.` : " The log is empty.",
  ];
}

function headline({ told, tokens: list, signedIn, refused }, tokens, people) {
  const [mode, words] = modeWords(told.mode);
  const counting = tokens.filter(({ state }) => state === "counts");
  const whole = tokens.length - counting.length;
  const [latest] = refused.items;
  return [
    { title: BLANK[0], value: mode, words: true, notes: [words] },
    {
      title: BLANK[1],
      value: many(list, counting.length),
      href: below("accounts"),
      notes: [whole ? `${count(whole)} revoked or expired` : "none is revoked or expired"],
    },
    {
      title: BLANK[2],
      value: many(signedIn, people.length),
      href: below("accounts"),
      notes: ["each once, by their last sign-in"],
    },
    {
      title: BLANK[3],
      value: many(refused),
      href: "/admin?action=refused#log",
      notes: [
        latest ? `last on ${date(latest.at)}; the same once a minute` : "nobody was turned away",
      ],
    },
  ];
}

const open = () =>
  empty(
    "Say who may come in",
    "Before it listens beyond this machine, name who may: tokens for programs, an identity provider for people.",
    AUTH,
  );

const sources = ({ items }) => [
  section(
    "How the sources sign in",
    "where each secret comes from, how old it is, and what to do",
    null,
    "credentials",
  ),
  ...(items.length
    ? [
        h(
          "div",
          { class: "creds" },
          ...items.map(({ name }) =>
            h("section", null, h("h3", { class: "sec" }, name), credentialsOf(name)),
          ),
        ),
      ]
    : [h("p", { class: "note" }, "No source is configured.")]),
];

const erasing = (page) => [
  section(
    "Erase a person",
    "their words give way to stand-ins in all that is stored, for good; no number about work changes",
    signsIn() ? eraseButton(page) : null,
    "erase",
  ),
  signsIn()
    ? h(
        "p",
        { class: "note" },
        "All accounts that are joined are erased together, and what is read later is freed of the same words. It is told first what would change. Backups, exports and logs of before are yours to delete.",
      )
    : h(
        "div",
        { class: "again" },
        copyBlock("headwater privacy erase --dry-run\nheadwater privacy erase"),
      ),
];

function draw(data, page) {
  const { query } = page;
  if (!isAdmin()) return forbidden();
  if (!data) return [head(TITLE, []), unreadFigures(BLANK)];
  const tokens = tokensOf(data.tokens, Date.now());
  const people = peopleOf(data.signedIn);
  const me = data.told.account;
  return [
    head(TITLE, answer(data, tokens), [
      me ? `you are ${me}, ${data.told.role}` : null,
      "for admins alone",
      "no number is made of a person",
    ]),
    figures(...headline(data, tokens, people)),
    data.told.mode === "none" ? open() : null,
    ...accountsSection(tokens, people, data.streams.items, page),
    ...erasing(page),
    ...logSection(data.log, query),
    ...sources(data.sources),
  ];
}

const LOG = "/v1/audit-log";
const ofAction = (action) => address(LOG, { action, limit: 500 });

function reads(query) {
  if (!isAdmin()) return {};
  return {
    told: "/v1/account",
    log: address(LOG, {
      who: query.get("who"),
      action: query.get("action"),
      cursor: query.get("cursor"),
    }),
    tokens: "/v1/tokens",
    streams: "/v1/streams",
    signedIn: ofAction("signed_in"),
    refused: ofAction("refused"),
    sources: "/v1/sources",
  };
}

function filters(data, { query, change }) {
  if (!isAdmin() || !data) return [];
  const actions = Object.entries(ACTIONS).map(([action, [, words]]) => [action, words]);
  const made = data.tokens.items.flatMap(({ name, created_by }) => [created_by, `token:${name}`]);
  const names = [...data.signedIn.items.map(({ who }) => who), ...made];
  const chosen = query.get("who") ?? "";
  const all = [...new Set([...names, chosen].filter(Boolean))].sort();
  const set = (name) => (value) => change({ [name]: value, cursor: null });
  return [
    choice(
      "Account",
      [["", "Everybody"], ...all.map((one) => [one, one])],
      chosen,
      set("who"),
      true,
    ),
    choice(
      "What was done",
      [["", "All that was done"], ...actions],
      query.get("action") ?? "",
      set("action"),
    ),
  ];
}

export const admin = {
  keeps: () => true,
  title: () => TITLE,
  reads,
  draw,
  filters,
  dataTo: () => undefined,
  failed: ({ status }) => (status === 403 ? forbidden() : null),
};
