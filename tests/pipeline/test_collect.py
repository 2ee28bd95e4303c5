"""One pass over one source, made of streams that a test writes down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from connectors.http import SourceClient
from connectors.registry import KINDS, Kind
from connectors.stream import Connection, Identity, Page, Payload, Read, Reading, Scope, Stream
from core.errors import SourceUnavailableError, StoppedError
from core.records import Entity
from core.settings import Settings
from core.source_settings import DeploymentRule, JenkinsSource
from pipeline import lease
from pipeline.collect import collect
from pipeline.database import Database
from pipeline.health import Tally, decoded
from pipeline.lease import WHOLE, held
from pipeline.source_report import SourceReport
from pipeline.stages import CORRELATE, CORRELATING
from pipeline.stopping import Stop
from pipeline.wanted import wanted_of
from store import cursors, dirty
from store.cursors import StreamKey, StreamState, all_states, load_state
from store.models import raw_record

SOURCE = JenkinsSource(kind="jenkins", name="tool", url="http://localhost")
_NOT_AGAIN = "asked again"


def test_a_stream_is_not_read_when_one_that_comes_before_it_failed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    streams = [
        _stream("changes", _failing(after=1)),
        _stream("incidents", _pages(1)),
        _stream("audit", _noted(read, "audit"), after=("changes", "incidents")),
        _stream("late", _noted(read, "late"), after=("audit",)),
    ]
    report = _collected(database, monkeypatch, streams)
    assert report.problems == ["changes: gone; the next run tries again"]
    assert read == []
    assert [report.streams[name].held_back for name in ("audit", "late")] == ["changes", "audit"]
    assert _stored(database) == {"changes": 1, "incidents": 1}


def test_passes_are_counted_by_how_they_end(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tally() -> Tally:
        with database.read() as session:
            (whole,) = (one for one in all_states(session) if one.key.stream == WHOLE)
        return decoded(whole.health).tally

    _collected(database, monkeypatch, [_stream("sound", _pages(2))])
    assert (tally().well, tally().failed, tally().paused, tally().records) == (1, 0, 0, 2)
    broken = [_stream("sound", _pages(3)), _stream("broken", _failing())]
    _collected(database, monkeypatch, broken)
    assert (tally().well, tally().failed, tally().paused, tally().records) == (1, 1, 0, 5)
    _collected(database, monkeypatch, [_stream("sound", _pages(2))])
    assert (tally().well, tally().failed, tally().records) == (2, 1, 7)


def test_a_paused_pass_is_neither_a_good_one_nor_a_failed_one() -> None:
    paused = SourceReport("jira", {}, 7, paused_at="the budget is spent")
    failed = SourceReport("jira", {}, 1, error="401", paused_at="the budget is spent")
    told = Tally().after(paused).after(paused).after(failed)
    assert told == Tally(well=0, failed=1, paused=2, records=0, requests=15)


def test_a_stream_that_fails_in_several_scopes_is_told_in_one_line(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = _stream("parts", _failing(), over="wholes", scope=lambda row: Scope(row["id"]))
    report = _collected(database, monkeypatch, [_stream("wholes", _pages(3)), parts])
    assert len(report.streams["parts"].errors) == 3
    (line,) = report.problems
    assert line.endswith("gone; the next run tries again (and 2 more of its scopes)")


def test_a_payload_without_what_names_it_ends_its_stream_in_one_line(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = _stream("odd", lambda _reading: iter([Page([{"name": "no id"}], {})]))
    odd_id = Stream(name="odd", read=odd.read, id=lambda row, _: row["id"], parse=odd.parse)
    report = _collected(database, monkeypatch, [odd_id, _stream("sound", _pages(2))])
    assert report.problems == [
        "odd: an answer is not what odd look like (KeyError: 'id'); check that `url` is the base"
        " of the API"
    ]
    assert _stored(database) == {"sound": 2}


@pytest.mark.parametrize("error", [KeyError("username"), TypeError("not a dict")])
def test_a_source_of_another_kind_is_told_in_one_line(
    database: Database, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def connect(*_: object) -> Connection:
        raise error

    monkeypatch.setitem(KINDS, "jenkins", Kind(connect, _client))
    report = collect(SOURCE, database, wanted_of(Settings()))
    (line,) = report.problems
    assert line.startswith("the answers are not those of jenkins")
    assert line.endswith("check `url` and `kind`")


def test_a_pass_that_is_asked_to_stop_gives_its_source_back_and_tells_no_error(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = Stop()

    def read(reading: Reading) -> Iterator[Page]:
        yield Page([{"id": "1"}], {"page": 1})
        stop.ask()
        reading.client.get(_NOT_AGAIN)

    with pytest.raises(StoppedError):
        _collected(database, monkeypatch, [_stream("things", read)], stop)
    with database.read() as session:
        states = all_states(session)
        assert {state.lease_owner for state in states} == {""}
        assert {state.last_error for state in states} == {""}


def test_a_client_sends_nothing_more_once_asked_to_stop(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = Stop()
    stop.ask()

    def connect(client: SourceClient, *_: object) -> Connection:
        client.get(_NOT_AGAIN)
        raise AssertionError("it was sent")

    monkeypatch.setitem(KINDS, "jenkins", Kind(connect, _client))
    with pytest.raises(StoppedError):
        collect(SOURCE, database, wanted_of(Settings()), stop=stop)


def test_a_cursor_moves_with_its_page_and_stays_where_the_stream_failed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _collected(database, monkeypatch, [_stream("things", _failing(after=2))])
    with database.read() as session:
        state = load_state(session, StreamKey(1, "things"))
    assert state.cursor == {"page": 2}
    assert state.last_error == "gone; the next run tries again"
    assert state.last_success_ts is None


def test_what_changes_while_it_is_worked_on_waits_again(database: Database) -> None:
    with database.writing() as session:
        dirty.mark(session, CORRELATE, Entity.COMMIT, [5, 6])
        taken = dirty.take_on(session, CORRELATE, CORRELATING)
        dirty.mark(session, CORRELATE, Entity.COMMIT, [6])
        dirty.clear(session, CORRELATING, Entity.COMMIT, taken[Entity.COMMIT])
        assert dirty.take(session, CORRELATE, Entity.COMMIT) == [6]
        assert dirty.take(session, CORRELATING, Entity.COMMIT) == []


def test_what_a_killed_run_took_on_is_taken_on_by_the_next(database: Database) -> None:
    with database.writing() as session:
        dirty.mark(session, CORRELATE, Entity.COMMIT, [5])
        dirty.take_on(session, CORRELATE, CORRELATING)
        dirty.mark(session, CORRELATE, Entity.COMMIT, [6])
        assert dirty.take_on(session, CORRELATE, CORRELATING)[Entity.COMMIT] == [5, 6]


def test_what_is_stored_is_read_again_when_the_configuration_gives_it_another_meaning(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule for deployments that comes later also finds them in builds that are stored."""
    streams = [_stream("builds", _pages(2))]
    assert _collected(database, monkeypatch, streams).changed == 2
    assert _collected(database, monkeypatch, streams).changed == 0
    rule = DeploymentRule(job="shop/deploy-*", service="web")
    asking = SOURCE.model_copy(update={"deployments": (rule,)})
    assert _collected(database, monkeypatch, streams, source=asking).changed == 2
    assert _collected(database, monkeypatch, streams, source=asking).changed == 0
    often = asking.model_copy(update={"every": timedelta(minutes=1)})
    assert _collected(database, monkeypatch, streams, source=often).changed == 0


