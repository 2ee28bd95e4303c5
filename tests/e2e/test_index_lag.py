"""Changes that Jira's search shows only later: found by the overlap, else by the census."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from connectors import jira_issues
from connectors.windows import Window
from core.settings import Settings
from pipeline import absence, reading
from pipeline.database import opened
from pipeline.sync import sync
from simulator.live import Live
from simulator.model import Item
from store.models import work_item
from tests.e2e.little import little_company
from tests.e2e.small import Hasty

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class Followed:
    """A company whose tracker is read again and again, by its own clock."""

    def __init__(self, live: Live, settings: Settings) -> None:
        self.live, self.settings = live, settings

    def lags(self, ticket: str, lag: timedelta) -> None:
        """From the next change of this ticket on."""
        self.live.server.faults.index_lag[ticket] = lag
        self.live.show()

    def edit(self, item: Item, title: str, *, after: timedelta) -> None:
        self.pass_by(after)
        item.title, item.updated = title, self.live.world.now
        self.live.show()

    def pass_by(self, time: timedelta) -> None:
        self.live.world.now += time
        self.live.show()

    def titles(self) -> dict[str, str]:
        """By ticket, after one more pass over the tracker."""
        with opened(self.settings.database) as database:
            report = sync(self.settings, database, only=["jira"], stop=Hasty())
            assert not report.failed
            with database.read() as session:
                columns = (work_item.c.external_id, work_item.c.title)
                return {row.external_id: row.title for row in session.execute(select(*columns))}

    @property
    def stories(self) -> list[Item]:
        return [item for item in self.live.world.items if item.type not in ("Epic", "Idea")]


@pytest.fixture
def followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Followed]:
    with little_company(items=4) as company:
        live = Live(company.world, company.server, 1)
        monkeypatch.setattr(reading, "now_ts", lambda: int(live.world.now.timestamp()))
        _, settings = company.home(tmp_path)
        opening = Followed(live, settings)
        opening.pass_by(2 * HOUR)  # nothing of before is young
        opening.titles()
        yield opening


Switch = Callable[[pytest.MonkeyPatch], None]


def without_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_overlap(*, overlap: timedelta, **given: object) -> Window:
        return partial(Window, **given)(overlap=overlap * 0)

    monkeypatch.setattr(jira_issues, "Window", no_overlap)


def without_census(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(absence.Last, "is_over", lambda *_: False)


@pytest.mark.parametrize(("switched_off", "found"), [(None, True), (without_overlap, False)])
def test_a_change_that_the_search_hid_while_later_ones_were_read_is_found_by_the_overlap(
    followed: Followed, monkeypatch: pytest.MonkeyPatch, switched_off: Switch | None, found: bool
) -> None:
    if switched_off:
        switched_off(monkeypatch)
    late, other = followed.stories[:2]
    before = late.title
    followed.lags(late.id, 15 * MINUTE)
    followed.edit(late, "Pay by card", after=MINUTE)
    followed.edit(other, "Pay by bank", after=5 * MINUTE)
    followed.pass_by(6 * MINUTE)
    titles = followed.titles()
    assert (titles[late.id], titles[other.id]) == (before, "Pay by bank")
    followed.pass_by(5 * MINUTE)
    assert followed.titles()[late.id] == ("Pay by card" if found else before)


@pytest.mark.parametrize(("switched_off", "found"), [(None, True), (without_census, False)])
def test_changes_that_the_search_hid_for_longer_than_the_overlap_are_found_by_the_census(
    followed: Followed, monkeypatch: pytest.MonkeyPatch, switched_off: Switch | None, found: bool
) -> None:
    """One of a ticket that is stored, and one that is new."""
    if switched_off:
        switched_off(monkeypatch)
    late, other = followed.stories[:2]
    before = late.title
    new = str(max(int(item.id) for item in followed.live.world.items) + 1)
    for ticket in (late.id, new):
        followed.lags(ticket, 2 * HOUR)
    assert followed.live.act("create_ticket")
    followed.edit(late, "Pay by card", after=MINUTE)
    followed.edit(other, "Pay by bank", after=HOUR)
    followed.pass_by(10 * MINUTE)
    assert followed.titles()[other.id] == "Pay by bank"
    followed.pass_by(2 * HOUR)
    titles = followed.titles()
    assert (titles[late.id], titles.get(new)) == (before, None)
    followed.pass_by(24 * HOUR)
    titles = followed.titles()
    assert titles[late.id] == ("Pay by card" if found else before)
    assert (new in titles) is found
