"""A store that followed a company through change after change holds what a first load would."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config_file import load_settings
from core.settings import Settings
from pipeline import reading
from simulator.live import OPERATIONS, Live
from simulator.live_tickets import RENAMED
from tests.e2e.dumps import differences
from tests.e2e.follower import SEEN_BY_A_FOLLOWER, Followed
from tests.e2e.little import little_company
from tests.e2e.small import Small, rows_of, synced

ROUNDS = 20
_SOON, _A_DAY_LATER = 1.0, 25.0
_EVERY = 5

TOLD_BY_THE_WAY = {
    "raw_record": "names inside a payload are those of the day on which it was read",
    "stream_state": "how far each stream was read, and how often",
    "store_setting": "what each status was once called, and how often facts moved",
    "fact_change": "what was restated while it looked on",
    "value_stream": "how often facts moved",
}
"""Tables that tell how the store came to be as it is, and so are not compared."""


def _home(company: Small, folder: Path, *, url: str = "") -> Settings:
    """The configuration names the status that is renamed on the way by both of its names."""
    config, _ = company.home(folder, url=url)
    both = ", ".join(f'"{name}"' for name in RENAMED)
    text = config.read_text("utf-8")
    for name in RENAMED:
        text = text.replace(f'["{name}"]', f"[{both}]")
    config.write_text(text, "utf-8")
    return load_settings(config, {"HEADWATER_DATABASE_URL": url})


def _followed(live: Live, settings: Settings, *, rounds: int) -> None:
    """The last of each five rounds comes a day later: what is gone by then is noticed."""
    for number in range(1, rounds + 1):
        live.round(hours=_SOON if number % _EVERY else _A_DAY_LATER)
        report = synced(settings)
        assert [one.problems for one in report.sources] == [[], [], [], []], live.done[-6:]


@pytest.mark.timeout(900)
def test_after_twenty_rounds_of_change_the_store_equals_a_first_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with little_company() as company:
        live = Live(company.world, company.server, 1)
        # When it is time for a census goes by our clock: it is the one of the tools here.
        monkeypatch.setattr(reading, "now_ts", lambda: int(live.world.now.timestamp()))
        settings = _home(company, tmp_path / "followed")
        assert not synced(settings).failed
        for part in range(2):
            _followed(live, settings, rounds=ROUNDS // 2)
            first = _home(company, tmp_path / f"first-{part}")
            assert not synced(first).failed
            here, fresh = rows_of(settings), rows_of(first)
            besides = {*TOLD_BY_THE_WAY, *SEEN_BY_A_FOLLOWER}
            assert differences(here, fresh, but=besides) == {}, live.done
            both = Followed(here, fresh, live)
            assert both.unexplained == [], live.done
            assert both.tombstones
            assert both.tombstones == {name: both.gone[name] for name in both.tombstones}
        happened = {name for name, told in live.done if told}
    assert happened == set(OPERATIONS)
