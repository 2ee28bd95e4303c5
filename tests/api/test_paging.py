"""Keyset pages: every item exactly once, in order, also with ties and while time goes on."""

from __future__ import annotations

import pytest

from pipeline.item_list import SORTS
from tests.api.client import Answer, Client, Clock


def _pages(client: Client, query: str, clock: Clock | None = None) -> list[Answer]:
    rows: list[Answer] = []
    cursor = ""
    for _ in range(200):
        body = client.json(f"/v1/items?{query}{cursor}")
        rows += body["items"]
        if body["next"] is None:
            assert len(rows) == body["total"]
            return rows
        cursor = f"&cursor={body['next']}"
        if clock is not None:
            clock.ts += 3_600
    raise AssertionError("the pages do not end")


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("limit", [1, 7, 500])
def test_every_item_is_visited_once(client: Client, sort: str, limit: int) -> None:
    query = f"sort={sort}&limit={limit}" + ("&state=in_flight" if limit == 1 else "")
    rows = _pages(client, query)
    keys = [(row["stream"], row["key"]) for row in rows]
    assert len(set(keys)) == len(keys) > 5
    whole = client.json(f"/v1/items?{query}&limit=500".replace(f"limit={limit}&", "", 1))
    assert len(keys) == whole["total"]


def test_ties_do_not_lose_items(client: Client) -> None:
    rows = _pages(client, "sort=-burn_rate&limit=3")
    burning = [row["burn_rate_cents"] or 0 for row in rows]
    assert burning == sorted(burning, reverse=True)
    assert burning.count(0) > 10


def test_hours_between_two_pages_lose_no_item(client: Client, clock: Clock) -> None:
    rows = _pages(client, "sort=-age&limit=2&state=in_flight", clock)
    assert len({row["key"] for row in rows}) == len(rows) > 5


def test_each_sort_sorts(client: Client) -> None:
    done = [row["done_at"] for row in _pages(client, "sort=-done&state=done&limit=9")]
    assert done == sorted(done, reverse=True)
    ages = [row["age_s"] for row in _pages(client, "sort=-age&state=in_flight&limit=9")]
    assert ages == sorted(ages, reverse=True)
    keys = [row["key"].partition("-") for row in _pages(client, "sort=key&limit=50")]
    assert [(name, int(number)) for name, _, number in keys] == sorted(
        (name, int(number)) for name, _, number in keys
    )


def test_filters_keep_only_what_they_name(client: Client) -> None:
    everything = _pages(client, "limit=500")
    for state in ("in_flight", "done", "cancelled", "not_started"):
        rows = _pages(client, f"limit=500&state={state}")
        assert {row["state"] for row in rows} <= {state}
        assert len(rows) == sum(1 for row in everything if row["state"] == state)
    defects = _pages(client, "limit=500&type=defect&stream=search")
    assert {(row["kind"], row["stream"]) for row in defects} == {("defect", "search")}
    first = everything[0]
    found = _pages(client, f"limit=500&q={first['key'].lower()}")
    assert first["key"] in [row["key"] for row in found]


def test_a_cursor_of_another_order_is_refused(client: Client) -> None:
    cursor = client.json("/v1/items?sort=key&limit=5")["next"]
    body = client.problem(f"/v1/items?sort=-age&limit=5&cursor={cursor}", 422)
    assert "same `sort`" in body["detail"]
