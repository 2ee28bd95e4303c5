"""Links: replaced within their scope, and silent where nothing differs."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.records import Entity
from store.links import LinkChange, replace
from store.models import link

Told = tuple[int, int, str, float, str]
KINDS = {"a_kind": Entity.ITEM, "b_kind": Entity.COMMIT}


def _frame(*links: Told) -> pd.DataFrame:
    columns = ["a_id", "b_id", "rule", "confidence", "evidence"]
    frame = pd.DataFrame(list(links), columns=columns)
    return frame.assign(a_kind=int(Entity.ITEM), b_kind=int(Entity.COMMIT))


def _stored(session: Session) -> list[tuple[int, int, str, int]]:
    columns = [link.c[name] for name in ("a_id", "b_id", "rule", "since_ts")]
    rows = session.execute(select(*columns).order_by(*columns))
    return [(row[0], row[1], row[2], row[3]) for row in rows]


ONE: Told = (1, 10, "key_in_message", 0.9, "SHOP-1 in the subject")
TWO: Told = (1, 11, "key_in_branch", 0.8, "SHOP-1 in the branch")
THREE: Told = (2, 10, "key_in_message", 0.9, "SHOP-2 in the subject")


def test_identical_links_write_nothing(session: Session) -> None:
    first = replace(session, _frame(ONE, TWO), **KINDS, now_ts=100)
    assert first == LinkChange(2, 0, 0, {1}, {10, 11})
    assert replace(session, _frame(TWO, ONE), **KINDS, now_ts=200) == LinkChange()
    assert {row[3] for row in _stored(session)} == {100}


def test_links_come_change_and_go(session: Session) -> None:
    replace(session, _frame(ONE, TWO), **KINDS, now_ts=100)
    surer: Told = (1, 10, "key_in_message", 0.95, "SHOP-1 in the subject")
    change = replace(session, _frame(surer, THREE), **KINDS, now_ts=200)
    assert change == LinkChange(1, 1, 1, {1, 2}, {10, 11})
    assert _stored(session) == [(1, 10, "key_in_message", 100), (2, 10, "key_in_message", 200)]


def test_only_the_items_of_the_scope_are_replaced(session: Session) -> None:
    replace(session, _frame(ONE, THREE), **KINDS, now_ts=100)
    change = replace(session, _frame(), **KINDS, now_ts=200, a_ids=[2])
    assert change == LinkChange(0, 0, 1, {2}, {10})
    assert replace(session, _frame(), **KINDS, now_ts=200, a_ids=[]) == LinkChange()
    assert [row[0] for row in _stored(session)] == [1]


def test_both_ends_can_limit_the_scope(session: Session) -> None:
    replace(session, _frame(ONE, TWO, THREE), **KINDS, now_ts=100)
    change = replace(session, _frame(), **KINDS, now_ts=200, a_ids=[1, 2, 3], b_ids=[11])
    assert change == LinkChange(0, 0, 1, {1}, {11})


def test_the_links_of_other_rules_stay(session: Session) -> None:
    replace(session, _frame(ONE, TWO), **KINDS, now_ts=100)
    change = replace(session, _frame(), **KINDS, now_ts=200, rules={"key_in_branch"})
    assert change.deleted == 1
    assert [row[2] for row in _stored(session)] == ["key_in_message"]


def test_links_of_other_kinds_stay_and_are_not_taken(session: Session) -> None:
    replace(session, _frame(ONE), **KINDS, now_ts=100)
    other = {"a_kind": Entity.COMMIT, "b_kind": Entity.DEPLOYMENT}
    assert replace(session, _frame(TWO), **other, now_ts=200) == LinkChange()
    assert len(_stored(session)) == 1


def test_a_pair_named_twice_by_one_rule_is_one_link(session: Session) -> None:
    again: Told = (1, 10, "key_in_message", 0.5, "SHOP-1 in the body")
    assert replace(session, _frame(again, ONE), **KINDS, now_ts=1).inserted == 1
    assert session.execute(select(link.c.confidence)).scalars().all() == [0.9]
