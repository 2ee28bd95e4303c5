"""A cause is one alert for as long as it holds, and another when it comes again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.records import Block, BlockKind
from pipeline.alerts.answers import list_alerts
from pipeline.alerts.evaluate import evaluate
from pipeline.alerts.routes import routes_for
from pipeline.database import Database
from store.alerts import Alert
from tests.pipeline.alert_shop import (
    HOUR,
    NOW,
    NOW_TS,
    begun,
    done,
    file_of,
    held,
    look,
    opened,
    read,
    shop,
    told,
)
from tests.pipeline.shop import DAY

OPS = {"name": "ops", "kind": "webhook", "url": "https://r.example/x", "secret": "s" * 16}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return file_of(tmp_path)


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    with opened(path) as found:
        yield found


def _flag(since_h: int, until_h: int | None = None) -> Block:
    end = None if until_h is None else NOW - until_h * HOUR
    return Block("1", BlockKind.FLAG, "Flagged", NOW - since_h * HOUR, end)


def test_a_cause_is_told_once_ends_and_is_told_again(path: Path) -> None:
    """SHOP-1 is blocked, freed, and blocked anew; each look is another process."""
    settings = shop({**OPS, "default": True, "ended": True}, rules=["blocked"])
    with opened(path) as database:
        assert look(database, settings, *begun(1, 3), _flag(48)).began == 1
        assert look(database, settings, at=NOW + HOUR).began == 0
    with opened(path) as database:
        assert look(database, settings, at=NOW + 2 * HOUR).began == 0
        freed = look(database, settings, _flag(48, -3), at=NOW + 4 * HOUR)
        assert (freed.began, freed.ended) == (0, 1)
        assert held(database) == []
        look(database, settings, _flag(48, -3), _flag(-5), at=NOW + 30 * HOUR)
        body = _all(database, settings)
    assert [(one["subject"], one["state"]) for one in body] == [
        ("SHOP-1", "open"), ("SHOP-1", "ended"),
    ]  # fmt: skip
    assert [[each["told"] for each in one["deliveries"]] for one in body] == [
        ["began"], ["began", "ended"],
    ]  # fmt: skip


def _all(database: Database, settings: object) -> list[dict[str, object]]:
    with database.read() as session:
        rows = list_alerts(session, settings, state="all")["items"]  # type: ignore[arg-type]
    found: list[dict[str, object]] = rows
    return found


def test_where_nothing_moved_nothing_is_looked_at(database: Database) -> None:
    assert look(database, shop(), *begun(1, 5)).looked
    settings = shop()
    assert not evaluate(settings, database, now=NOW_TS + 30).looked
    later = NOW_TS + 960  # ages grow
    read(database, later)
    assert not evaluate(settings, database, now=later, not_before_s=3_600).looked
    assert evaluate(settings, database, now=later).looked
    with_limit = shop(stream_cost_per_week=5)
    assert evaluate(with_limit, database, now=later + 1).looked


def test_an_item_that_is_done_ends_what_was_told_of_it(database: Database) -> None:
    look(database, shop(), *begun(1, 5))
    (one,) = held(database)
    look(database, shop(), *done(1, NOW + HOUR, 5), at=NOW + 2 * HOUR)
    assert held(database) == []
    (row,) = _all(database, shop())
    assert (row["id"], row["ended_at"]) == (one.id, "2026-07-01T12:00:00Z")


def test_what_is_not_read_is_not_judged(database: Database) -> None:
    """The tracker stands still for days: items seem to age, and nobody knows whether they do."""
    look(database, shop(rules=["ageing"]), *begun(1, 5), *begun(2, 2))
    assert told(database) == {("ageing", "SHOP-1")}
    look(database, shop(rules=["ageing"]), at=NOW + 5 * DAY, readable=False)
    assert told(database) == {("ageing", "SHOP-1")}
    look(database, shop(rules=["ageing"]), at=NOW + 5 * DAY + HOUR)
    assert told(database) == {("ageing", "SHOP-1"), ("ageing", "SHOP-2")}


def test_a_rule_or_stream_that_is_looked_at_no_more_ends_its_alerts(database: Database) -> None:
    look(database, shop(), *begun(1, 5), _flag(48))
    assert told(database) == {("ageing", "SHOP-1"), ("blocked", "SHOP-1")}
    look(database, shop(rules=["ageing"]), at=NOW + HOUR)
    assert told(database) == {("ageing", "SHOP-1")}
    look(database, shop().model_copy(update={"streams": ()}), at=NOW + 2 * HOUR)
    assert told(database) == set()


def test_who_has_no_route_yet_is_told_when_there_is_one(database: Database) -> None:
    look(database, shop(), *begun(1, 5))
    (row,) = _all(database, shop())
    assert row["deliveries"] == []
    assert "[[alerts.routes]]" in str(row["not_told"])
    settings = shop({**OPS, "default": True})
    look(database, settings, at=NOW + HOUR)
    look(database, settings, at=NOW + 2 * HOUR)
    (row,) = _all(database, settings)
    assert row["not_told"] is None
    assert len(row["deliveries"]) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ([{"name": "web", "teams": ["web"]}, {"name": "rest", "default": True}], {"web"}),
        ([{"name": "test", "teams": ["test"]}, {"name": "rest", "default": True}], {"rest"}),
        ([{"name": "all", "streams": ["checkout"]}, {"name": "rest", "default": True}], {"all"}),
        ([{"name": "web", "teams": ["web"]}, {"name": "all", "streams": ["checkout"]}], {"web"}),
        ([{"name": "web", "teams": ["web"]}, {"name": "too", "teams": ["web"]}], {"web", "too"}),
        (
            [
                {"name": "web", "teams": ["web"], "rules": ["blocked"]},
                {"name": "all", "streams": ["checkout"]},
            ],
            {"all"},
        ),
        ([{"name": "web", "teams": ["web"], "streams": ["checkout"]}], {"web"}),
        ([{"name": "rest", "default": True, "rules": ["source"]}], set()),
    ],
    ids=["team", "not-this-team", "stream", "team-first", "two", "rule", "both", "none"],
)
def test_the_team_that_owns_it_is_told_else_the_stream_else_the_default(
    routes: list[dict[str, object]], expected: set[str]
) -> None:
    """An item of checkout that web has."""
    settings = shop(*({**OPS, **one} for one in routes))
    one = Alert(1, "c", "ageing", "checkout", "web", "SHOP-1", "", {}, None, NOW_TS, None)
    assert {route.name for route in routes_for(settings.alerts.routes, one)} == expected


def test_words_of_tools_are_kept_as_one_line_of_bounded_length(database: Database) -> None:
    title = "Pay\r\nBcc: all@acme.example\x1b[31m " + "x" * 1_000
    ticket, *rest = begun(1, 5)
    look(database, shop(), replace(ticket, title=title), *rest)
    (one,) = held(database)
    assert one.title.startswith("Pay Bcc: all@acme.example [31m xxx")
    assert len(one.title) == 300
