// The dialog in which somebody says what they think of a link. It stands outside the page, so that a
// redraw takes nothing of what was typed.

import { accountName } from "./account.js";
import { ReadError, send } from "./api.js";
import { h } from "./dom.js";

const NAME = "headwater.who";

function rememberedName() {
  try {
    return localStorage.getItem(NAME) ?? "";
  } catch {
    return "";
  }
}

function remember(name) {
  try {
    localStorage.setItem(NAME, name);
  } catch {
    // Private windows may keep nothing: then the name is asked for again.
  }
}

let count = 0;

/** A labelled field; `make(id)` gives the input. */
function field(label, make) {
  const id = `said${(count += 1)}`;
  const input = make(id);
  return { input, row: h("p", { class: "field" }, h("label", { for: id }, label), input) };
}

const choice = (label, options) =>
  field(label, (id) =>
    h("select", { id }, ...options.map(([value, text]) => h("option", { value }, text))),
  );

const line = (label, attributes = {}) =>
  field(label, (id) => h("input", { id, type: "text", autocomplete: "off", ...attributes }));

const words = (label, attributes = {}) =>
  field(label, (id) => h("textarea", { id, rows: 2, maxlength: 500, ...attributes }));

/**
 * Asks who and why, and sends. `actions`: [label, request(values) -> [{method, address, body}]];
 * `fields`: further ones, by name; `signed` false asks for them alone, neither who nor why;
 * `done(answer)` once all was taken, with what was answered last.
 */
export function ask({
  title,
  about = [],
  fields = {},
  whyNeeded = true,
  whyLabel = "Why",
  signed = true,
  actions,
  done,
}) {
  const known = accountName();
  const who = line("Your name", { maxlength: 100, required: true, readonly: known !== null });
  who.input.value = known ?? rememberedName();
  const label = whyNeeded ? whyLabel : `${whyLabel} (may be left empty)`;
  const why = words(label, { required: whyNeeded });
  const error = h("p", { class: "refused", role: "alert" });
  const dialog = h("dialog", { class: "say", "aria-labelledby": "say-title" });
  const close = () => dialog.close();
  const buttons = actions.map(([label]) => h("button", { type: "submit", value: label }, label));
  const form = h(
    "form",
    {
      onsubmit: async (event) => {
        event.preventDefault();
        const chosen = actions.find(([label]) => label === event.submitter?.value) ?? actions[0];
        const values = { who: who.input.value.trim(), why: why.input.value.trim() };
        for (const [name, one] of Object.entries(fields)) values[name] = one.input.value.trim();
        buttons.forEach((one) => (one.disabled = true));
        try {
          let answer = null;
          for (const request of chosen[1](values)) answer = await send(request);
          if (signed && known === null) remember(values.who);
          close();
          done(answer);
        } catch (problem) {
          if (!(problem instanceof ReadError)) throw problem;
          error.textContent = `Not taken: ${problem.message}.`;
        } finally {
          buttons.forEach((one) => (one.disabled = false));
        }
      },
    },
    h("h2", { class: "sec", id: "say-title" }, title),
    ...about,
    ...Object.values(fields).map(({ row }) => row),
    ...(signed ? [why.row, who.row] : []),
    error,
    h(
      "p",
      { class: "acts" },
      ...buttons,
      h("button", { type: "button", onclick: close }, "Cancel"),
    ),
  );
  dialog.append(form);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  (Object.values(fields)[0]?.input ?? (signed ? why.input : buttons[0])).focus();
}

export { choice, line, words };