def test_a_pass_that_reads_all_anew_keeps_what_no_answer_tells_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    met: list[dict[str, Any]] = []

    def read(reading: Reading) -> Iterator[Page]:
        met.append(reading.cursor)
        yield Page([], {"page": 1, "observed": {"b": "a"}})

    for source in (SOURCE, SOURCE, SOURCE.model_copy(update={"jobs": ("shop/**",)})):
        _collected(database, monkeypatch, [_stream("jobs", read)], source=source)
    assert met == [{}, {"page": 1, "observed": {"b": "a"}}, {"observed": {"b": "a"}}]


def test_a_changed_configuration_reads_all_anew_once_though_one_stream_keeps_failing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = count(1_800_000_000)
    for module in ("pipeline.collect", "pipeline.source_pass"):
        monkeypatch.setattr(f"{module}.now_ts", lambda: next(seconds))
    met: list[dict[str, Any]] = []

    def read(reading: Reading) -> Iterator[Page]:
        met.append(reading.cursor)
        yield Page([], {"page": len(met)})

    good, broken = _stream("good", read), _stream("broken", _failing())
    _collected(database, monkeypatch, [good, _stream("broken", _pages(1))])
    other = SOURCE.model_copy(update={"jobs": ("shop/**",)})
    for _ in range(3):
        assert _collected(database, monkeypatch, [good, broken], source=other).problems
    assert met == [{}, {}, {"page": 2}, {"page": 3}]
    again: list[dict[str, Any]] = []

    def mended(reading: Reading) -> Iterator[Page]:
        again.append(reading.cursor)
        yield from _pages(1)(reading)

    for _ in range(2):
        _collected(database, monkeypatch, [good, _stream("broken", mended)], source=other)
    assert again == [{}, {"page": 1}]


