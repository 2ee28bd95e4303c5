// Reads of the public API: one cache by address, asked again with the ETag it came with.

const cache = new Map();
const MOST_SENT = 40; // answers to what was sent that are kept

/** What a page says when a read failed: the problem's title and detail, or that nobody answered. */
export class ReadError extends Error {
  constructor(message, status, address = null) {
    super(message);
    this.status = status;
    this.address = address; // of what could not be read
  }
}

async function problem(response) {
  try {
    const body = await response.json();
    return [body.title, body.detail].filter(Boolean).join(": ") || response.statusText;
  } catch {
    return response.statusText || "no explanation";
  }
}

const keyOf = (asked) => (asked.body ? `${asked.address} ${JSON.stringify(asked.body)}` : asked);

/** The last good answer of what was asked: {data, at (ms)} or null. */
export const remembered = (asked) => cache.get(keyOf(asked)) ?? null;

/** Of questions that are sent the newest answers are kept: there is one for every place of a slider. */
function forgetOldest() {
  const sent = [...cache.keys()].filter((key) => key.includes(" "));
  for (const key of sent.slice(0, -MOST_SENT)) cache.delete(key);
}

const request = ({ address, body }) => [
  address,
  {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  },
];

/**
 * `{data, fresh}`, of a drawing its text; `fresh` is false where the server said that nothing changed (304).
 * `asked`: an address, or `{address, body}` for a question that is sent and changes nothing.
 */
export async function read(asked, signal) {
  const key = keyOf(asked);
  const known = cache.get(key);
  const headers = known?.etag ? { "If-None-Match": known.etag } : {};
  const [address, how] = asked.body ? request(asked) : [asked, { headers }];
  let response;
  try {
    response = await fetch(address, { ...how, signal, cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ReadError("the server does not answer", 0);
  }
  if (response.status === 304 && known) {
    known.at = Date.now();
    return { data: known.data, fresh: false };
  }
  if (!response.ok)
    throw new ReadError(`${response.status}, ${await problem(response)}`, response.status, address);
  const drawn = response.headers.get("Content-Type")?.startsWith("image/svg");
  const data = drawn ? await response.text() : await response.json();
  cache.set(key, { etag: response.headers.get("ETag"), data, at: Date.now() });
  if (asked.body) forgetOldest();
  return { data, fresh: true };
}

const SIGNED_OUT =
  "you are signed out: sign in again in another window, then send it from here";

/** Writes: what was answered, or a ReadError with what the server says of it. */
export async function send({ method, address, body }) {
  const sent = body
    ? { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }
    : {};
  let response;
  try {
    response = await fetch(address, { method, cache: "no-store", ...sent });
  } catch {
    throw new ReadError("the server does not answer", 0);
  }
  if (response.status === 401) throw new ReadError(SIGNED_OUT, 401);
  if (!response.ok)
    throw new ReadError(`${response.status}, ${await problem(response)}`, response.status);
  return response.json();
}

/** An address with the parameters that have a value. */
export function address(path, params = {}) {
  const query = new URLSearchParams(
    Object.entries(params).filter(
      ([, value]) => value !== null && value !== undefined && value !== "",
    ),
  );
  return query.size ? `${path}?${query}` : path;
}
