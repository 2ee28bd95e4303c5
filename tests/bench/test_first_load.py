"""The benchmark of a first load: what limits impose, and that a load gets through them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.p14_first_load import Hurried, first_load, imposed_s
from core.config_file import load_settings
from simulator.config import company_config, company_secrets
from simulator.faults import Faults
from simulator.rates import Limit
from simulator.server import running
from store.migrate import upgrade
from tests.e2e.little import little_world

SPEED = 600


@pytest.mark.parametrize(
    ("kind", "requests", "seconds"),
    [
        ("gitlab", 2_000, 0),
        ("gitlab", 8_276, 240),
        ("github", 900, 0),
        ("github", 2_235, 120),
        ("github", 8_488, 3_600),
        ("jira", 101, 1),
        ("jenkins", 100_000, 0),
    ],
)
def test_the_longest_wait_that_any_limit_of_a_vendor_asks_for_is_imposed(
    kind: str, requests: int, seconds: int
) -> None:
    assert imposed_s(kind, requests) == seconds


def test_pauses_and_the_clock_of_the_client_keep_step_with_the_tools() -> None:
    stop = Hurried(1_000_000.0)
    before = stop.clock()
    stop.sleep(3_600.0)
    assert stop.clock() - before >= 3_600.0


def test_a_first_load_waits_for_its_limits_and_loses_nothing(tmp_path: Path) -> None:
    world, limit = little_world(), Limit(100, 60)
    faults = Faults(limits={"gitlab": (limit,)}, speed=SPEED)
    with running(world, faults=faults) as server:
        config = tmp_path / "headwater.toml"
        text = company_config(world, server.urls, directory=tmp_path)
        config.write_text(text, encoding="utf-8")
        settings = load_settings(config, company_secrets())
        upgrade(settings.database.url)
        loads = first_load(settings, SPEED)
        requests = {source.name: source.kind for source in settings.sources}
        assert {name: load.requests for name, load in loads.items()} == {
            name: server.count(kind) for name, kind in requests.items()
        }
    assert loads["gitlab"].requests > limit.requests
    assert loads["gitlab"].seconds >= limit.imposed_s(loads["gitlab"].requests) / SPEED
