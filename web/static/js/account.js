// Who is signed in, as the server says: what the frame shows, and what is worth offering.

import { h } from "./dom.js";

const OPEN = {
  mode: "none",
  account: null,
  role: null,
  streams: [],
  may_write: true,
  may_see_audit_log: true,
  by_cookie: false,
};
let told = OPEN;

/** Asks who is signed in; where that can't be read, everything is offered and the server refuses. */
export async function learnAccount() {
  try {
    const response = await fetch("/v1/account", { cache: "no-store" });
    if (response.ok) told = { ...OPEN, ...(await response.json()) };
  } catch {
    // The page's own reads say that nobody answers.
  }
}

/** Whether something may be said that is kept: a button that would be refused is not shown. */
export const mayWrite = () => told.may_write;

/** Whether what only admins see may be asked for. */
export const isAdmin = () => told.may_see_audit_log;

/** Who is signed in, as the server told it. */
export const account = () => told;

/** The name under which all stands that is said here, null where nobody signs in. */
export const accountName = () => told.account;

/** The address to sign in and come back to where one is. */
export const signInAddress = () =>
  `/signin?next=${encodeURIComponent(location.pathname + location.search)}`;

async function signOut() {
  try {
    const response = await fetch("/signout", { method: "POST", cache: "no-store" });
    location.assign(response.ok ? (await response.json()).next : "/signin");
  } catch {
    location.reload();
  }
}

/** "Signed in as .., viewer. Sign out", for the foot of the navigation; null where nobody signs in. */
export function accountLine() {
  if (!told.account) return null;
  const until = told.streams?.length ? `, ${told.streams.join(", ")} only` : "";
  return h(
    "div",
    { class: "account" },
    h("p", { class: "sr" }, "Signed in as"),
    h("p", { class: "name", title: told.account }, told.account),
    h(
      "p",
      null,
      `${told.role}${until}`,
      told.by_cookie
        ? [" \u00b7 ", h("button", { type: "button", class: "lnk", onclick: signOut }, "Sign out")]
        : null,
    ),
  );
}
