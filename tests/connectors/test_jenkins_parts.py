"""The builds of a job are read newest first, in parts: ninety days, the year, the rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import respx

from connectors import jenkins
from connectors.history import Older
from connectors.http import SourceClient
from connectors.jenkins_builds import read_builds
from connectors.stream import Cursor, Page, Reading, Scope
from core.source_settings import JenkinsSource
from tests.connectors.jenkins_controller import Controller, build, numbers

COUNT = 500


@pytest.fixture
def client() -> Iterator[SourceClient]:
    source = JenkinsSource(name="ci", kind="jenkins", url="https://jenkins.example")
    opened = jenkins.open_client_for(source, sleep=lambda _seconds: None)
    yield opened
    opened.http.close()


@pytest.fixture
def controller() -> Iterator[Controller]:
    """A build a day until now, the newest is number 500."""
    found = Controller([_aged(number) for number in range(COUNT, 0, -1)])
    with respx.mock(assert_all_called=False) as mock:
        mock.route(host="jenkins.example").mock(side_effect=found.answer)
        yield found


def _aged(number: int, **changes: Any) -> dict[str, Any]:
    at = datetime.now(UTC) - timedelta(days=COUNT - number, minutes=1)
    return build(number, timestamp=int(at.timestamp() * 1000), **changes)


def _part(
    client: SourceClient, controller: Controller, cursor: Cursor, *, since: date | None = None
) -> Iterator[Page]:
    """One pass, with what the tree of jobs tells of this one."""
    newest = controller.builds[0]
    last = {"number": newest["number"], "timestamp": newest["timestamp"]}
    job = {"lastBuild": last, "nextBuildNumber": newest["number"] + 1}
    scope = Scope("shop/web", job)
    return read_builds(
        Reading(client, scope, cursor, set[str]().intersection, since, newest_first=True)
    )


def test_the_first_pass_ends_behind_ninety_days_and_leaves_the_rest(
    client: SourceClient, controller: Controller
) -> None:
    pages = list(_part(client, controller, {}))
    assert numbers(pages) == list(range(500, 400, -1))
    assert controller.asked == ["builds{0,50}", "builds{50,100}"]
    left = Older.of(pages[-1].cursor["older"])
    assert left is not None
    now = datetime.now(UTC)
    assert left.until == pytest.approx(now - timedelta(days=90), abs=timedelta(minutes=5))
    assert left.since == pytest.approx(now - timedelta(days=365), abs=timedelta(minutes=5))


def test_the_following_passes_read_the_year_and_then_the_rest(
    client: SourceClient, controller: Controller
) -> None:
    """Each takes up a range before where the one before it ended: two requests more than in one."""
    first = list(_part(client, controller, {}))
    controller.asked.clear()
    year = list(_part(client, controller, first[-1].cursor))
    assert numbers(year) == list(range(450, 100, -1))
    assert len(controller.asked) == 7
    assert "since" not in year[-1].cursor["older"]
    controller.asked.clear()
    rest = list(_part(client, controller, year[-1].cursor))
    assert numbers(rest) == list(range(150, 0, -1))
    assert controller.asked == ["allBuilds{350,400}", "allBuilds{400,450}", "allBuilds{450,500}"]
    assert not {"older", "offset", "lowest", "note"} & rest[-1].cursor.keys()
    controller.asked.clear()
    assert list(_part(client, controller, rest[-1].cursor)) == []
    assert controller.asked == []


def test_how_much_of_a_part_is_read_is_told(client: SourceClient, controller: Controller) -> None:
    """The part of 275 days: down to the 100th day, the 150th, .."""
    cursor = list(_part(client, controller, {}))[-1].cursor
    shares = [
        part.share
        for page in _part(client, controller, cursor)
        if (part := Older.of(page.cursor["older"])) is not None and part.begun
    ]
    assert shares[:3] == pytest.approx([9 / 275, 59 / 275, 109 / 275], abs=0.001)


def test_history_that_is_wanted_ends_the_parts(
    client: SourceClient, controller: Controller
) -> None:
    since = datetime.now(UTC).date() - timedelta(days=200)
    cursor = list(_part(client, controller, {}, since=since))[-1].cursor
    pages = list(_part(client, controller, cursor, since=since))
    assert min(numbers(pages)) in (300, 301)
    assert "older" not in pages[-1].cursor
    assert "offset" not in pages[-1].cursor


def test_a_young_or_a_small_job_has_no_parts(client: SourceClient, controller: Controller) -> None:
    controller.builds = [_aged(number) for number in range(COUNT, COUNT - 20, -1)]
    pages = list(_part(client, controller, {}))
    assert "older" not in pages[-1].cursor
    controller.builds = [_aged(5), _aged(1)]
    pages = list(_part(client, controller, {}))
    assert "older" not in pages[-1].cursor


def test_new_builds_between_two_parts_are_read_first(
    client: SourceClient, controller: Controller
) -> None:
    cursor = list(_part(client, controller, {}))[-1].cursor
    controller.builds = [_aged(503), _aged(502), _aged(501), *controller.builds]
    controller.asked.clear()
    pages = list(_part(client, controller, cursor))
    assert numbers(pages[:1]) == list(range(503, 483, -1))
    assert controller.asked[0] == "builds{0,20}"
    assert pages[-1].cursor["last"] == 503
    assert set(numbers(pages)) >= set(range(135, 454))


@pytest.mark.parametrize("every", [1, 2, 3])
def test_wherever_it_is_cut_off_every_build_arrives(
    client: SourceClient, controller: Controller, every: int
) -> None:
    """Killed after each few pages; what was stored by then stays."""
    found: set[int] = set()
    cursor: Cursor = {}
    for _ in range(40):
        for count, page in enumerate(_part(client, controller, cursor), 1):
            found.update(numbers([page]))
            cursor = page.cursor
            if count == every + 1:
                break
        if "offset" not in cursor:
            break
    assert found == set(range(1, COUNT + 1))
    assert "older" not in cursor


def test_what_is_claimed_to_be_there_is_there(client: SourceClient, controller: Controller) -> None:
    """After each part all builds since its end are read, without a hole."""
    found: set[int] = set()
    cursor: Cursor = {}
    for _ in range(3):
        for page in _part(client, controller, cursor):
            found.update(numbers([page]))
            cursor = page.cursor
        assert all(newer - older == 1 for older, newer in pairwise(sorted(found)))
        part = Older.of(cursor.get("older"))
        if part is not None:
            whole = [
                b for b in controller.builds if b["timestamp"] >= part.until.timestamp() * 1000
            ]
            assert {one["number"] for one in whole} <= found
    assert cursor.get("older") is None
