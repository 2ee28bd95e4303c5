"""A store that forgot the bodies of its payloads answers, and follows its company, as one that kept
them.
"""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from core.settings import Retention, Settings
from pipeline import reading
from pipeline.clock import now_ts
from pipeline.database import opened
from pipeline.retention import Forgotten, forget_payloads
from pipeline.sync import bring_up_to_date, sync
from simulator.live import Live
from store.models import raw_record, source
from tests.e2e.dumps import differences
from tests.e2e.little import little_company
from tests.e2e.small import Hasty, Small, rows_of, synced

DAY = 86_400
TOLD_BY_THE_WAY = {"raw_record", "stream_state", "store_setting", "fact_change", "value_stream"}
ROUNDS = 6


def _home(company: Small, folder: Path) -> Settings:
    _, settings = company.home(folder)
    kept = Retention(raw_payloads=timedelta(days=400))
    return settings.model_copy(update={"retention": kept})


def _aged(settings: Settings) -> None:
    """All of it was read two years ago."""
    with opened(settings.database) as database, database.writing() as session:
        session.execute(update(raw_record).values(fetched_ts=now_ts() - 730 * DAY))


def _pruned(settings: Settings, *, dry_run: bool = False) -> dict[tuple[str, str], Forgotten]:
    with opened(settings.database) as database:
        gone = forget_payloads(settings, database, now=now_ts(), dry_run=dry_run)
    return {(one.source, one.stream): one for one in gone}


def _bodies(settings: Settings) -> dict[tuple[str, str], tuple[int, int]]:
    """By source and stream: how many payloads, and how many of them have no body."""
    bare = func.sum(1 - func.sign(func.length(raw_record.c.payload)))
    statement = select(source.c.name, raw_record.c.stream, func.count(), bare)
    joined = statement.join(source, source.c.id == raw_record.c.source_id)
    with opened(settings.database) as database, database.read() as session:
        rows = session.execute(joined.group_by(source.c.name, raw_record.c.stream)).all()
    return {(row[0], row[1]): (row[2], int(row[3])) for row in rows}


def _everything_again(settings: Settings) -> int:
    """How many facts differ when all are made again of what is stored."""
    with opened(settings.database) as database:
        return bring_up_to_date(settings, database, everything=True).facts.changed


@pytest.mark.timeout(900)
def test_what_was_forgotten_is_missed_by_no_fact_and_no_later_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with little_company() as company:
        live = Live(company.world, company.server, 3)
        monkeypatch.setattr(reading, "now_ts", lambda: int(live.world.now.timestamp()))
        settings = _home(company, tmp_path / "pruned")
        assert not synced(settings).failed
        _aged(settings)
        keeping = _home(company, tmp_path / "keeping")
        shutil.copy(tmp_path / "pruned/headwater.db", tmp_path / "keeping/headwater.db")

        before = rows_of(settings)
        foretold = _pruned(settings, dry_run=True)
        assert differences(before, rows_of(settings)) == {}, "a dry run changes nothing"
        gone = _pruned(settings)
        assert gone == foretold
        some = {("gitlab", "commits"), ("gitlab", "merge_requests"), ("snow", "audit")}
        assert some <= set(gone)
        assert _bodies(settings) == {
            key: (many, gone[key].payloads if key in gone else 0)
            for key, (many, _) in _bodies(keeping).items()
        }
        assert _pruned(settings) == {}, "a second time there is nothing to do"
        assert differences(before, rows_of(settings), but={"raw_record", "store_setting"}) == {}
        assert _everything_again(settings) == 0

        quiet = synced(settings)
        assert sum(one.changed for one in quiet.sources) == 0, "known by the hash that stayed"
        for number in range(1, ROUNDS + 1):
            live.round(hours=1.0 if number % 3 else 25.0)
            assert not synced(settings).failed
            assert not synced(keeping).failed
        here, there = rows_of(settings), rows_of(keeping)
        assert differences(here, there, but=TOLD_BY_THE_WAY) == {}, live.done
        _full(settings)
        _full(keeping)
        assert differences(rows_of(settings), rows_of(keeping), but=TOLD_BY_THE_WAY) == {}


def _full(settings: Settings) -> None:
    with opened(settings.database) as database:
        assert not sync(settings, database, full=True, stop=Hasty()).failed


def test_forgetting_that_is_ended_midway_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite, as on PostgreSQL, each five hundred are a transaction; here each three."""
    monkeypatch.setattr("pipeline.retention._BATCH", 3)
    with little_company(items=4) as company:
        settings = _home(company, tmp_path)
        assert not synced(settings).failed
    _aged(settings)
    wanted = _pruned(settings, dry_run=True)

    class EndedError(Exception):
        pass

    class Ending(Hasty):
        looks = 0

        def check(self) -> None:
            self.looks += 1
            if self.looks == 4:
                raise EndedError

    with opened(settings.database) as database, pytest.raises(EndedError):
        forget_payloads(settings, database, now=now_ts(), stop=Ending())
    half = sum(bare for _, bare in _bodies(settings).values())
    assert 0 < half < sum(one.payloads for one in wanted.values())
    rest = _pruned(settings)
    assert half + sum(one.payloads for one in rest.values()) == sum(
        one.payloads for one in wanted.values()
    )
