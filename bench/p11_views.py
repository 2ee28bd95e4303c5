"""P11: a view of a dashboard that is kept, one that did not change (304), and one that is computed,
each with a token, over one connection to a server in a process of its own.

The first two stand beside a bare ASGI function under the same server that sends the same bytes and
asks nobody who they are; the last beside the same numbers by hand in NumPy, as P10 has them.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import numpy as np
import orjson

from api.ahead import made_ahead
from api.app import create_app
from bench.histories import TYPES
from bench.item_store import ItemStore, item_store
from bench.measuring import Outcome, in_turn, peak_mb
from bench.p10_charts import bare_facts, percentiles_by_hand
from bench.serving import Line, header, served
from core.access_settings import Authentication
from core.frames import NONE
from core.settings import Database as DatabaseSettings
from core.settings import Settings
from metrics.facts import Rules, item_facts
from metrics.flow import KINDS
from metrics.periods import Window, periods
from pipeline.access_tokens import make_token
from pipeline.clock import now_ts
from pipeline.database import opened
from pipeline.measure import measure

_KEPT, _SAME, _COMPUTED = 0.5, 0.7, 2.5
_ASKED = 500


def run(*, full: bool) -> Iterator[Outcome]:
    """full: 1,000,000 items instead of a hundredth of them."""
    items = 1_000_000 if full else 10_000
    with item_store("sqlite", items) as store:
        measure(store.settings, store.database)
        settings, secret = guarded(store)
        url = str(store.database.engine.url)
        store.database.engine.dispose()
        with served(application, settings, url) as port:
            line = Line(port)
            yield from _kept(line, secret)
            yield _computed(line, secret, store, items)
            line.close()


def guarded(store: ItemStore) -> tuple[Settings, str]:
    """The settings of a server that wants a token and lets it ask as often as it likes; a token."""
    auth = Authentication(mode="tokens", requests_per_minute=100_000)
    settings = store.settings.model_copy(update={"auth": auth})
    made = make_token(
        settings, store.database, name="bench", role="viewer", streams=(),
        lasts=timedelta(days=1), who="bench", now=now_ts(),
    )  # fmt: skip
    return settings, made.secret


def application(settings: Settings, url: str) -> object:
    """As `headwater serve` makes it and keeps it; the limit of requests is out of the way."""
    app = create_app(settings, opened(DatabaseSettings(url=url)).__enter__())
    app.state.access.rates.per_minute = 10**9
    app.state.ahead = made_ahead(app)  # ends when nothing refers to it any longer
    app.state.ahead.__enter__()
    gc.collect()
    gc.freeze()
    return app


def _kept(line: Line, secret: str) -> Iterator[Outcome]:
    """What was answered before, in full and as unchanged, beside the same bytes from nobody."""
    address = "/v1/streams/shop/metrics/flow_time?interval=week&from=2024-06-01&to=2025-06-01"
    asked = {"authorization": f"Bearer {secret}", "accept-encoding": "gzip"}
    line.ask(address, asked)
    status, head, body = line.ask(address, asked)
    assert (status, header(head, "content-encoding")) == (200, "gzip"), head
    known = {**asked, "if-none-match": header(head, "etag")}
    assert line.ask(address, known)[0] == 304
    for what, headers, sent, target in (
        ("a view that is kept", asked, (200, body), _KEPT),
        ("a view that did not change (304)", known, (304, b""), _SAME),
    ):
        with served(_bare_function, *sent) as port:
            other = Line(port)
            assert other.ask(address, headers)[::2] == sent
            work = (partial(_ask, one, address, headers) for one in (other, line))
            taken = in_turn(*work)
            other.close()
        size = f"{_ASKED} requests, {len(sent[1]):,} bytes each"
        yield Outcome("P11", what, size, "a bare ASGI function", *taken, target, peak_mb())


def _ask(line: Line, address: str, headers: dict[str, str]) -> None:
    request = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    sent = f"GET {address} HTTP/1.1\r\nHost: localhost\r\n{request}\r\n".encode()
    for _ in range(_ASKED):
        line.send(sent)


def _bare_function(status: int, body: bytes) -> object:
    length = [(b"content-length", str(len(body)).encode())] if body else []

    async def answer(_scope: object, _receive: object, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": length})
        await send({"type": "http.response.body", "body": body})

    return answer


def _computed(line: Line, secret: str, store: ItemStore, items: int) -> Outcome:
    """A week's percentiles for each of two years, each time from another second on."""
    facts = item_facts(store.inputs, Rules(kinds=dict.fromkeys(TYPES, KINDS[0])))
    bare = bare_facts(facts, store.inputs)
    first = int(bare.committed[bare.committed != NONE].min())
    last = min(int(bare.start.max()), now_ts())
    weeks = periods(Window(first, last), interval="week", tz="UTC", as_of=last)
    headers = {"authorization": f"Bearer {secret}"}
    seconds = count()

    def ask() -> Any:
        begin = datetime.fromtimestamp(first + next(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        until = datetime.fromtimestamp(last, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        window = f"interval=week&from={begin}&to={until}"
        status, _, body = line.ask(f"/v1/streams/shop/metrics/flow_time?{window}", headers)
        assert status == 200, body
        return body

    told = orjson.loads(ask())["series"]
    by_hand = percentiles_by_hand(bare, weeks)[: len(weeks), 0]
    whole = [(row.get("p50"), hand) for row, hand in zip(told, by_hand, strict=True)][1:-1]
    shown = np.array([one for one in whole if one[0] is not None], np.float64)
    np.testing.assert_allclose(shown[:, 0], shown[:, 1], atol=0.01)
    taken = in_turn(partial(percentiles_by_hand, bare, weeks), ask)
    return Outcome(
        "P11", "a view that is computed", f"{items:,} items, {len(weeks)} weeks", "NumPy by hand",
        *taken, None, peak_mb(), _COMPUTED,
    )  # fmt: skip
