// Reads of the public API: one cache by address, asked again with the ETag it came with.

const cache = new Map();

/** What a page says when a read failed: the problem's title and detail, or that nobody answered. */
export class ReadError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
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

/** The last good answer of an address: {data, at (ms)} or null. */
export const remembered = (address) => cache.get(address) ?? null;

/** `{data, fresh}`, of a drawing its text; `fresh` is false where the server said that nothing changed (304). */
export async function read(address, signal) {
  const known = cache.get(address);
  const headers = known?.etag ? { "If-None-Match": known.etag } : {};
  let response;
  try {
    response = await fetch(address, { headers, signal, cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ReadError("the server does not answer", 0);
  }
  if (response.status === 304 && known) {
    known.at = Date.now();
    return { data: known.data, fresh: false };
  }
  if (!response.ok)
    throw new ReadError(`${response.status}, ${await problem(response)}`, response.status);
  const drawn = response.headers.get("Content-Type")?.startsWith("image/svg");
  const data = drawn ? await response.text() : await response.json();
  cache.set(address, { etag: response.headers.get("ETag"), data, at: Date.now() });
  return { data, fresh: true };
}

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
