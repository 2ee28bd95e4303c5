"""A backup that is made in the middle of a pass, restored elsewhere, and the passes after it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import Database
from pipeline.backup import back_up
from pipeline.database import opened
from pipeline.progress import Silent, Stored
from pipeline.restore import restore
from pipeline.sync import sync
from tests.e2e.dumps import HOW_OFTEN, differences
from tests.e2e.little import little_company
from tests.e2e.small import Hasty, Small, rows_of, synced


@pytest.fixture(scope="module")
def company() -> Iterator[Small]:
    with little_company() as running:
        yield running


class _BackingUp(Silent):
    """Makes a backup when the pass has stored so many pages; the pass goes on around it."""

    def __init__(self, settings: Database, path: Path, at: int) -> None:
        self._settings, self._path, self._left = settings, path, at

    def page(self, source: str, stream: str, stored: Stored) -> None:
        del source, stream, stored
        self._left -= 1
        if self._left == 0:
            back_up(self._settings, self._path)


def test_a_backup_made_during_a_pass_and_one_more_pass_store_what_the_undisturbed_pass_did(
    company: Small, tmp_path: Path, postgres_url: str
) -> None:
    _, settings = company.home(tmp_path / "here")
    made = tmp_path / "headwater.backup"
    with opened(settings.database) as database:
        saving = _BackingUp(settings.database, made, 12)
        report = sync(settings, database, progress=saving, stop=Hasty())
    assert not report.failed
    whole = rows_of(settings)

    _, elsewhere = company.home(tmp_path / "there", url=postgres_url)
    assert restore(elsewhere.database, made, replace=True).replaced
    half = rows_of(elsewhere)
    assert 0 < len(half["raw_record"]) < len(whole["raw_record"])
    assert half["item_fact"] == []
    assert not synced(elsewhere).failed
    assert differences(rows_of(elsewhere), whole, but=HOW_OFTEN) == {}
