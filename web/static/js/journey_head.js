// Answer line and facts of one item.

import { h, link } from "./dom.js";
import { count, counted, date, duration, durationWords, reasonWords } from "./format.js";
import { grade } from "./parts.js";
import { longestPart } from "./visits.js";

const bold = (text) => h("b", null, text);
const NB = "\u00a0";
export const told = (journey) => journey.grade === "A" || journey.grade === "B";

/** Whether an idea came before the item itself; without one its time begins when it was created. */
const hasIdea = ({ idea_at: idea, created_at: created }) =>
  Boolean(idea) && Date.parse(idea) < Date.parse(created);

/** The whole time that the head speaks of: until it was live, or how long it has been under way. */
export function whole(journey) {
  if (journey.idea_to_release_s !== null)
    return {
      seconds: journey.idea_to_release_s,
      title: hasIdea(journey) ? "Idea to live" : "Created to live",
      live: true,
      from: journey.idea_at ?? journey.created_at,
      to: journey.released_at ?? journey.first_released_at,
    };
  if (journey.done_at && journey.flow_time_s !== null)
    return {
      seconds: journey.flow_time_s,
      title: "Flow time",
      from: journey.committed_at,
      to: journey.done_at,
    };
  return {
    seconds: journey.age_s,
    title: journey.cancelled_at ? "Until it was dropped" : "Age",
    from: journey.committed_at ?? journey.created_at,
    to: null,
  };
}

/** Why it waited, behind the name of the step; a block is told by itself. */
export function waitWhy(reason, before, beforeReturn) {
  if (!reason || reason === "blocked") return "";
  return reason === "returned" ? `${beforeReturn}after it came back` : `${before}${reason}`;
}

/** Where most of the time went, if not in a wait: in work, or before anybody took it up. */
function most(journey, seconds) {
  const top = longestPart(journey);
  if (!top || top.seconds <= Math.max(journey.longest_wait?.seconds ?? 0, seconds / 3)) return [];
  if (top.kind === "active")
    return [" Counted as work: ", bold(durationWords(top.seconds)), ` in ${top.stage}.`];
  if (top.kind === "new" && journey.committed_at)
    return [" Before it was taken up ", bold(durationWords(top.seconds)), ` passed in ${top.stage}.`];
  return [];
}

/** All the time in one wait, or the longest of several; of what was blocked longer the whole. */
function longest({ longest_wait: wait, blocked_s: blocked, done_at: done, stage, age_s: age }) {
  if (!wait) return [];
  if (blocked > wait.seconds || wait.reason === "blocked")
    return [" It was blocked for ", bold(durationWords(blocked || wait.seconds)), "."];
  const here = !done && wait.stage === stage && !wait.reason;
  if (here && durationWords(wait.seconds) === durationWords(age))
    return [" It has waited there all the time."];
  const why = waitWhy(wait.reason, ": ", " ");
  return [
    " The longest wait, ",
    bold(durationWords(wait.seconds)),
    `, was in ${wait.stage}${why}.`,
  ];
}

/** "16", " of them" beside "67 days"; "31 hours", " of that time" beside "4 days". */
function shorter(part, seconds) {
  const [number, unit] = durationWords(part).split(NB);
  return durationWords(seconds).endsWith(unit)
    ? [bold(number), " of them"]
    : [bold(`${number}${NB}${unit}`), " of that time"];
}

const liveAt = (journey) => journey.released_at ?? journey.first_released_at;
const isOpen = (journey) => !journey.done_at && !journey.cancelled_at;

/** Delivered code whose ticket nobody closed: the wait that is left is the ticket's. */
function liveAndOpen(journey, seconds) {
  return [
    "It was live after ",
    bold(durationWords(seconds)),
    `, on ${date(liveAt(journey))}, but its ticket is not closed: it stands in `,
    bold(journey.stage ?? "no known step"),
    ".",
    ...longest(journey),
  ];
}

/** Reopened late, an item is delivered again: what its parts are counted from. */
function again({ episode, committed_at: begun }) {
  if (!(episode > 1)) return [];
  return [
    ` It came back after it was done: delivery ${count(episode)} began on ${date(begun)}, and waiting and cost count from there.`,
  ];
}

