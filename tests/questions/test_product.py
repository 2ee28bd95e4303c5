"""What a head of product asks."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations
from random import Random
from statistics import fmean

import pytest

from api.app import create_app
from pipeline.sync import bring_up_to_date
from simulator.features import FeatureTruth, features_of
from tests.api.client import Answer, Client
from tests.e2e.company import Company
from tests.e2e.telling_features import told_features
from tests.questions.asking import YEAR, Asking, sent
from tests.questions.test_data import lines
from tests.questions.truths import (
    DAY,
    by,
    items,
    nearest,
    open_items,
    stages_passed,
    statuses,
    when,
)

WEEK = 7 * DAY


def test_product_1_what_delay_costs_and_where(ask: Asking, company: Company) -> None:
    told = ask.year("product-1")
    charged = ask.client.json(told["explain"])["included"]
    true = items(company)
    own = [row for row in charged if not row["value"]["inherited"]]
    assert len(own) > 20
    for row in own:
        item = true[row["key"]]
        assert row["value"]["likely_cents"] == 100 * (item.value_per_week or 0)
        assert row["charged_s"] == item.last.waiting_s, row["key"]
    inherited = [row for row in charged if row["value"]["inherited"]]
    # What several items wait for together is charged once: never more than each of them waited.
    assert all(row["charged_s"] <= true[row["key"]].last.waiting_s for row in inherited)
    owed = sum(row["value"]["likely_cents"] * row["charged_s"] / WEEK for row in charged)
    assert told["cost_cents"] == pytest.approx(owed, abs=len(charged))
    assert sum(row["cost_cents"] for row in told["items"]) == told["cost_cents"]
    assert told["items"][0]["stage"] == "Test queue"


def test_product_2_which_item_burns_most(ask: Asking, company: Company) -> None:
    told = ask("product-2", limit="100")["items"]
    known = {status.stage: status.state for status in statuses(company).values()}
    flagged = {
        one.key for one in company.world.items if any(flag.end is None for flag in one.flags)
    }
    burning: dict[str, int] = {}
    for stream in ("checkout", "fulfilment", "search"):
        for key in open_items(company, stream):
            waits = known[stages_passed(company, key)[-1]] != "active" or key in flagged
            value = items(company, stream)[key].value_per_week
            if value is not None:
                burning[key] = round(100 * value) if waits else 0
    rates = {row["key"]: row["burn_rate_cents"] for row in told}
    assert {key: rates[key] for key in burning} == burning
    order = [row["burn_rate_cents"] or 0 for row in told]
    assert order == sorted(order, reverse=True)
    assert order[0] == max(burning.values()) > 0


def test_product_3_in_which_order_delay_costs_least(ask: Asking) -> None:
    order = ask.send("product-3")
    rows = order["items"]
    rates = {
        row["key"]: row["value_per_week_cents"] or 0
        for row in ask("product-2", limit="100")["items"]
    }
    lasts = {row["key"]: row["duration_days"]["likely"] for row in rows}
    assert len(rows) == 4

    def cost(keys: tuple[str, ...]) -> float:
        ends, total = 0.0, 0.0
        for key in keys:
            ends += lasts[key]
            total += rates[key] * ends / 7
        return total

    cheapest = min(cost(keys) for keys in permutations(lasts))
    assert order["proposed_cents"] == pytest.approx(cheapest, abs=len(rows))
    today = tuple(row["key"] for row in sorted(rows, key=lambda row: row["place_today"]))
    assert order["today_cents"] == pytest.approx(cost(today), abs=len(rows))
    standing = ask("product-3", 1)
    assert [row["key"] for row in standing["order"]["items"]] == [row["key"] for row in rows]


def test_product_4_when_a_feature_is_live(ask: Asking, company: Company) -> None:
    told = ask("product-4")
    epic = next(one for one in company.world.items if one.key == told["key"])
    true = items(company)
    children = {one.key for one in company.world.items if one.epic == epic.id} & true.keys()
    assert {row["key"] for row in told["members"]} == children
    last = {key: true[key].last for key in children}
    assert told["items"]["done"] == sum(one.done_at is not None for one in last.values())
    assert told["items"]["cancelled"] == sum(one.cancelled_at is not None for one in last.values())
    in_flight = sum(one.reason == "open" for one in last.values())
    assert told["items"]["in_flight"] == in_flight
    assert told["days"]["p50"] is None
    assert "too short to forecast" in told["reason"]

    told = ask("product-4", 1, from_=YEAR["from"])
    pool = told["pool"]["counts"]
    assert sum(pool) == _done_within(company, told["pool"])
    for name, share in (("p50", 0.5), ("p85", 0.85)):
        assert told["value"][name] == pytest.approx(nearest(_days_until(5, pool), share), rel=0.05)
        ends = date.fromisoformat(told["starts"]) + timedelta(days=told["value"][name] - 1)
        assert told["dates"][name] == ends.isoformat()


def test_product_5_how_many_by_a_date(ask: Asking, company: Company) -> None:
    told = ask("product-5", from_=YEAR["from"])
    pool = told["pool"]["counts"]
    assert sum(pool) == _done_within(company, told["pool"])
    assert told["days"] == (date.fromisoformat(told["date"]) - date(2026, 11, 20)).days
    chance = Random(7)
    drawn = [sum(chance.choices(pool, k=told["days"])) for _ in range(4000)]
    for name, share in (("p50", 0.5), ("p85", 0.15), ("p95", 0.05)):
        assert abs(told["value"][name] - nearest(drawn, share)) <= 1


def _days_until(wanted: int, pool: list[int]) -> list[int]:
    """Days until so many are done, in as many histories that are drawn from the pool."""
    chance = Random(11)
    found = []
    for _ in range(4000):
        days = done = 0
        while done < wanted:
            days += 1
            done += chance.choice(pool)
        found.append(days)
    return found


def _done_within(company: Company, pool: Answer) -> int:
    first, last = date.fromisoformat(pool["from"]), date.fromisoformat(pool["to"])
    ends = [one.last.done_at for one in items(company).values() if one.last.done_at]
    return sum(first <= end.date() <= last for end in ends)


def test_product_6_how_long_before_work_begins(ask: Asking, company: Company) -> None:
    rows = ask.year("product-6")["items"]
    first = rows[0]
    assert (first["name"], first["phase"]) == ("Ideas", "upstream")
    path = f"/v1/streams/checkout/map/explain?from={YEAR['from']}&to={YEAR['to']}"
    keys = [row["key"] for row in ask.client.json(path)["included"]]
    assert len(keys) > 30
    visits = lines(ask.client, "/v1/exports/stage_visits?format=ndjson&stream=checkout")
    lay = sum(row["duration_s"] for row in visits if row["stage"] == "Ideas" and row["key"] in keys)
    assert first["idea_wait_d"] == pytest.approx(lay / DAY / len(keys))
    true = [items(company)[key] for key in keys]
    before = fmean(
        (one.last.committed_at - one.created_at).total_seconds() / DAY
        for one in true
        if one.last.committed_at
    )
    assert before <= first["idea_wait_d"] <= before + 0.5


@pytest.fixture
def flagged(mine: Company) -> tuple[Asking, list[FeatureTruth]]:
    """The company whose flag and usage tools told everything, and what is true of each feature."""
    released = {number: one.release for number, one in mine.truth.items.items()}
    features = features_of(mine.world, released)
    client, _ = told_features(mine, features)
    return Asking(client), [one.truth for one in features]


def test_product_7_what_is_shipped_and_not_switched_on(
    flagged: tuple[Asking, list[FeatureTruth]],
) -> None:
    ask, features = flagged
    expected = 0
    for stream in ("checkout", "fulfilment", "search"):
        own = [one for one in features if one.stream == stream]
        told = ask.of("product-7", "checkout", stream, **YEAR)
        hidden = {one.key for one in own if one.share < told["live_share"]}
        found = {row["key"] for row in told["items"]}
        # An item whose release nothing shows is in no stock.
        assert found <= hidden
        assert len(hidden - found) <= 1
        assert told["value"]["count"] in (len(found), None)
        expected += len(found)
    assert expected > 0


def test_product_8_whether_it_brought_what_was_claimed(
    flagged: tuple[Asking, list[FeatureTruth]],
) -> None:
    ask, features = flagged
    compared = 0
    for one in features:
        told = ask.of("product-8", "SHOP-41", one.key)
        if told["live_at"] is None or one.live_at is None or when(told["live_at"]) != one.live_at:
            continue
        returns = {
            row["days"]: sum(part["cents"] for part in row["realised"])
            for row in told["returns"]
            if row["realised"]
        }
        assert returns == {days: cents for days, cents in one.realised.items() if cents}, one.key
        compared += bool(returns)
    assert compared >= 3


@pytest.fixture
def dropping(mine: Company) -> Asking:
    """The company where all that was released counts as thrown away, and what was rejected as done:
    hardly anything that was begun is ever dropped there.
    """
    turned = {"done": "cancelled", "cancelled": "done"}
    streams = tuple(
        one.model_copy(
            update={
                "stages": tuple(
                    stage.model_copy(update={"state": turned.get(stage.state, stage.state)})
                    for stage in one.stages
                )
            }
        )
        for one in mine.settings.streams
    )
    settings = mine.settings.model_copy(update={"streams": streams})
    bring_up_to_date(settings, mine.database)
    return Asking(Client(create_app(settings, mine.database)))


def test_product_9_what_was_begun_and_thrown_away(
    ask: Asking, dropping: Asking, company: Company
) -> None:
    for stream in ("checkout", "fulfilment", "search"):
        true = items(company, stream).values()
        before = [one for one in true if one.last.cancelled_at and not one.last.committed_at]
        told = ask.of("product-9", "checkout", stream, **YEAR)
        assert (told["never_begun"], told["lost"]["count"]) == (len(before), len(told["items"]))

        gone = {one.key: one for one in true if one.last.flow_time_s is not None}
        told = dropping.of("product-9", "checkout", stream, **YEAR)
        rows = by(told["items"], "key")
        assert rows.keys() == gone.keys()
        for key, one in gone.items():
            row = rows[key]
            assert (row["active_s"], row["waiting_s"]) == (one.last.active_s, one.last.waiting_s)
            assert when(row["cancelled_at"]) == one.last.done_at
            passed = stages_passed(company, key)
            assert row["stage"] == passed[len(passed) - 1 - passed[::-1].index("Done") - 1]
            if one.value_per_week and one.last.waiting_s:
                cents = 100 * one.value_per_week * one.last.waiting_s / WEEK
                assert row["sunk_cents"] == pytest.approx(cents, abs=2), key
        work = sum(one.last.active_s for one in gone.values()) / DAY
        assert told["lost"]["active_d"] == pytest.approx(work)
        assert told["value"]["numerator"] == told["lost"]["count"] == len(gone)
        parts = [row["sunk_cents"] or 0 for row in told["by_stage"]]
        assert sum(parts) == told["lost"]["sunk_cents"]
        spent = [row["active_s"] for row in told["items"]]
        assert spent == sorted(spent, reverse=True)


def test_product_10_whether_the_ranking_holds(tell: Asking) -> None:
    sure = tell.year("product-10")
    first, second = sure["items"][:2]
    assert first["ranges"]["cost_cents"]["p10"] == first["ranges"]["cost_cents"]["p90"]
    assert first["first_share"] == 1.0
    path, names = "/v1/values", {"who": "anna", "why": "asked around"}
    for row in (first, second):
        week = row["value"]["likely_cents"] if "value" in row else 100_000
        given = {"low_cents": week // 10, "likely_cents": week, "high_cents": 10 * week}
        sent(tell.client, path, {"key": row["item"], "profile": "P1", **given, **names}, status=202)
    unsure = by(tell.year("product-10")["items"], "item")
    for row in (first, second):
        now = unsure[row["item"]]["ranges"]["cost_cents"]
        assert now["p10"] < now["p50"] < now["p90"]
    shares = [row["first_share"] for row in unsure.values()]
    assert sum(shares) == pytest.approx(1.0)
    assert 0 < unsure[first["item"]]["first_share"] < 1
