// Keeping a change under a name, so that it can be looked at again.

import { h } from "./dom.js";
import { changeTitle } from "./lab_words.js";
import { ask, line } from "./verdict_form.js";

/** Asks for a name, by whom and why. */
export function keep({ stream, levers, reload }) {
  const name = line("Name", { maxlength: 100, required: true });
  name.input.value = changeTitle(levers).slice(0, 100);
  const lines = Object.entries(levers).map(([lever, value]) =>
    h("li", null, h("code", null, `${lever} = ${value}`)),
  );
  ask({
    title: "Keep this change",
    about: [
      h("p", null, "It is judged anew each time, on the facts of then."),
      h("ul", { class: "saidlist" }, ...lines),
    ],
    fields: { name },
    whyNeeded: false,
    actions: [
      [
        "Keep",
        (values) => [
          { method: "POST", address: "/v1/scenarios", body: { stream, levers, ...values } },
        ],
      ],
    ],
    done: reload,
  });
}