const toolOf = (journey) =>
  journey.lanes.find(({ id }) => id === journey.source)?.tool ?? journey.source;

/** Whether it was deleted or moved away: there is no number of it any more. */
export const left = ({ gone }) => Boolean(gone) && gone.why !== "not_visible";

/** That its tool does not show it any more, what that means, and when it was noticed. */
export function goneWords(journey) {
  if (!journey.gone) return [];
  const { note, noticed_at: at } = journey.gone;
  const noticed = at ? [" Noticed on ", bold(date(at)), "."] : [];
  return [`Gone from ${toolOf(journey)}: ${note}.`, ...noticed];
}

/** Values of grade A and B only; else it says what is not known. */
export function journeyAnswer(journey) {
  if (left(journey)) return goneWords(journey);
  const { seconds, title, live } = whole(journey);
  if (journey.cancelled_at)
    return [
      "It was dropped on ",
      bold(date(journey.cancelled_at)),
      seconds === null ? "." : ` after ${durationWords(seconds)}.`,
      ...(told(journey) ? longest(journey) : []),
    ];
  if (seconds === null && isOpen(journey) && !journey.committed_at && !journey.start_reason)
    return [
      "Work on it has not begun",
      journey.stage ? [": it stands in ", bold(journey.stage)] : "",
      ".",
    ];
  if (!told(journey) || seconds === null)
    return [
      `${title === "Age" ? "How long it has been under way" : "How long it took"} cannot be said: ${journey.reasons[0] ?? journey.start_reason ?? "its start is not known"}.`,
    ];
  const worked =
    journey.active_s === null || journey.active_s > seconds || journey.episode > 1
      ? []
      : [" and was worked on for at most ", ...shorter(journey.active_s, seconds)];
  if (live && isOpen(journey)) return liveAndOpen(journey, seconds);
  if (title === "Age")
    return [
      `It has been under way for ${journey.age_at_least ? "at least " : ""}`,
      bold(durationWords(seconds)),
      journey.stage ? " and stands in " : "",
      journey.stage ? bold(journey.stage) : "",
      ".",
      ...most(journey, seconds),
      ...longest(journey),
    ];
  const rest = [...again(journey), ...most(journey, seconds), ...longest(journey)];
  const reached = live ? " to reach its users" : " from start to done";
  return ["It took ", bold(durationWords(seconds)), reached, ...worked, ".", ...rest];
}

export function journeyFacts(journey) {
  const live = journey.released_at
    ? `live since ${date(journey.released_at)}`
    : journey.first_released_at
      ? `partly live since ${date(journey.first_released_at)}`
      : journey.cancelled_at
        ? "dropped"
        : journey.done_at
          ? `done, not live${journey.release_reason ? `: ${reasonWords(journey.release_reason)}` : ""}`
          : `in ${journey.stage ?? "no known step"}`;
  const state = left(journey) ? (journey.gone.why === "moved" ? "moved away" : "deleted") : live;
  const chip = journey.grade && !left(journey)
    ? h(
        "span",
        null,
        grade(journey.grade, journey.reasons),
        journey.reasons[0] ?? "full history",
      )
    : null;
  return [
    link(
      journey.url,
      { class: "lnk" },
      `${journey.key} in ${toolOf(journey)}`,
    ),
    journey.type,
    journey.stream_title ?? journey.stream,
    state,
    chip,
  ].filter(Boolean);
}

/** What the drawing shows, in one sentence. */
export function finding(journey) {
  const { seconds, title } = whole(journey);
  const first = `Time line of ${journey.key} across ${count(journey.lanes.length)} lanes`;
  const wait = journey.longest_wait
    ? `, longest wait ${duration(journey.longest_wait.seconds)} in ${journey.longest_wait.stage}`
    : "";
  return seconds === null
    ? first
    : `${first}: ${title.toLowerCase()} ${duration(seconds)}${NB}${wait}`
        .replace(`${NB},`, ",")
        .trim();
}
