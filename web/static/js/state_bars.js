// The bars of the state of an item: waiting above the line, active below it, each with its name where there is room.

import { labelWidth, s } from "./dom.js";
import { WHOLE, duration } from "./format.js";

export const STATE = { above: 48, line: 72, below: 96, note: 42, under: 110 };

const STYLE = {
  waiting: { class: "f-waiting" },
  active: { class: "f-active" },
  blocked: { fill: "url(#h-blk)" },
  new: { class: "f-bg s-new w125" },
  unknown: { fill: "url(#h-box)", class: "s-line2" },
};
const INSIDE = { waiting: "o-waiting", active: "o-active", new: "ink3", unknown: "ink2" };

function inside(part, width) {
  const long = duration((part.to - part.from) / 1000, WHOLE);
  const texts = part.kind === "blocked" ? [] : [`${part.stage} ${long}`, part.stage];
  return texts.find((text) => labelWidth(text, 600) + 11 <= width) ?? null;
}

/** Where the text of a bar begins: behind the cut of a fold that would cross it. */
function textStart(left, width, text, { quiet, x }) {
  const long = labelWidth(text, 600);
  const cut = quiet
    .map((fold) => (x(fold.from) + x(fold.to)) / 2)
    .find((middle) => middle > left - 4 && middle < left + long + 16);
  if (cut === undefined) return left + 6;
  return cut + 12 + long < left + width ? cut + 12 : null;
}

/** Where a bar lies. */
function placed(part, { x }) {
  const left = x(part.from);
  return { left, width: Math.max(x(part.to) - left - 1, 2) };
}

/** The text within a bar and where it begins; null where there is no room. */
function barText(part, axis) {
  const { left, width } = placed(part, axis);
  const text = inside(part, width);
  const start = text ? textStart(left, width, text, axis) : null;
  return start === null ? null : { text, start };
}

export function stateBars(parts, axis) {
  return parts.flatMap((part) => {
    const { left, width } = placed(part, axis);
    const y = part.kind === "active" ? STATE.line : STATE.above;
    const edge = part.kind === "new" ? 0.75 : 0;
    const long = duration((part.to - part.from) / 1000);
    const text = barText(part, axis);
    return [
      s(
        "rect",
        {
          x: (left + edge).toFixed(1),
          y: y + edge,
          width: Math.max(width - 2 * edge, 1).toFixed(1),
          height: 24 - 2 * edge,
          ...STYLE[part.kind],
        },
        s(
          "title",
          null,
          [`${part.stage}, ${part.kind} ${long}`, part.team].filter(Boolean).join(", "),
        ),
      ),
      text
        ? s(
            "text",
            { x: text.start.toFixed(1), y: y + 16, class: `t11 b ${INSIDE[part.kind]}` },
            text.text,
          )
        : null,
    ];
  });
}

const BELOW = { waiting: "b x-waiting", new: "b ink2", unknown: "b ink2" };

/** Long stretches whose bar has no room for their name, as where a fold cuts it: in the empty place below. */
export function longNames(parts, axis, labels) {
  const whole = axis.to - axis.from;
  const long = (part) => BELOW[part.kind] && part.to - part.from > whole / 10;
  return parts
    .filter((part) => long(part) && !barText(part, axis))
    .map((part) => {
      const { left, width } = placed(part, axis);
      const text = `${part.stage} ${duration((part.to - part.from) / 1000, WHOLE)}`;
      if (labelWidth(text, 600) > width) return null;
      return labels.place(
        text,
        [{ x: left + width / 2, y: STATE.line + 15, anchor: "middle" }],
        { style: BELOW[part.kind], weight: 600 },
      );
    });
}
