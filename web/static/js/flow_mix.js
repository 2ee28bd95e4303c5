// What the work was: the types of what was done, by count and by the time of work in it.

import { h, link, s } from "./dom.js";
import { count, percent, withheld } from "./format.js";
import { copyBlock, section, table, typeShape, valueOf } from "./parts.js";

const KINDS = {
  feature: "Features",
  defect: "Defects",
  risk: "Risks",
  debt: "Debt",
  unmapped: "Of no type",
};
const HIGH = 22;

const TYPES = `[types]
feature = ["Story"]
defect = ["Bug"]`;

const shares = (mix, ending) =>
  Object.keys(KINDS).map((kind) => ({ kind, share: valueOf(mix, `${kind}${ending}`) ?? 0 }));

/** One whole, cut by type; gaps of paper between. */
function bar(parts) {
  let from = 0;
  return s(
    "svg",
    { class: "ch mixbar", width: "100%", height: HIGH, "aria-hidden": "true" },
    ...parts
      .filter(({ share }) => share > 0)
      .map(({ kind, share }) => {
        const x = from;
        from += share;
        return s("rect", {
          x: `${(100 * x).toFixed(2)}%`,
          width: `${(100 * share).toFixed(2)}%`,
          height: HIGH,
          class: `${kind === "unmapped" ? "f-line2" : `ty-${kind}`} s-bg`,
        });
      }),
  );
}

function words(parts) {
  const [most] = [...parts].sort((a, b) => b.share - a.share);
  return `${KINDS[most.kind].toLowerCase()} are ${percent(most.share, "C")}`;
}

export function mixSection({ mix, velocity }) {
  const begin = section("What the work was", "of what was done, by type", null, "mix");
  if (!mix.n || valueOf(mix, "feature") === null)
    return h(
      "section",
      null,
      begin,
      h("p", { class: "note" }, `Not known: ${withheld(mix.reasons)}.`),
    );
  const [many, active] = [shares(mix, ""), shares(mix, "_active")];
  const timed = valueOf(mix, "feature_active") !== null;
  const rows = many.filter(
    ({ kind, share }) => share > 0 || (timed && valueOf(mix, `${kind}_active`) > 0),
  );
  return h(
    "section",
    null,
    begin,
    h(
      "div",
      {
        class: "mix",
        role: "img",
        "aria-label": `By count ${words(many)}${timed ? `; by time of work ${words(active)}` : ""}`,
      },
      h("p", { class: "lb" }, "By count"),
      bar(many),
      timed ? [h("p", { class: "lb" }, "By time of work"), bar(active)] : null,
    ),
    table(
      "Types of work",
      [["Type"], ["Done", "num"], ["Share", "num"], ["Of the time of work", "num"]],
      rows.map(({ kind, share }) =>
        h(
          "tr",
          null,
          h("td", null, typeShape(kind), KINDS[kind]),
          h(
            "td",
            { class: "num" },
            link(velocity.explain, { class: "val" }, count(valueOf(velocity, kind)) ?? ""),
          ),
          h("td", { class: "num" }, h("b", null, percent(share, "C"))),
          h(
            "td",
            { class: "num" },
            timed ? percent(valueOf(mix, `${kind}_active`), "C") : "no data",
          ),
        ),
      ),
    ),
    many.at(-1).share > 0
      ? [
          h(
            "p",
            { class: "note" },
            "What is of no type is mapped to none: name the tracker\u2019s types in headwater.toml.",
          ),
          copyBlock(TYPES),
        ]
      : null,
  );
}
