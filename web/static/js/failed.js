// What stands above a page that could not be read, could not be loaded, or whose reader is signed out.

import { signInAddress } from "./account.js";
import { h } from "./dom.js";
import { clock, date } from "./format.js";

const when = (iso) => `${date(iso)}, ${clock(iso)}`;

const note = (kind, ...words) =>
  h("div", { class: `problem${kind}`, role: "alert", id: "problem" }, ...words);

const again = (label, onclick) => h("button", { class: "lnk", type: "button", onclick }, label);

/** A sign-in that ended while the page was open: what was read stays, with the way back in. */
export function signedOutNote({ readAt }) {
  const last = readAt ? ` Shown is what was read at ${when(readAt)}.` : "";
  const signIn = h("a", { class: "lnk", href: signInAddress() }, "Sign in again");
  return note(" ended", h("b", null, "You are signed out."), `${last} `, signIn);
}

/** Which of a page's answers is missing, where it asks for more than one. */
function missingPart({ address }, { page, query }) {
  const reads = Object.keys(page.reads(query, new Date())).length;
  if (reads < 2 || !address) return [];
  return [
    `Of the ${reads} answers it is made of at least this one is missing: `,
    h("code", null, address),
    ". ",
  ];
}

/** What the address asks for is not to be had, however often it is asked. */
const isRefused = ({ status }) => status >= 400 && status < 500 && ![408, 425, 429].includes(status);

/** What was asked can't be answered as it stands in the address: the way back to what can. */
function refusedNote(error, { path }) {
  return note(
    "",
    h("b", null, "This page can\u2019t be shown as its address asks"),
    `: ${error.message}. `,
    h("a", { class: "lnk", href: path }, "Show it without these choices"),
  );
}

/** `visit`: the page, what it asks, and since when it fails; `retry` reads it again. */
export function failureNote(error, visit, retry) {
  if (isRefused(error) && !visit.data && visit.query.size) return refusedNote(error, visit);
  const last = visit.readAt
    ? ` Shown is what was read at ${when(visit.readAt)}.`
    : " Nothing was read before.";
  return note(
    "",
    h("b", null, "This page could not be read"),
    ` since ${when(visit.failedAt)}: ${error.message}.${last} `,
    ...missingPart(error, visit),
    "It is tried again every half minute. ",
    again("Try again", retry),
  );
}

export const unloadedNote = (error) =>
  note(
    "",
    h("b", null, "This page could not be loaded"),
    `: ${error.message}. `,
    again("Load it again", () => location.reload()),
  );
