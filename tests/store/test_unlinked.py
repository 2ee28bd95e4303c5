"""What is not linked: stored as it is told, and read in pages."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from core.records import Entity
from store.unlinked import (
    ALL,
    Wanted,
    page_of,
    reason_counts,
    replace_unlinked,
    scopes_of,
    unlinked_days,
)

COLUMNS = [
    "entity",
    "entity_id",
    "scope",
    "scope_id",
    "ts",
    "reason",
    "detail",
    "bot",
    "suggestion",
]
DAYS = ["scope", "scope_id", "entity", "day_ts", "population", "unlinked", "bots"]


def rows(*told: tuple[Any, ...]) -> pd.DataFrame:
    """(entity_id, ts, reason, bot) of commits, each for everything and for stream 5."""
    every = [
        (2, number, scope, scope_id, ts, reason, "", bot, "")
        for number, ts, reason, bot in told
        for scope, scope_id in ((ALL, 0), ("stream", 5))
    ]
    return pd.DataFrame(every, columns=COLUMNS)


def days(*told: tuple[Any, ...]) -> pd.DataFrame:
    return pd.DataFrame([(ALL, 0, 2, *one) for one in told], columns=DAYS)


WANTED = Wanted(Entity.COMMIT, 0, 100)


def test_the_same_again_writes_nothing_and_what_is_gone_is_deleted(session: Session) -> None:
    table, counts = rows((1, 10, "typo", False), (2, 20, "bot", True)), days((0, 5, 1, 1))
    assert replace_unlinked(session, table, counts) == 5
    assert replace_unlinked(session, table, counts) == 0
    assert replace_unlinked(session, rows((1, 10, "direct_push", False)), counts) == 4
    assert [row["reason"] for row in page_of(session, WANTED, limit=9)] == ["direct_push"]
    assert unlinked_days(session)[DAYS].to_numpy().tolist() == [[ALL, 0, 2, 0, 5, 1, 1]]
    assert replace_unlinked(session, rows(), days()) == 3
    assert unlinked_days(session).empty


def test_pages_follow_each_other_without_gap_or_repeat(session: Session) -> None:
    told = [(number, 10 + number // 3, "typo", False) for number in range(1, 11)]
    replace_unlinked(session, rows(*told), days())
    seen: list[tuple[int, int]] = []
    after = None
    while page := page_of(session, WANTED, limit=3, after=after):
        seen += [(row["ts"], row["entity_id"]) for row in page]
        after = seen[-1]
    assert seen == sorted(((ts, number) for number, ts, *_ in told), reverse=True)


def test_only_what_is_wanted_is_read(session: Session) -> None:
    told = ((1, 10, "typo", False), (2, 20, "bot", True), (3, 30, "typo", False))
    replace_unlinked(session, rows(*told), days())
    some = Wanted(Entity.COMMIT, 10, 30, "stream", 5, "typo")
    assert [row["entity_id"] for row in page_of(session, some, limit=9)] == [1]
    assert page_of(session, Wanted(Entity.ITEM, 0, 100), limit=9) == []
    assert page_of(session, Wanted(Entity.COMMIT, 0, 100, "stream", 6), limit=9) == []
    assert sorted(reason_counts(session, WANTED)) == [("bot", True, 1), ("typo", False, 2)]
    assert scopes_of(session, Entity.COMMIT, [1, 9]) == {1: [("stream", 5)]}
