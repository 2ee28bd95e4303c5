"""What is deployed and not switched on, worked out by hand."""

from __future__ import annotations

import pandas as pd

from core.frames import NONE
from metrics.value_events import ValueRules
from metrics.value_live import live_times
from metrics.value_stock import unexposed, unexposed_items
from tests.metrics.value_tables import released, shown

DAY = 86_400
RULES = ValueRules(live_share=0.5, settle_s=14 * DAY)
AT = 100 * DAY

ITEMS = [
    {"item_id": 1, "first_released_ts": 60 * DAY, "value_cents": 50_000},
    {"item_id": 2, "first_released_ts": 70 * DAY, "value_cents": 20_000},
    {"item_id": 3, "first_released_ts": 20 * DAY, "value_cents": NONE},
    {"item_id": 4, "first_released_ts": 20 * DAY, "value_cents": 90_000},
    {"item_id": 5, "first_released_ts": 20 * DAY, "value_cents": 90_000},
    {"item_id": 6, "first_released_ts": NONE, "value_cents": 90_000},
    {"item_id": 7, "first_released_ts": 20 * DAY, "value_cents": 1, "cancelled_ts": 30 * DAY},
]
EXPOSURE = shown(
    (1, "a", "production", 0.0, 50 * DAY),
    (2, "b", "production", 0.1, 80 * DAY),
    (3, "c", "production", 1.0, 30 * DAY),
    (3, "c", "production", 0.0, 90 * DAY),
    (4, "d", "production", 1.0, 30 * DAY),
    (6, "f", "production", 0.0, 30 * DAY),
    (7, "g", "production", 0.0, 30 * DAY),
)


def _items(at: int, exposure: pd.DataFrame = EXPOSURE) -> pd.DataFrame:
    items = released(*ITEMS)
    return items.merge(live_times(exposure, items, RULES, as_of=at), on="item_id")


def test_what_is_deployed_and_kept_from_most_users_is_in_stock() -> None:
    rows = unexposed_items(_items(AT), RULES, at=AT)
    told = list(zip(rows["item_id"], rows["stock_state"], rows["age_s"] // DAY, strict=True))
    assert told == [(1, "never_on", 40), (2, "partly_on", 30), (3, "switched_off", 10)]


def test_count_age_and_burn_and_what_nobody_tells() -> None:
    found = unexposed(_items(AT), RULES, at=AT, told=True)
    assert found.value == {"count": 3, "oldest_d": 40.0, "burn_rate_cents": 70_000}
    assert (found.parts["valued"], found.parts["unvalued"]) == (2, 1)
    assert (found.n, found.excluded, found.reasons) == (3, {"not_told": 1}, ())


def test_a_burn_that_nobody_valued_is_not_known_and_not_nothing() -> None:
    items = _items(AT).assign(value_cents=NONE)
    found = unexposed(items, RULES, at=AT, told=True)
    assert (found.value["count"], found.value["burn_rate_cents"]) == (3, None)
    assert found.reasons == ("burn: none of them has a value",)


def test_an_empty_stock_burns_nothing_and_without_a_tool_there_is_no_number() -> None:
    items = _items(AT)[lambda frame: frame["item_id"] == 4]
    found = unexposed(items, RULES, at=AT, told=True)
    assert found.value == {"count": 0, "oldest_d": None, "burn_rate_cents": 0}
    silent = unexposed(_items(AT, EXPOSURE[:0]), RULES, at=AT, told=False)
    assert set(silent.value.values()) == {None}
    assert silent.reasons == ("no tool reports exposure",)


def test_the_stock_of_an_earlier_day() -> None:
    rows = unexposed_items(_items(65 * DAY), RULES, at=65 * DAY)
    assert rows["item_id"].tolist() == [1]
    assert (rows["age_s"] // DAY).tolist() == [5]
