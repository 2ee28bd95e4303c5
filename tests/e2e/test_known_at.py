"""Answers as they were known: twenty days are lived through, and each is asked for at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from core.settings import Settings
from pipeline.database import opened
from pipeline.service_measures import DORA_SLUGS
from pipeline.stream_measures import FLOW_SLUGS
from simulator.live import Live
from tests.api.client import Client
from tests.e2e.little import little_company
from tests.e2e.small import synced

DAYS = 20
_CLOCKS = ("pipeline.measure", "pipeline.knowledge", "pipeline.collect")
_WEEK_S = 7 * 86_400
_AFTER_S = 600
"""A person looks some minutes after the pass."""

_VELOCITY = "/v1/streams/checkout/metrics/velocity"
WHOLE = ("value", "observed", "n", "excluded", "interval", "coverage", "grade", "as_of", "window")

_CHARTS = ("littles-law", "ageing", "sle", "cfd", "run-chart", "metrics/velocity/xmr")

Answer = dict[str, Any]


@dataclass
class Followed:
    """A company whose days are told to a store; the store's clock is the company's."""

    live: Live
    settings: Settings
    client: Client
    days: list[tuple[int, dict[str, Answer]]] = field(default_factory=list)

    @property
    def now(self) -> int:
        return int(self.live.world.now.timestamp())

    def look(self, more: str = "") -> dict[str, Answer]:
        """Every metric of a stream and of a service; more: what is asked besides."""
        return {address: self.client.json(f"{address}{more}") for address in self.addresses()}

    def addresses(self) -> Iterator[str]:
        for stream in self.settings.streams[:1]:
            yield from (f"/v1/streams/{stream.name}/metrics/{slug}" for slug in FLOW_SLUGS)
            yield from (f"/v1/streams/{stream.name}/{path}" for path in _CHARTS)
        for service in self.settings.services[:1]:
            yield from (f"/v1/services/{service.name}/metrics/{slug}" for slug in DORA_SLUGS)


def _told(ts: int) -> str:
    return datetime.fromtimestamp(ts, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def _followed(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Followed]:
    with little_company(items=8) as company:
        live = Live(company.world, company.server, 4)
        _, settings = company.home(folder)
        with opened(settings.database) as database:
            found = Followed(live, settings, Client(create_app(settings, database)))
            for name in _CLOCKS:
                patch.setattr(f"{name}.now_ts", lambda: found.now)
            # What is gone is looked for once a week here: that takes most requests.
            patch.setattr("pipeline.reading.now_ts", lambda: found.now // _WEEK_S * _WEEK_S)
            patch.setattr("api.deps.now_ts", lambda: found.now + _AFTER_S)
            yield found


@pytest.mark.timeout(1800)
def test_each_of_twenty_days_is_told_later_as_it_was_told_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _followed(tmp_path, monkeypatch) as company:
        for day in range(DAYS):
            if day:
                company.live.round(hours=24)
            assert not synced(company.settings).failed
            company.days.append((company.now + _AFTER_S, company.look()))
        for at, then in company.days:
            again = company.look(f"?known_at={_told(at)}")
            for address, told in then.items():
                found = again[address]
                assert [found[name] for name in WHOLE] == [told[name] for name in WHOLE], address
                assert found["known_at"] == _told(at)
        first = company.days[0][1]
        window = first[_VELOCITY]["window"]
        today = company.look(f"?from={window[0]}&to={window[1]}")
        moved = {name for name in first if first[name]["n"] != today[name]["n"]}
        assert moved, "nothing that was told on the first day was ever restated"
