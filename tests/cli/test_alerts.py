"""`headwater alerts`: the list with what became of telling it, and a test message."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.database import over
from store.alerts import note_evaluated
from store.session import open_engine
from tests.cli.conftest import Run
from tests.migrated import migrated
from tests.pipeline.alert_desk import SECRET, Desk, cause, webhook
from tests.pipeline.alert_receivers import receiving
from tests.pipeline.alert_shop import NOW_TS, shop

Written = Callable[[str], Path]


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Written:
    """A configuration with one route to this address, over a database with one alert."""

    def write(url: str) -> Path:
        path, file = tmp_path / "headwater.db", tmp_path / "headwater.toml"
        migrated(f"sqlite:///{path}")
        engine = open_engine(f"sqlite:///{path}")
        database = over(engine)
        Desk(database, shop(webhook(url))).notice(cause(title="[red]Pay[/red]"))
        with database.writing() as session:
            note_evaluated(session, NOW_TS, "ground")
        engine.dispose()
        monkeypatch.setenv("HOOK", SECRET)
        file.write_text(
            '[[alerts.routes]]\nname = "ops"\nkind = "webhook"\nsecret = "env:HOOK"\n'
            f'default = true\nurl = "{url}"\n'
        )
        monkeypatch.setenv("HEADWATER_CONFIG", str(file))
        return file

    return write


def test_alerts_are_listed_with_their_evidence(alone: Run, written: Written) -> None:
    written("https://r.example/in")
    outcome = alone("alerts")
    assert outcome.status == 0
    for words in (
        "1  SHOP-1 is blocked for 26 h", "[red]Pay[/red]", "flag: Flagged",
        "blocked, checkout, web; noticed 1 Jul 2026 10:00 UTC", "since 30 Jun 2026 08:00 UTC",
        "€700 a week, €1.2k so far", "ops waiting, next 1 Jul 2026 10:00 UTC",
    ):  # fmt: skip
        assert words in outcome.out
    (body,) = alone("alerts", "--json").lines
    assert body["items"][0]["subject"] == "SHOP-1"
    assert "none of the kind" in alone("alerts", "--rule", "cost").out
    refused = alone("alerts", "--rule", "late")
    assert (refused.status, "signal, breach" in refused.err) == (1, True)


def test_a_test_message_arrives_or_says_why_not(alone: Run, written: Written) -> None:
    with receiving() as receiver:
        written(receiver.url)
        outcome = alone("alerts", "--try", "ops")
        assert (outcome.status, outcome.out) == (0, "The test message reached ops\n")
        (body,) = receiver.bodies
        assert (body["type"], body["alerts"][0]["what"]) == ("test", "A test of the route ops")
        receiver.statuses = [403]
        failed = alone("alerts", "--try", "ops")
        assert failed.status == 1
        assert failed.err == "127.0.0.1: answered 403: it does not accept the secret\n"
    unknown = alone("alerts", "--try", "opps")
    assert (unknown.status, "known: ops" in unknown.err) == (1, True)
