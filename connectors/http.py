"""The HTTP client of one source: time-outs, polite retries, one limiter, our own errors."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson

from connectors.answers import ACCEPT
from connectors.certificates import trusted
from connectors.egress import check_url
from connectors.limits import Limiter
from connectors.proxies import proxy_of
from connectors.quota import date_of
from connectors.refusals import is_foreign, refusal_of
from connectors.transport import RetryTransport
from core.concealed import conceal_pair
from core.errors import SourceAnswerError, SourceAuthError, SourceError, SourceUnavailableError
from core.log import in_context
from core.tracing import span

_CONNECTIONS = 32
_JSON = {"content-type": "application/json"}
USER_AGENT = "headwater (read-only)"
_ALWAYS = {"user-agent": USER_AGENT, "accept": "application/json", "accept-encoding": ACCEPT}


Params = Mapping[str, str | int | bool | list[str] | None]
"""A query, or the body of a search; None leaves a parameter out of a query."""


@dataclass(slots=True)
class SourceClient:
    """What connectors read with. Every answer is JSON or an error that says what to do next.

    clock_offset_s: the source's clock minus ours, by its last answer; None before the first.
    refused: the 401 that was met; nothing is asked after it, wrong passwords lock accounts.
    speaks_json: the vendor refuses in JSON; a refusal in other words is of something on the way.
    """

    http: httpx.Client
    clock_offset_s: float | None = None
    concurrency: int = 1
    transport: RetryTransport | None = None
    refused: SourceError | None = None
    speaks_json: bool = False

    def get(
        self,
        path: str,
        params: Params | None = None,
        *,
        none_on: Collection[int] = (),
        etag: str = "",
    ) -> httpx.Response:
        """The answer to a GET; a status in `none_on` is handed back instead of raised (its body is
        no promise). etag: of the answer that is known already, quotes and all; 304 if it still is.
        """
        if not etag:
            return self._send("GET", path, none_on, params=_present(params))
        known = {"if-none-match": etag}
        return self._send("GET", path, (*none_on, 304), params=_present(params), headers=known)

    def post(self, path: str, body: object, *, none_on: Collection[int] = ()) -> httpx.Response:
        """The answer to a POST that only reads (searches and bulk reads)."""
        return self._send("POST", path, none_on, content=orjson.dumps(body), headers=_JSON)

    def _send(
        self, method: str, path: str, none_on: Collection[int], **kwargs: Any
    ) -> httpx.Response:
        if self.refused is not None:
            raise self.refused
        self._stays(path)
        try:
            with span("source request", "client", server_address=self.http.base_url.host) as made:
                made.set(**{"http.request.method": method})
                response = self.http.request(method, path.lstrip("/"), **kwargs)
                made.set(**{"http.response.status_code": response.status_code})
        except httpx.ConnectError as error:
            raise SourceUnavailableError(
                f"cannot reach {self.http.base_url.host}: {_reason(error)}; "
                "check `url` and the network"
            ) from error
        except httpx.TimeoutException as error:
            raise SourceUnavailableError(
                f"{path}: no answer in time; the next run tries again"
            ) from error
        except httpx.LocalProtocolError:
            # Its own words quote the header, and with it the token.
            raise SourceAuthError(
                f"{path}: the request can't be sent with these headers; check that `auth` holds "
                "the token and nothing else"
            ) from None
        except httpx.HTTPError as error:
            raise SourceUnavailableError(
                f"{path}: the connection was lost ({_reason(error)}); the next run tries again"
            ) from error
        self._note_clock(response)
        if response.status_code in none_on:
            if self.speaks_json and is_foreign(response):
                raise SourceAnswerError(
                    f"{path}: {response.status_code} in a page and not in JSON: something between"
                    " us and the source answered; check proxies and `url`"
                )
            return response
        refusal = refusal_of(response, path)
        if refusal is None:
            return response
        if response.status_code == 401:
            self.refused = refusal
        raise refusal

    def _stays(self, path: str) -> None:
        """A path may be made of what an answer told: with another host in it, the credentials would
        go there.
        """
        home = self.http.base_url
        try:
            asked = httpx.URL(path.lstrip("/"))
            leaves = asked.is_absolute_url and not _same_server(asked, home)
        except httpx.InvalidURL:
            leaves = True
        if leaves:
            raise SourceAnswerError(
                "an answer leads to another server, which is not asked; check that `url` is the"
                " base of the API"
            )

    def _note_clock(self, response: httpx.Response) -> None:
        told = date_of(response.headers.get("date", ""))
        if told is not None:
            self.clock_offset_s = (told - datetime.now(UTC)).total_seconds()


def _same_server(one: httpx.URL, other: httpx.URL) -> bool:
    return (one.scheme, one.netloc) == (other.scheme, other.netloc)


def _present(params: Params | None) -> dict[str, str | int | bool | list[str]]:
    return {name: value for name, value in (params or {}).items() if value is not None}


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


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
    auth: tuple[str, str] | httpx.Auth | None = None,
    speaks_json: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> SourceClient:
    """A client for one source; the caller closes `client.http`. Redirects are never followed.

    `SourceAnswerError` for an address that no tool has (`connectors/egress.py`), and for a proxy
    that is none (`connectors/proxies.py`). The runner replaces the limiter by the one of the host:
    see `connectors/registry.py`.
    """
    check_url(base_url)
    if isinstance(auth, tuple):
        conceal_pair(*auth)
    limits = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)
    transport = RetryTransport(
        httpx.HTTPTransport(verify=trusted(), limits=limits, proxy=proxy_of(base_url)),
        Limiter(concurrency),
        sleep=sleep,
    )
    http = httpx.Client(
        base_url=base_url.rstrip("/") + "/",
        headers={**_ALWAYS, **(headers or {})},
        auth=auth,
        timeout=httpx.Timeout(60.0, connect=10.0),
        transport=transport,
    )
    return SourceClient(http, concurrency=concurrency, transport=transport, speaks_json=speaks_json)


def request_count(client: SourceClient) -> int:
    """How many requests were sent, retries included."""
    return client.transport.requests if client.transport else 0


def for_each(
    client: SourceClient, work: Callable[[dict[str, Any]], None], things: Iterable[dict[str, Any]]
) -> None:
    """Do the work for all things, as many at once as the source bears; raises the first error, and
    begins nothing after it.
    """
    failed = threading.Event()

    def one(thing: dict[str, Any]) -> None:
        if failed.is_set():
            return
        try:
            work(thing)
        except Exception:
            failed.set()
            raise

    with ThreadPoolExecutor(max_workers=client.concurrency) as pool:
        for done in [pool.submit(in_context(one), thing) for thing in things]:
            done.result()
