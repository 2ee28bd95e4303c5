// The forms of the page Improvements: propose, start, note, stop, adopt.

import { mayWrite } from "./account.js";
import { h } from "./dom.js";
import { choices } from "./improvement_words.js";
import { ask, choice, line, words } from "./verdict_form.js";

const HERE = "/v1/improvements";
const post = (address, body) => [{ method: "POST", address, body }];
/** Nothing for who may only look. */
const button = (label, act, name = label) =>
  mayWrite() &&
  h("button", { type: "button", class: "ask", "aria-label": name, onclick: act }, label);
const date = (label, attributes = {}) => line(label, { type: "date", ...attributes });

const split = (chosen) => {
  const [metric, ...step] = chosen.split(":");
  return { metric, ...(step.length ? { step: step.join(":") } : {}) };
};

/** The way to a new improvement of a stream; `scenarios` of the lab may be where it came from. */
export function proposeButton(stream, scenarios, page) {
  const kept = scenarios.map(({ id, name }) => [String(id), name]);
  const act = () =>
    ask({
      title: `What is to change in ${stream.title}?`,
      whyLabel: "Why should it help",
      fields: {
        title: line("The change", { required: true, maxlength: 100 }),
        metric: choice("Judged by", choices(stream)),
        value: line("Target: days, or items a week", {
          type: "number", min: 0, step: "any", required: true,
        }), // prettier-ignore
        by: date("By", { required: true }),
        owner: line("Owner, a team or a role", { required: true, maxlength: 100 }),
        ...(kept.length
          ? { scenario: choice("From the lab", [["", "no scenario"], ...kept]) }
          : {}),
      },
      actions: [
        [
          "Propose it",
          ({ who, why, title, metric, value, by, owner, scenario }) =>
            post(HERE, {
              stream: stream.name,
              title,
              hypothesis: why,
              ...split(metric),
              target: { value: Number(value), by },
              owner,
              ...(scenario ? { scenario: Number(scenario) } : {}),
              who,
            }),
        ],
      ],
      done: (answer) => page.change({ improvement: answer?.id ?? null }),
    });
  return button("Propose an improvement", act);
}

function start(one, page) {
  ask({
    title: "Start it, and freeze the baseline?",
    about: [
      h("p", null, h("b", null, one.title)),
      h(
        "p",
        { class: "note" },
        "What was before the change is written down as it is known now. Nothing moves it later.",
      ),
    ],
    whyNeeded: false,
    whyLabel: "What is done",
    fields: {
      changed: date("The change was made on (empty: now)"),
      from: date("The baseline begins on (empty: 90 days before)"),
      until: date("Judged until (empty: the day of the target)"),
      per: choice("A point is", [
        ["week", "the average of a week"],
        ["delivery", "a single delivery"],
      ]),
      variant: choice("Limits by", [
        ["mean", "the average"],
        ["median", "the median, where one outlier widens them"],
      ]),
    },
    actions: [
      [
        "Start it",
        ({ who, why, changed, from, until, per, variant }) =>
          post(`${HERE}/${one.id}/start`, {
            who,
            note: why,
            per,
            variant,
            ...(changed ? { changed_at: changed } : {}),
            ...(from ? { baseline_from: from } : {}),
            ...(until ? { until } : {}),
          }),
      ],
    ],
    done: () => page.reload(),
  });
}

function sayLine(one, page, { title, label, act, whyLabel }) {
  ask({
    title,
    about: [h("p", null, h("b", null, one.title))],
    whyLabel,
    actions: [[label, ({ who, why }) => post(`${HERE}/${one.id}/${act}`, { who, note: why })]],
    done: () => page.reload(),
  });
}

function adopt(one, page) {
  ask({
    title: "Make it the standard?",
    about: [
      h("p", null, h("b", null, one.title)),
      h(
        "p",
        { class: "note" },
        "Steps, owners, policies and targets with limits are written down as the way this stream works.",
      ),
    ],
    whyNeeded: false,
    fields: { rules: words("Rules to add, one a line (may be left empty)", { maxlength: 4000 }) },
    actions: [
      [
        "Make it the standard",
        ({ who, why, rules }) =>
          post(`${HERE}/${one.id}/adopt`, {
            who,
            note: why,
            policies: rules
              .split("\n")
              .map((text) => text.trim())
              .filter(Boolean)
              .map((text) => ({ step: "", kind: "other", text })),
          }),
      ],
    ],
    done: () => page.reload(),
  });
}

/** What can be done with an improvement as it stands. */
export function acts(one, page) {
  if (!mayWrite()) return null;
  const open = !["stopped", "standard"].includes(one.status);
  const note = () =>
    sayLine(one, page, {
      title: "What was tried?",
      label: "Note it",
      act: "log",
      whyLabel: "What was tried, and what it did",
    });
  const stop = () =>
    sayLine(one, page, { title: "Stop it?", label: "Stop it", act: "stop", whyLabel: "Why" });
  return h(
    "div",
    { class: "impacts" },
    one.status === "proposed" ? button("Start it", () => start(one, page)) : null,
    button("Note what was tried", note),
    one.status === "held" ? button("Make it the standard", () => adopt(one, page)) : null,
    open ? button("Stop it", stop) : null,
  );
}
