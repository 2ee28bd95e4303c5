"""The HTTP client of one source: time-outs, polite retries, one limiter, our own errors."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import orjson

from connectors.limits import Limiter, retry_after, spacing
from core.errors import SourceAnswerError, SourceAuthError, SourceUnavailableError

_TRIES = 5
_RETRIED = frozenset({429, 500, 502, 503, 504})
_LONGEST_WAIT_S = 300.0
_JSON = {"content-type": "application/json"}
USER_AGENT = "headwater (read-only)"


@dataclass(slots=True)
class RetryTransport(httpx.BaseTransport):
    """Repeats reads on 429, 5xx and lost connections, as long as the source asks, at most five
    tries.
    """

    inner: httpx.BaseTransport
    limiter: Limiter
    jitter: Callable[[], float] = random.random
    requests: int = 0
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer with its body read, so that a body cut off on the way is asked for again."""
        attempt = 1
        while True:
            try:
                response = self._once(request)
            except httpx.TransportError:
                if attempt == _TRIES:
                    raise
                self._back_off(attempt)
            else:
                if response.status_code not in _RETRIED or attempt == _TRIES:
                    return response
                self._wait(response, attempt)
            attempt += 1

    def _once(self, request: httpx.Request) -> httpx.Response:
        with self.limiter:
            with self._lock:
                self.requests += 1
            response = self.inner.handle_request(request)
            response.read()
        if _cut_off(response.content):
            raise httpx.RemoteProtocolError("the answer is cut off")
        self.limiter.pace(spacing(response.headers, datetime.now(UTC)))
        return response

    def _wait(self, response: httpx.Response, attempt: int) -> None:
        asked = retry_after(response.headers, datetime.now(UTC))
        if asked is None and response.status_code == 429:
            asked = 60.0
        if asked is None:
            self._back_off(attempt)
        elif asked > _LONGEST_WAIT_S:
            raise SourceUnavailableError(
                f"asked to wait {asked:.0f} s before asking again; the next run goes on from here"
            )
        else:
            self.limiter.block(asked * (1 + 0.3 * self.jitter()))

    def _back_off(self, attempt: int) -> None:
        self.limiter.sleep(min(60.0, 2.0 ** (attempt - 1)) * self.jitter())

    def close(self) -> None:
        self.inner.close()


def _cut_off(content: bytes) -> bool:
    """Whether JSON was begun and not ended, as by a proxy that gives up without telling."""
    text = content.strip()
    ends = {b"[": b"]", b"{": b"}"}.get(text[:1])
    return ends is not None and text[-1:] != ends


Params = Mapping[str, str | int | bool | list[str] | None]
"""A query, or the body of a search; None leaves a parameter out of a query."""


@dataclass(slots=True)
class SourceClient:
    """What connectors read with. Every answer is JSON or an error that says what to do next.

    clock_offset_s: the source's clock minus ours, by its last answer; None before the first.
    """

    http: httpx.Client
    clock_offset_s: float | None = None
    concurrency: int = 1
    transport: RetryTransport | None = None

    def get(
        self, path: str, params: Params | None = None, *, none_on: Collection[int] = ()
    ) -> httpx.Response:
        """The answer to a GET; a status in `none_on` is handed back instead of raised (its body is
        no promise).
        """
        return self._send("GET", path, none_on, params=_present(params))

    def post(self, path: str, body: object, *, none_on: Collection[int] = ()) -> httpx.Response:
        """The answer to a POST that only reads (searches and bulk reads)."""
        return self._send("POST", path, none_on, content=orjson.dumps(body), headers=_JSON)

    def _send(
        self, method: str, path: str, none_on: Collection[int], **kwargs: Any
    ) -> httpx.Response:
        try:
            response = self.http.request(method, path.lstrip("/"), **kwargs)
        except httpx.ConnectError as error:
            raise SourceUnavailableError(
                f"cannot reach {self.http.base_url.host}: {_reason(error)}; "
                "check `url` and the network"
            ) from error
        except httpx.TimeoutException as error:
            raise SourceUnavailableError(
                f"{path}: no answer in time; the next run tries again"
            ) from error
        except httpx.HTTPError as error:
            raise SourceUnavailableError(
                f"{path}: the connection was lost ({_reason(error)}); the next run tries again"
            ) from error
        self._note_clock(response)
        if response.status_code not in none_on:
            _raise_for(response, path)
        return response

    def _note_clock(self, response: httpx.Response) -> None:
        try:
            told = parsedate_to_datetime(response.headers["date"])
        except (KeyError, ValueError, TypeError):
            return
        if told.tzinfo is not None:
            self.clock_offset_s = (told - datetime.now(UTC)).total_seconds()


def _present(params: Params | None) -> dict[str, str | int | bool | list[str]]:
    return {name: value for name, value in (params or {}).items() if value is not None}


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


def _raise_for(response: httpx.Response, path: str) -> None:
    status = response.status_code
    if status in _RETRIED:
        raise SourceUnavailableError(
            f"{path}: still {status} after {_TRIES} tries; the next run tries again", status=status
        )
    if response.is_redirect:
        raise SourceAuthError(
            f"{path}: redirected, as to a login page; check `url` and `auth`", status=status
        )
    if status in _REFUSALS:
        kind, text = _REFUSALS[status]
        raise kind(f"{path}: {status}, {text}", status=status)
    if status >= 400:
        raise SourceAnswerError(
            f"{path}: {status}, the server refuses the request; check `url` and the names in it",
            status=status,
        )
    if "json" not in response.headers.get("content-type", ""):
        raise SourceAnswerError(
            f"{path}: the answer is not JSON but a page; check that `url` is the base of the API",
            status=status,
        )


_REFUSALS: Mapping[int, tuple[type[SourceAuthError | SourceAnswerError], str]] = {
    401: (SourceAuthError, "the credentials are not accepted; check `auth`"),
    403: (SourceAuthError, "this account may not read it; grant read access or leave it out"),
    404: (SourceAnswerError, "not there or not visible to this account; check url and names"),
    410: (SourceAnswerError, "the server has removed this API; a newer headwater is needed"),
}


def body_of(response: httpx.Response, path: str = "") -> Any:
    """The decoded JSON of an answer; `SourceAnswerError` when it is cut off or no JSON."""
    try:
        return orjson.loads(response.content)
    except orjson.JSONDecodeError as error:
        raise SourceAnswerError(
            f"{path or response.url.path}: the JSON of the answer is broken or cut off; "
            "the next run tries again"
        ) from error


def open_client(
    base_url: str,
    *,
    concurrency: int,
    headers: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> SourceClient:
    """A client for one source; the caller closes `client.http`. Redirects are never followed."""
    limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
    transport = RetryTransport(
        httpx.HTTPTransport(limits=limits), Limiter(concurrency, sleep=sleep)
    )
    http = httpx.Client(
        base_url=base_url.rstrip("/") + "/",
        headers={"user-agent": USER_AGENT, "accept": "application/json", **(headers or {})},
        auth=auth,
        timeout=httpx.Timeout(60.0, connect=10.0),
        transport=transport,
    )
    return SourceClient(http, concurrency=concurrency, transport=transport)


def request_count(client: SourceClient) -> int:
    """How many requests were sent, retries included."""
    return client.transport.requests if client.transport else 0


def for_each(
    client: SourceClient, work: Callable[[dict[str, Any]], None], things: Iterable[dict[str, Any]]
) -> None:
    """Do the work for all things, as many at once as the source bears; raises the first error."""
    with ThreadPoolExecutor(max_workers=client.concurrency) as pool:
        for done in [pool.submit(work, thing) for thing in things]:
            done.result()
