"""Warnings beside numbers: weak links, items that are not like others, ages that are bounds."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tests.api.client import Client

_RELEASE = "/v1/streams/checkout/metrics/idea_to_release?from=2026-01-01"
_STREAM = "(SELECT id FROM value_stream WHERE name = 'checkout')"


def _changed(copied: tuple[Client, Path], *statements: str) -> None:
    client, path = copied
    with sqlite3.connect(path) as base:
        for statement in statements:
            base.execute(statement)
        base.execute("UPDATE value_stream SET facts_version = facts_version + 1")
    client.app.state.served.forget_version()


def test_a_number_that_weak_links_move_has_a_band(copied: tuple[Client, Path]) -> None:
    client = copied[0]
    whole = client.json(_RELEASE)
    assert "sure_p50" not in whole["value"]
    slow = (
        f"SELECT item_id FROM item_fact WHERE stream_id = {_STREAM} AND released_ts IS NOT NULL"
        f" AND released_ts - idea_ts > {whole['value']['p50'] * 86_400}"
    )
    _changed(
        copied,
        f"DELETE FROM link WHERE a_kind = 1 AND b_kind = 2 AND a_id IN ({slow})"
        " AND rule <> (SELECT min(o.rule) FROM link o WHERE o.a_kind = 1 AND o.b_kind = 2"
        " AND o.a_id = link.a_id AND o.b_id = link.b_id)",
        f"UPDATE link SET confidence = 0.6 WHERE a_kind = 1 AND b_kind = 2 AND a_id IN ({slow})",
    )
    body = client.json(_RELEASE)
    assert body["value"]["p50"] == whole["value"]["p50"]
    assert body["value"]["sure_p50"] < 0.9 * body["value"]["p50"]
    assert any(one.startswith("links under 0.8 move p50 from") for one in body["reasons"])
    shown = client.json("/v1/overview?from=2026-01-01")["headline"]["how_long"]
    assert any("links under 0.8" in one for one in shown["reasons"])


def test_items_without_a_commit_that_are_older_are_warned_of(copied: tuple[Client, Path]) -> None:
    client = copied[0]
    assert not any("not like" in one for one in client.json(_RELEASE)["reasons"])
    own = f"stream_id = {_STREAM} AND done_ts IS NOT NULL AND expects_code"
    _changed(
        copied,
        f"UPDATE item_fact SET has_code = (item_id % 2) WHERE {own}",
        f"UPDATE item_fact SET created_ts = created_ts - 20000000 WHERE {own} AND item_id % 2 = 0",
    )
    (told,) = [one for one in client.json(_RELEASE)["reasons"] if "not like" in one]
    assert told.startswith("linked items are not like unlinked ones by age: linked p50 ")
    assert told.endswith("(Mann-Whitney, p<0.001)")
    rows = client.json("/v1/quality?stream=checkout&from=2026-01-01")["items"]
    (row,) = [one for one in rows if one["id"] == "C1"]
    differing = [one["by"] for one in row["detail"]["linked_and_unlinked"] if one["differs"]]
    assert differing == ["age"]


def test_an_age_whose_start_is_not_known_is_a_bound(copied: tuple[Client, Path]) -> None:
    client = copied[0]
    rows = client.json("/v1/items?stream=checkout&state=in_flight")["items"]
    assert not any(row["age_at_least"] for row in rows)
    key = rows[0]["key"]
    _changed(
        copied,
        "UPDATE item_fact SET start_reason = 'censored_start' WHERE item_id ="
        f" (SELECT id FROM work_item WHERE key = '{key}')",
    )
    again = client.json("/v1/items?stream=checkout&state=in_flight")["items"]
    assert [row["key"] for row in again if row["age_at_least"]] == [key]
    assert client.json(f"/v1/items/{key}/journey")["age_at_least"] is True
    other = client.json(f"/v1/items/{rows[1]['key']}/journey")
    assert other["age_at_least"] is False
