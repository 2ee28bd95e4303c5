"""What a pass holds while it reads: a few pages, however many there are."""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import Engine

from connectors.http import SourceClient
from connectors.registry import KINDS, Kind
from connectors.stream import Connection, Identity, Stream, own_id
from connectors.times import utc
from connectors.windows import Window, listing
from core.settings import Settings
from core.source_settings import JenkinsSource
from pipeline.collect import collect
from pipeline.database import Database, over
from pipeline.wanted import wanted_of
from store import raw
from tests.telling import measured

SOURCE = JenkinsSource(kind="jenkins", name="tool", url="http://localhost")
START = datetime(2026, 1, 5, tzinfo=UTC)
PAGES, WARM, ROWS, BYTES = 160, 20, 40, 8_000


class Server:
    """A long list; notes how much memory is held when an early page and the last are asked for,
    once what came before them is stored: pages that wait for that are no growth.
    """

    def __init__(self, database: Database) -> None:
        self.held: dict[int, int] = {}
        self.database = database

    def answer(self, request: httpx.Request) -> httpx.Response:
        page = int(request.url.params.get("page", 0))
        if page in (WARM, PAGES - 1):
            self._until_stored((page - 1) * ROWS)
            gc.collect()
            self.held[page] = tracemalloc.get_traced_memory()[0]
        following = f'<http://localhost/things?page={page + 1}>; rel="next"'
        links = {"link": following} if page + 1 < PAGES else {}
        return httpx.Response(200, json=[_row(page, place) for place in range(ROWS)], headers=links)

    def _until_stored(self, rows: int) -> None:
        for _ in range(3_000):
            with self.database.read() as session:
                if sum(raw.count_records(session, 1).values()) >= rows:
                    return
            time.sleep(0.01)
        raise AssertionError(f"{rows} rows were not stored in time")

    def open(self, source: JenkinsSource, *, sleep: Callable[[float], None]) -> SourceClient:
        sleep(0)
        transport = httpx.MockTransport(self.answer)
        return SourceClient(httpx.Client(transport=transport, base_url=source.url))


def test_a_pass_over_a_long_list_holds_at_its_end_what_it_held_near_its_beginning(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = timedelta(days=1)
    window = Window(at=lambda row: utc(row["at"]), overlap=day, lag=day)
    read = listing(path="things", params=lambda _scope, _since: {}, window=window)
    stream = Stream(name="things", read=read, id=own_id, parse=lambda _row, _scope: ())
    database = over(sqlite_engine)
    made, server = Connection(Identity("me", "Tool"), [stream]), Server(database)
    monkeypatch.setitem(KINDS, "jenkins", Kind(lambda *_: made, server.open))
    tracemalloc.start()
    report = collect(SOURCE, database, wanted_of(Settings()))
    tracemalloc.stop()
    passed = (PAGES - 1 - WARM) * ROWS * BYTES
    grown = server.held[PAGES - 1] - server.held[WARM]
    measured(f"{grown:,} bytes more are held after {passed:,} bytes of a list were read")
    assert report.changed == PAGES * ROWS
    assert grown < 0.1 * passed  # the ids that were met


def _row(page: int, place: int) -> dict[str, str]:
    number = page * ROWS + place
    text = f"{number:08}" * (BYTES // 8)
    return {"id": str(number), "at": (START + timedelta(minutes=number)).isoformat(), "text": text}
