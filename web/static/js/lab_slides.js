// How far each lever slides: between what and what, and the text that each place stands for.

const whole = (number) => Math.round(number);
const NONE = "none";

/** A share from 0 to 100 %; where it stands already, nothing is moved. */
function share(row, { least = 0, step = 1 } = {}) {
  const now = whole((row.amount ?? 0) * 100);
  return {
    least,
    most: 100,
    step,
    value: (at) => (at === now ? null : `${at} %`),
    place: (text) => (text === null ? now : (parseFloat(text) ?? now)),
    words: (text) => text,
  };
}

/** So many more or fewer than now. */
function people(row) {
  const now = whole(row.amount);
  const of = (text) => (/^[+-]/.test(text) ? Number(text) : Number(text) - now);
  return {
    least: 1 - now,
    most: Math.max(5, now),
    step: 1,
    value: (at) => (at === 0 ? null : at > 0 ? `+${at}` : String(at)),
    place: (text) => (text === null ? 0 : of(text)),
    words: (text) => String(now + of(text)),
  };
}

/** Up to a number, and behind it none. */
function limit(row, most) {
  const last = Math.max(most, whole(row.amount ?? 0)) + 1;
  const now = row.amount === null ? last : whole(row.amount);
  return {
    least: 1,
    most: last,
    step: 1,
    value: (at) => (at === now ? null : at === last ? NONE : String(at)),
    place: (text) => (text === null ? now : text === NONE ? last : Number(text)),
    words: (text) => (row.what === "cap" && text !== NONE ? `${text} a week` : text),
  };
}

/** Less or more of it, in percent. */
const part = (row) => ({
  least: -100,
  most: 100,
  step: 5,
  value: (at) => (at === 0 ? null : `${at > 0 ? "+" : "-"}${Math.abs(at)} %`),
  place: (text) => (text === null ? 0 : parseFloat(text)),
  words: (text) => `${((row.amount ?? 0) * (1 + parseFloat(text) / 100)).toPrecision(2)} d`,
});

const inside = ({ calibration, steps }, { step }) =>
  Math.ceil(2 * (steps.find((one) => one.step === step)?.queue_items ?? 0)) ||
  Math.ceil(calibration.arrivals_per_week);

/** The scale of a lever; null where it is not a matter of degree. `model`: of the stream as it is. */
export function slides(row, model) {
  if (row.lever === "arrivals.cap")
    return limit(row, Math.ceil(2 * model.calibration.arrivals_per_week));
  if (row.step === null) return share(row);
  switch (row.what) {
    case "people":
      return people(row);
    case "limit":
      return limit(row, Math.max(20, inside(model, row)));
    case "wait":
      return part(row);
    case "usable":
      return share(row, { least: 1 });
    case "approve":
    case "automate":
      return share(row, { step: 5 });
    default:
      return null;
  }
}

/** The text for the place at which a slider stands. */
export const readsOf = (scale, input) => scale.value(Number(input.value));
