// Changes that were kept, beside the one on the page: each played on the same facts, one after the other.

import { address, read, ReadError } from "./api.js";
import { h, link } from "./dom.js";
import { daysText, directionWords, moneyText } from "./lab_numbers.js";
import { withLevers } from "./lab_levers.js";
import { changeTitle, changeWords, verdictSign } from "./lab_words.js";
import { section, table } from "./parts.js";

const MOST = 6;
const answers = new Map(); // by question: what a kept change does, or why it can't be told
let asking = null;
let drawn = null; // {node, draw}

const num = (kind, ...content) => h("td", { class: `num${kind}` }, ...content);
const same = (one, levers) =>
  JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(levers).sort());

/** The kept change that has these levers, or null. */
export const keptAs = (kept, levers) => kept.items.find((one) => same(one.levers, levers)) ?? null;

const within = ({ flow_d: { p85 } }) =>
  p85.after === null
    ? directionWords(p85)
    : p85.direction === "same"
      ? "within chance"
      : daysText(p85.after);

function cost({ delay_cost: { cents_per_week: pair, currency } }) {
  if (!pair) return h("span", { class: "withheld" }, "not valued");
  return pair.after === null ? directionWords(pair, "amount") : moneyText(pair.after, currency);
}

const days = (value) => (value === null ? "no number" : value > 0 ? daysText(value) : "none");

function told(answer) {
  if (!answer) return [h("td", { colspan: "6", class: "withheld" }, "being played")];
  if (answer.refused) return [h("td", { colspan: "6", class: "withheld" }, answer.refused)];
  const next = answer.constraint;
  return [
    h("td", null, verdictSign(answer.verdict.verdict)),
    num("", h("b", null, within(answer))),
    num(" p2", days(answer.verdict.removed_d)),
    num(" p2", days(answer.verdict.returned_d)),
    num("", h("b", null, cost(answer))),
    h(
      "td",
      { class: "p2" },
      next ? [...new Set([next.step, next.team])].join(", ") : "nobody works here",
    ),
  ];
}

const row = (name, beside, answer, { href = null, current = false } = {}) =>
  h(
    "tr",
    { class: current ? "cur" : null },
    h(
      "td",
      null,
      href ? h("a", { class: "val", href }, h("b", null, name)) : h("b", null, name),
      beside ? h("span", { class: "sub" }, beside) : null,
    ),
    ...told(answer),
  );

const COLUMNS = [
  ["Change"],
  ["Verdict"],
  ["85\u00a0% within", "num"],
  ["Wait removed", "num p2"],
  ["Comes back", "num p2"],
  ["Delay cost a week", "num"],
  ["Next constraint", "p2"],
];

/** What stands in the table: the change of the page first, then those that were kept. */
function rows({ question, kept, change, levers, query }) {
  const mine = change ? keptAs(kept, levers) : null;
  const first = change
    ? [
        row(
          mine?.name ?? changeTitle(levers),
          mine ? changeWords(levers) : "not kept yet",
          change,
          { current: true },
        ),
      ]
    : [];
  const others = kept.items.filter((one) => one !== mine).slice(0, MOST);
  return [
    ...first,
    ...others.map((one) =>
      row(one.name, changeWords(one.levers), answers.get(question(one)), {
        href: withLevers(query, one.levers),
      }),
    ),
  ];
}

/** Asks for what is not known yet, one at a time, while the page asks nothing itself. */
async function ask(all, key) {
  if (asking === key) return;
  asking = key;
  for (const { name, asked } of all) {
    while (document.getElementById("main").getAttribute("aria-busy") === "true")
      await new Promise((done) => setTimeout(done, 100));
    if (asking !== key) return;
    if (answers.has(name)) continue;
    try {
      answers.set(name, (await read(asked)).data);
    } catch (error) {
      if (!(error instanceof ReadError)) throw error;
      answers.set(name, { refused: `can\u2019t be played: ${error.message}` });
    }
    drawn?.draw();
  }
  asking = null;
}

/** The section, which fills as the answers come; nothing where nothing is kept. `facts`: what the change of the page is played on. */
export function compareSection({ base, params, today, kept, change, levers, query }) {
  if (!kept.items.length && !change) return [];
  const question = (one) => JSON.stringify([base, params, today.known_at, one.levers]);
  const all = kept.items.slice(0, MOST + 1).map((one) => ({
    name: question(one),
    asked: { address: `${base}/lab`, body: { levers: one.levers, ...params } },
  }));
  const node = h("div", { class: "compare" });
  const draw = () =>
    node.replaceChildren(
      table(
        "Compared with other changes",
        COLUMNS,
        rows({ question, kept, change, levers, query }),
      ),
    );
  draw();
  drawn = { node, draw };
  if (all.some(({ name }) => !answers.has(name))) ask(all, all.map(({ name }) => name).join());
  const real = kept.items.length
    ? link(
        address("/improvements", { stream: query.get("stream") }),
        { class: "lnk" },
        "Try one for real",
      )
    : null;
  return [
    section("Compared with other changes", "same arrivals, same random numbers", real, "compare"),
    node,
  ];
}