def test_a_source_that_is_being_read_is_left_alone_and_is_not_red(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    streams = [_stream("things", _pages(1))]
    assert _collected(database, monkeypatch, streams).problems == []
    with held(database, 1, "tool"):
        (line,) = _collected(database, monkeypatch, streams, _Hasty()).problems
    assert line.startswith("tool is being read by another process; it needs nothing from you")
    with database.read() as session:
        assert load_state(session, StreamKey(1, WHOLE)).last_error == ""
    assert _collected(database, monkeypatch, streams).problems == []


def test_a_pass_waits_for_one_that_is_soon_over(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    streams = [_stream("things", _pages(1))]
    _collected(database, monkeypatch, streams)
    with ExitStack() as other:
        other.enter_context(held(database, 1, "tool"))
        stop = _Hasty(after=3, then=other.close)
        assert _collected(database, monkeypatch, streams, stop).problems == []


def test_a_lease_is_renewed_while_one_answer_is_waited_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _collected(database, monkeypatch, [_stream("things", _pages(1))])
    monkeypatch.setattr(lease, "_RENEW_S", 0.001)
    key = StreamKey(1, WHOLE)
    with held(database, 1, "tool"):
        with database.writing() as session:
            owner = load_state(session, key).lease_owner
            cursors.renew_lease(session, key, owner=owner, until_ts=1)
        while (load_state_now(database, key).lease_until_ts or 0) == 1:
            pass


def test_payloads_of_a_new_shape_turn_the_source_red_though_old_ones_were_sound(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rows(count: int, shape: int) -> Read:
        page = Page([{"id": str(n), "shape": shape} for n in range(count)], {"shape": shape})
        return lambda _reading: iter([page])

    def parse(payload: Payload, _scope: Scope) -> Iterable[Any]:
        return () if payload["shape"] == 1 else [payload["status"]]

    def things(count: int, shape: int) -> Stream:
        return replace(_stream("things", rows(count, shape)), parse=parse)

    assert _collected(database, monkeypatch, [things(50, 1)]).problems == []
    assert _collected(database, monkeypatch, [things(1, 2)]).problems == []  # an odd one
    (line,) = _collected(database, monkeypatch, [things(9, 2)]).problems
    assert "none of 8 payloads could be understood" in line
    assert line.endswith("then run headwater sync --source tool --full")


def test_a_fault_of_our_own_is_told_without_its_words(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(_reading: Reading) -> Iterator[Page]:
        raise RuntimeError("glpat-secret")

    (line,) = _collected(database, monkeypatch, [_stream("things", read)]).problems
    assert line.startswith("a fault of Headwater's own (RuntimeError in read, line ")
    assert "glpat" not in line


class _Hasty(Stop):
    """Waits take no time; after some of them something happens."""

    def __init__(self, after: int = 0, then: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.left, self.then = after, then

    def sleep(self, _seconds: float) -> None:
        self.left -= 1
        if self.left == 0:
            self.then()


def load_state_now(database: Database, key: StreamKey) -> StreamState:
    with database.read() as session:
        return load_state(session, key)


def _collected(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    streams: list[Stream],
    stop: Stop | None = None,
    source: JenkinsSource = SOURCE,
) -> SourceReport:
    made = Connection(Identity("me", "Tool"), streams)
    monkeypatch.setitem(KINDS, "jenkins", Kind(lambda *_: made, _client))
    return collect(source, database, wanted_of(Settings()), stop=stop)


def _client(source: JenkinsSource, *, sleep: Callable[[float], None]) -> SourceClient:
    """A client of a server that answers everything with an empty list, after no time."""

    def answer(_request: httpx.Request) -> httpx.Response:
        sleep(0)
        return httpx.Response(200, json=[])

    http = httpx.Client(transport=httpx.MockTransport(answer), base_url=source.url)
    return SourceClient(http)


def _stream(name: str, read: Read, **given: Any) -> Stream:
    return Stream(name=name, read=read, id=lambda row, _: str(row.get("id")), parse=_none, **given)


def _none(_payload: Payload, _scope: Scope) -> Iterable[Any]:
    return ()


def _pages(count: int) -> Read:
    """A row a page; the cursor is the number of the page."""

    def read(reading: Reading) -> Iterator[Page]:
        for number in range(1, count + 1):
            yield Page([{"id": f"{reading.scope.id}{number}"}], {"page": number})

    return read


def _failing(after: int = 0) -> Read:
    """Some pages, then the server is gone."""

    def read(reading: Reading) -> Iterator[Page]:
        yield from _pages(after)(reading)
        raise SourceUnavailableError("gone; the next run tries again")

    return read


def _noted(read: list[str], name: str) -> Read:
    def note(_reading: Reading) -> Iterator[Page]:
        read.append(name)
        yield Page([], {"at": datetime.now(UTC).isoformat()})

    return note


def _stored(database: Database) -> dict[str, int]:
    """How many payloads of each stream are stored."""
    count = select(raw_record.c.stream, func.count()).group_by(raw_record.c.stream)
    with database.read() as session:
        return {row[0]: row[1] for row in session.execute(count)}


def test_a_stream_is_read_over_what_is_stored_where_the_one_above_had_no_need_to_ask(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As sprints of boards that are read once an hour, after a pass that ended between the two."""
    silent = False

    def boards(_reading: Reading) -> Iterator[Page]:
        if not silent:
            yield Page([{"id": "1"}, {"id": "2"}], {"read": True})

    def scoped(row: Payload) -> Scope:
        return Scope(row["id"])

    _collected(database, monkeypatch, [_stream("boards", boards)])
    silent = True
    streams = [
        _stream("boards", boards),
        _stream("sprints", _pages(1), over="boards", scope=scoped),
    ]
    assert _collected(database, monkeypatch, streams).problems == []
    assert _stored(database) == {"boards": 2, "sprints": 2}
