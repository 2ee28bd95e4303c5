"""A source with a budget is read in slices: nothing fails, nothing is lost, each pass goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from core.settings import Settings
from core.source_settings import Budget
from pipeline.checking import check_sources
from pipeline.database import opened
from pipeline.health import decoded, encoded
from pipeline.lease import WHOLE
from pipeline.sync import SyncReport
from store.cursors import StreamKey, load_state, save_health
from store.sources import source_ids
from tests.api.client import Client
from tests.e2e.dumps import differences
from tests.e2e.small import Small, rows_of, small_company, synced, undisturbed

LIMIT = 60

RESTATED = ("fact_change", "value_stream", "store_setting", "stream_state")
"""What tells that facts were measured before everything was read, and how passes went."""


@pytest.fixture(scope="module")
def company() -> Iterator[Small]:
    with small_company(items=12) as made:
        yield made


def _limited(settings: Settings, requests: int) -> Settings:
    budget = Budget(requests_per_hour=requests)
    sources = tuple(
        one.model_copy(update={"budget": budget}) if one.kind == "gitlab" else one
        for one in settings.sources
    )
    return settings.model_copy(update={"sources": sources})


def _gitlab(settings: Settings) -> dict[str, Any]:
    with opened(settings.database) as database:
        rows = Client(create_app(settings, database)).json("/v1/sources")["items"]
    return next(row for row in rows if row["name"] == "gitlab")


def _an_hour_later(settings: Settings) -> None:
    """What was spent is of the hour before."""
    with opened(settings.database) as database, database.writing() as session:
        key = StreamKey(source_ids(session)["gitlab"], WHOLE)
        health = decoded(load_state(session, key).health)
        assert health.spent is not None
        spent = replace(health.spent, from_ts=health.spent.from_ts - 3600)
        save_health(session, key, encoded(replace(health, spent=spent)))


def _paused(report: SyncReport) -> str:
    assert not report.failed
    assert {one.source for one in report.sources if one.paused} <= {"gitlab"}
    return next(one.paused for one in report.sources if one.source == "gitlab")


def test_a_budget_smaller_than_a_first_load_is_kept_and_later_passes_end_the_load(
    company: Small, tmp_path: Path
) -> None:
    whole = undisturbed(company, tmp_path / "whole")
    needed = company.server.count("gitlab")
    _, made = company.home(tmp_path)
    settings = _limited(made, LIMIT)
    passes = 0
    while True:
        before = company.server.count("gitlab")
        told = _paused(synced(settings))
        passes += 1
        assert company.server.count("gitlab") - before <= LIMIT
        if not told:
            break
        row = _gitlab(settings)
        assert row["state"] == "partial"
        assert re.fullmatch(
            r"partial: budget of 60 requests an hour is used up; goes on at \d\d:\d\d UTC",
            row["message"],
        )
        assert row["budget"]["requests_per_hour"] == row["budget"]["used"] == LIMIT
        _an_hour_later(settings)
    # Each pass asks anew who we are and what is visible.
    assert needed / LIMIT <= passes <= 3 * needed / LIMIT
    assert (_gitlab(settings)["state"], _gitlab(settings)["message"]) == ("green", None)
    assert differences(rows_of(settings), whole, but=RESTATED) == {}


def test_within_the_hour_a_spent_budget_sends_nothing_and_check_tells_it(
    company: Small, tmp_path: Path
) -> None:
    _, made = company.home(tmp_path)
    settings = _limited(made, LIMIT)
    assert _paused(synced(settings))
    before = company.server.count("gitlab")
    assert _paused(synced(settings))
    with opened(settings.database) as database:
        checks = {one.source: one for one in check_sources(settings, database)}
    assert company.server.count("gitlab") == before
    (probe,) = checks["gitlab"].probes
    assert probe.detail.startswith("budget of 60 requests an hour is used up; goes on at ")
    budgets = [probe for probe in checks["jira"].probes if probe.name == "budget"]
    assert [(one.ok, one.detail.endswith("no budget is set")) for one in budgets] == [(True, True)]
