"""Every number of the first screen, derived again from the items that its `explain` lists."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI

from tests.api.by_hand import (
    DAY,
    WEEK,
    Answer,
    between,
    bounds,
    cents,
    check_percentiles,
    check_ratio,
    grade,
    kinds,
    limits,
    near,
    nearest,
    outlasted,
    told,
    ts,
)
from tests.api.client import Client
from tests.e2e.company import Company

FLOW = ("idea_to_release", "flow_time", "efficiency", "load", "velocity", "delay_cost")
DORA = (
    *("change_lead_time", "deployment_frequency", "recovery_time", "change_fail_rate"),
    "rework_rate",
)
BERLIN = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True)
class Screen:
    """What a reader has before them: the overview, what explains it, the life of each item."""

    overview: Answer
    explained: dict[tuple[str, str], Answer]
    journeys: dict[str, Answer]
    stages: dict[str, list[Answer]]
    in_flight: dict[str, list[Answer]]
    """By stream, with what each item is worth, be it as a child of its parent."""

    @property
    def window(self) -> tuple[int, int]:
        start, end = (ts(one) or 0 for one in self.overview["window"])
        return start, end

    def holds(self, at: str | None) -> bool:
        moment = ts(at)
        return moment is not None and self.window[0] <= moment < self.window[1]

    def rows(self, name: str, slug: str, part: str = "included") -> list[Answer]:
        found: list[Answer] = self.explained[name, slug][part]
        return found

    def of(self, stream: str) -> list[Answer]:
        return [one for one in self.journeys.values() if one["stream"] == stream]


@pytest.fixture(scope="module")
def api(_app: FastAPI) -> Client:
    return Client(_app)


@pytest.fixture(scope="module")
def journeys(api: Client) -> dict[str, Answer]:
    rows = api.json("/v1/items?limit=500")["items"]
    return {row["key"]: api.json(f"/v1/items/{row['key']}/journey") for row in rows}


@pytest.fixture(scope="module", params=["", "?from=2026-03-01"], ids=["90 days", "since March"])
def screen(api: Client, journeys: dict[str, Answer], request: pytest.FixtureRequest) -> Screen:
    shown = api.json(f"/v1/overview{request.param}")
    tiles = [(row, slug) for row in shown["streams"] for slug in FLOW]
    tiles += [(row, slug) for row in shown["services"] for slug in DORA]
    return Screen(
        shown,
        {(row["name"], slug): api.json(row[slug]["explain"]) for row, slug in tiles},
        journeys,
        {row["name"]: api.json(f"/v1/streams/{row['name']}")["stages"] for row in shown["streams"]},
        {
            row["name"]: api.json(f"/v1/streams/{row['name']}/delay-cost/items")["items"]
            for row in shown["streams"]
        },
    )


def seconds_of(row: Answer, slug: str) -> int:
    ends = {"flow_time": ("committed_at", "done_at"), "idea_to_release": ("idea_at", "released_at")}
    return between(*(row[name] for name in ends[slug]))


@pytest.mark.parametrize("slug", ["flow_time", "idea_to_release"])
def test_times_are_nearest_ranks_of_the_differences_of_two_dates(screen: Screen, slug: str) -> None:
    for row in screen.overview["streams"]:
        rows = screen.rows(row["name"], slug)
        end = "done_at" if slug == "flow_time" else "released_at"
        assert all(screen.holds(one[end]) for one in rows)
        check_percentiles(row[slug], [seconds_of(one, slug) / DAY for one in rows])
        reasons = Counter(one["reason"] for one in screen.rows(row["name"], slug, "excluded"))
        assert row[slug]["excluded"] == dict(reasons)
        others = {name for name in row[slug]["value"] if not name.startswith("km_")}
        assert others == {"p50", "p85", "p95"}, "a number that nothing here derives"


def test_percentiles_with_open_work_stand_beside_where_much_of_it_is_old(
    screen: Screen, api: Client
) -> None:
    start, end = screen.window
    for row in screen.overview["streams"]:
        shown, rows = row["flow_time"], screen.rows(row["name"], "flow_time")
        open_ = [end - (ts(one["committed_at"]) or 0) for one in screen.rows(row["name"], "load")]
        p85 = nearest([seconds_of(one, "flow_time") for one in rows], 0.85)
        old = sum(age > p85 for age in open_)
        assert ("km_p50" in shown["value"]) == (old > 0.1 * len(rows))
        if "km_p50" not in shown["value"]:
            continue
        path = f"/v1/streams/{row['name']}/metrics/flow_time/explain?from=2024-01-01"
        body = api.json(f"{path}&to={screen.overview['window'][1]}")
        lives = [(one, one["done_at"], True) for one in body["included"]]
        lives += [
            (one, screen.journeys[one["key"]]["cancelled_at"], False)
            for one in body["excluded"]
            if one["reason"] == "cancelled" and one["committed_at"]
        ]
        lives += [(one, None, False) for one in screen.rows(row["name"], "load")]
        seen = []
        for one, over, done in lives:
            begun, last = ts(one["committed_at"]) or 0, ts(over) or end
            if last >= start:
                seen.append((max(start - begun, 0), last - begun, done))
        for name, share in (("p50", 0.5), ("p85", 0.85), ("p95", 0.95)):
            age = outlasted(seen, share)
            assert told(shown, f"km_{name}") == (None if age is None else near(age / DAY))


def test_the_headline_is_one_distribution_over_all_streams(screen: Screen) -> None:
    names = [row["name"] for row in screen.overview["streams"]]
    rows = [one for name in names for one in screen.rows(name, "idea_to_release")]
    days = [seconds_of(one, "idea_to_release") / DAY for one in rows]
    shown = screen.overview["headline"]["how_long"]
    check_percentiles(shown, days)
    assert shown["grade"] == grade(shown)
    left_out = Counter(
        one["reason"] for name in names for one in screen.rows(name, "idea_to_release", "excluded")
    )
    assert shown["excluded"] == dict(left_out)


def test_efficiency_is_active_over_active_and_waiting(screen: Screen) -> None:
    for row in screen.overview["streams"]:
        shown, rows = row["efficiency"], screen.rows(row["name"], "efficiency")
        active, waiting = (sum(one[f"{name}_s"] for one in rows) for name in ("active", "waiting"))
        assert (shown["value"]["active_s"], shown["value"]["waiting_s"]) == (active, waiting)
        assert shown["value"]["numerator_d"] == near(active / DAY)
        assert shown["value"]["denominator_d"] == near((active + waiting) / DAY)
        assert told(shown, "ratio") == near(active / (active + waiting))
        single = [one["active_s"] / (one["active_s"] + one["waiting_s"]) for one in rows]
        check_percentiles(shown, single, prefix="item_")
        assert shown["value"]["ignored_s"] == 0
        unmapped = sum(screen.journeys[one["key"]]["unknown_s"] for one in rows)
        assert shown["value"]["unknown_s"] == unmapped
        for one in rows:  # a row is what its own visits say
            spent = spent_in(screen, one)
            assert sum(spent["active"].values()) == one["active_s"], one["key"]
            assert sum(spent["waiting"].values()) == one["waiting_s"], one["key"]


def spent_in(screen: Screen, row: Answer) -> dict[str, Counter[str]]:
    """Seconds by state and stage of a delivery that is done, from its commitment on."""
    found: dict[str, Counter[str]] = {"active": Counter(), "waiting": Counter()}
    start, end = ts(row["committed_at"]) or 0, ts(row["done_at"]) or 0
    for visit in screen.journeys[row["key"]]["visits"]:
        low, high = ts(visit["start"]) or 0, ts(visit["end"]) or end
        if visit["state"] in found and low >= start and high <= end:
            found[visit["state"]][visit["stage"]] += high - low
    return found


def test_load_is_what_began_and_did_not_end(screen: Screen) -> None:
    for row in screen.overview["streams"]:
        rows, shown = screen.rows(row["name"], "load"), row["load"]["value"]
        assert {one["key"] for one in rows} == {
            one["key"]
            for one in screen.of(row["name"])
            if one["committed_at"] and not one["done_at"] and not one["cancelled_at"]
        }
        assert shown == {"now": len(rows), "count": len(rows), **kinds(rows)}


def test_velocity_is_a_count_by_kind_and_per_week(screen: Screen) -> None:
    weeks = (screen.window[1] - screen.window[0]) / WEEK
    for row in screen.overview["streams"]:
        rows, shown = screen.rows(row["name"], "velocity"), row["velocity"]["value"]
        assert all(screen.holds(one["done_at"]) for one in rows)
        per_week = near(len(rows) / weeks)
        assert shown == {"count": len(rows), "per_week": per_week, **kinds(rows)}


def test_the_delay_cost_is_value_by_week_of_waiting(screen: Screen) -> None:
    weeks = (screen.window[1] - screen.window[0]) / WEEK
    totals: Counter[str] = Counter()
    inherited = 0
    for row in screen.overview["streams"]:
        found: Counter[str] = Counter()
        listed = {one["key"]: one for one in screen.rows(row["name"], "delay_cost")}
        left_out = {one["key"] for one in screen.rows(row["name"], "delay_cost", "excluded")}
        for one in screen.of(row["name"]):
            waited, own = waiting_of(one, screen)
            charged = listed.get(one["key"])
            if one["value_per_week_cents"] is None and charged is not None:
                inherited += 1
                own = inherited_cost(charged, waited)
            assert (charged["cost_cents"] if charged else None) == (own if charged else None)
            if charged is not None:
                found["valued"] += 1
                found["sunk_cents" if one["cancelled_at"] else "cents"] += own
            elif one["key"] in left_out:
                found["unvalued"] += 1
                assert waited
        value = row["delay_cost"]["value"]
        for name in ("cents", "sunk_cents", "valued", "unvalued"):
            assert value[name] == found[name], (row["name"], name)
        assert value["per_week_cents"] == round(found["cents"] / weeks)
        found["burn_rate_cents"] = burning(screen, row["name"], listed)
        assert value["burn_rate_cents"] == found["burn_rate_cents"]
        totals += found
    assert inherited
    shown = screen.overview["headline"]["cost"]["value"]
    for name in ("cents", "sunk_cents", "burn_rate_cents", "valued", "unvalued"):
        assert shown[name] == totals[name]
    assert abs(shown["per_week_cents"] - totals["cents"] / weeks) <= 2


def inherited_cost(charged: Answer, waited: int) -> int:
    """What a child was charged: the value of its parent a week, for as long as it was critical. The
    running total of the parent is cut to the cent, so that one of a child may be one cent off.
    """
    value = charged["value"]
    assert value["inherited"]
    assert value["key"] != charged["key"]
    assert 0 < charged["charged_s"] <= waited
    exact = value["likely_cents"] * charged["charged_s"] / WEEK
    assert abs(charged["cost_cents"] - exact) <= 1
    return int(charged["cost_cents"])


def burning(screen: Screen, name: str, listed: dict[str, Answer]) -> int:
    """What waits at the end of the window, at its own value or that of the parent whose critical
    child it is: those are the last to be charged.
    """
    total = 0
    for one in screen.of(name):
        here = one["visits"][-1]
        if here["state"] != "waiting" or here["end"] is not None or not one["committed_at"]:
            continue
        own, charged = one["value_per_week_cents"], listed.get(one["key"])
        total += own if own is not None else charged["value"]["likely_cents"] if charged else 0
    return total


def waiting_of(journey: Answer, screen: Screen) -> tuple[int, int]:
    """Seconds that the item waited in the window since its commitment, and what they cost: the
    clock goes on from what it had waited before.
    """
    start, end = screen.window
    begun, before, inside, cost = ts(journey["committed_at"]), 0, 0, 0
    for visit in journey["visits"]:
        low, high = ts(visit["start"]) or 0, ts(visit["end"]) or end
        if visit["state"] != "waiting" or begun is None or low < begun:
            continue
        first, last = max(low, start), min(high, end)
        if last > first:
            at = before + first - low
            value = journey["value_per_week_cents"] or 0
            cost += cents(value, at + last - first) - cents(value, at)
            inside += last - first
        before += high - low
    return inside, cost


def test_the_strip_of_stages_is_the_average_of_the_deliveries(screen: Screen) -> None:
    for row in screen.overview["streams"]:
        rows = screen.rows(row["name"], "flow_time")
        spent = [spent_in(screen, one) for one in rows]
        shown = {one["name"]: one for one in row["stages"]}
        assert len(shown) == len(row["stages"])
        for stage in screen.stages[row["name"]]:
            if stage["state"] in ("new", "done", "cancelled"):
                continue
            for state in ("active", "waiting"):
                days = sum(one[state][stage["name"]] for one in spent) / DAY / len(rows)
                assert shown[stage["name"]][f"{state}_d"] == near(days), stage["name"]
        before = [between(one["idea_at"], one["committed_at"]) for one in rows]
        assert shown["Ideas"]["waiting_d"] == near(sum(before) / DAY / len(rows))
        late = [
            max(0, between(one["done_at"], one["released_at"]))
            for one in rows
            if one["released_at"]
        ]
        days = sum(late) / DAY / len(late) if late else 0.0
        assert shown["Release"]["waiting_d"] == near(days)
        total = sum(one["waiting_d"] + one["active_d"] for one in row["stages"])
        assert row["total_d"] == near(total)


def test_where_to_look_is_the_longest_wait_of_the_costliest_stream(screen: Screen) -> None:
    costs = [
        row["delay_cost"]["value"]["per_week_cents"] or 0 for row in screen.overview["streams"]
    ]
    assert costs == sorted(costs, reverse=True)
    first, where = screen.overview["streams"][0], screen.overview["headline"]["where"]
    mapped = {one["name"] for one in screen.stages[first["name"]] if one["state"] != "new"}
    longest = max(
        (one for one in first["stages"] if one["name"] in mapped), key=lambda one: one["waiting_d"]
    )
    assert (where["stream"], where["stage"]) == (first["name"], longest["name"])
    assert where["waiting_d"] == near(longest["waiting_d"])
    inside = [
        screen.window[1] - (ts(one["visits"][-1]["start"]) or 0)
        for one in screen.of(first["name"])
        if one["visits"][-1]["stage"] == longest["name"] and one["visits"][-1]["state"] == "waiting"
    ]
    assert where["items"] == len(inside)
    average = near(sum(inside) / DAY / len(inside)) if inside else None
    assert where["average_wait_d"] == average


def test_the_weeks_of_the_sparkline_and_their_limits(screen: Screen, api: Client) -> None:
    for row in screen.overview["streams"]:
        first, last = (row["weeks"][place][name] for place, name in ((0, "start"), (-1, "end")))
        path = f"/v1/streams/{row['name']}/metrics/idea_to_release/explain"
        rows = api.json(f"{path}?from={first}&to={last}")["included"]
        values = []
        for week in row["weeks"]:
            start = datetime.fromisoformat(week["start"]).replace(tzinfo=BERLIN)
            assert start.weekday() == 0
            end = start + timedelta(days=7)
            assert week["end"] == end.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            low, high = start.timestamp(), end.timestamp()
            days = [
                seconds_of(one, "idea_to_release") / DAY
                for one in rows
                if low <= (ts(one["released_at"]) or 0) < high
            ]
            assert week["n"] == len(days)
            for name, share in (("p50", 0.5), ("p85", 0.85), ("p95", 0.95)):
                assert week[name] == (near(nearest(days, share)) if days else None)
            assert week["complete"] == (high <= screen.window[1])
            if days and week["complete"]:
                values.append(nearest(days, 0.5))
        assert row["limits"] == limits(values)
    running = [week["start"] for week in row["weeks"] if not week["complete"]]
    assert [screen.overview["incomplete_week"]] == running


def test_lead_time_is_from_each_commit_to_production(screen: Screen) -> None:
    for row in screen.overview["services"]:
        rows = screen.rows(row["name"], "change_lead_time")
        assert all(screen.holds(one["deployed_at"]) for one in rows)
        hours = [max(0, between(one["committed_at"], one["deployed_at"])) / 3600 for one in rows]
        check_percentiles(row["change_lead_time"], hours)
        left_out = screen.rows(row["name"], "change_lead_time", "excluded")
        assert row["change_lead_time"]["excluded"] == dict(Counter(o["reason"] for o in left_out))


def test_deployment_frequency_is_counted_day_by_day(screen: Screen) -> None:
    start, end = screen.window
    for row in screen.overview["services"]:
        shown = row["deployment_frequency"]
        body = screen.explained[row["name"], "deployment_frequency"]
        times = sorted(ts(one["finished_at"]) or 0 for one in body["included"])
        assert all(start <= at < end for at in times)
        value = shown["value"]
        kind = Counter(one["kind"] for one in body["included"])
        assert {name: value[name] for name in ("planned", "hotfix", "rollback", "unknown")} == {
            name: kind[name] for name in ("planned", "hotfix", "rollback", "unknown")
        }
        assert value["count"] == shown["n"] == len(times)
        assert value["per_week"] == near(len(times) / ((end - start) / WEEK))
        assert value["kind_unknown_share"] == near(kind["unknown"] / len(times))
        assert value["failed_before_production"] == len(body["failed_before_production"])
        gaps = [(after - before) / 3600 for before, after in pairwise(times)]
        assert value["median_gap_h"] == (near(nearest(gaps, 0.5)) if gaps else None)
        pair = bounds(gaps, 0.5)
        assert shown["interval"]["median_gap_h"] == [one and near(one) for one in pair]
        days, months = deployed_by(times, start, end)
        assert value["deploy_days_per_week"] == near(median(days))
        assert value["bucket"] == word(median(days), months)


def deployed_by(times: list[int], start: int, end: int) -> tuple[list[int], list[int]]:
    """Days with a deployment in each whole week of the window, deployments in each whole month."""
    local = [datetime.fromtimestamp(at, BERLIN) for at in times]
    day = datetime.fromtimestamp(start, BERLIN).replace(hour=0, minute=0, second=0)
    weeks, months = [], []
    while day.timestamp() < end:
        week = day + timedelta(days=7)
        month = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        if day.timestamp() >= start and day.weekday() == 0 and week.timestamp() <= end:
            weeks.append(len({at.date() for at in local if day <= at < week}))
        if day.timestamp() >= start and day.day == 1 and month.timestamp() <= end:
            months.append(sum(day <= at < month for at in local))
        day += timedelta(days=1)
    return weeks, months


def word(days_per_week: float, months: list[int]) -> str | None:
    if days_per_week >= 1:
        return "daily" if days_per_week >= 3 else "weekly"
    return None if not months else "monthly" if median(months) >= 1 else "rarer"


def test_recovery_is_from_the_failed_deployment_to_its_repair(screen: Screen) -> None:
    for row in screen.overview["services"]:
        rows = screen.rows(row["name"], "recovery_time")
        assert all(one["failed"] and screen.holds(one["finished_at"]) for one in rows)
        hours = [max(0, between(one["finished_at"], one["restored_at"])) / 3600 for one in rows]
        check_percentiles(row["recovery_time"], hours)
        still = len(screen.rows(row["name"], "recovery_time", "excluded"))
        assert row["recovery_time"]["excluded"].get("open", 0) == still


def test_the_fail_rate_is_failed_over_those_observed_to_the_end(screen: Screen) -> None:
    for row in screen.overview["services"]:
        body, shown = screen.explained[row["name"], "change_fail_rate"], row["change_fail_rate"]
        rows = body["included"]
        assert all((ts(one["finished_at"]) or 0) + 72 * 3600 <= screen.window[1] for one in rows)
        strict, lenient = (
            sum(one[name] == "yes" for one in rows) for name in ("verdict", "lenient")
        )
        left_out = [(one["reason"], one["verdict"]) for one in body["excluded"]]
        assert {name: shown["value"][name] for name in COUNTED} == {
            "numerator": strict,
            "denominator": len(rows),
            "numerator_lenient": lenient,
            "pending": sum(reason == "pending" for reason, _ in left_out),
            "pending_failed": left_out.count(("pending", "yes")),
            "rollbacks": sum(reason == "rollback" for reason, _ in left_out),
            "failed_before_production": len(body["failed_before_production"]),
        }
        check_ratio(shown, "ratio", strict, len(rows))
        check_ratio(shown, "lenient", lenient, len(rows))
        assert told(shown, "strict") == told(shown, "ratio")


COUNTED = (
    *("numerator", "denominator", "numerator_lenient", "pending", "pending_failed", "rollbacks"),
    "failed_before_production",
)


def test_the_rework_rate_is_repairs_over_all_deployments(screen: Screen) -> None:
    for row in screen.overview["services"]:
        rows, shown = screen.rows(row["name"], "rework_rate"), row["rework_rate"]
        again = sum(one["rework"] for one in rows)
        lenient = sum(one["rework"] or one["kind"] == "hotfix" for one in rows)
        assert all(one["rework"] for one in rows if one["kind"] == "rollback")
        value = shown["value"]
        assert (value["numerator"], value["denominator"]) == (again, len(rows))
        assert value["numerator_lenient"] == lenient
        assert value["kind_unknown"] == sum(one["kind"] == "unknown" for one in rows)
        check_ratio(shown, "ratio", again, len(rows))
        check_ratio(shown, "lenient", lenient, len(rows))


def test_each_grade_is_the_lowest_that_coverage_and_n_allow(screen: Screen) -> None:
    for row in screen.overview["streams"]:
        assert [row[slug]["grade"] for slug in FLOW] == [grade(row[slug]) for slug in FLOW]
        assert row["grade"] == max(grade(row["idea_to_release"]), grade(row["flow_time"]))
    for row in screen.overview["services"]:
        watched = [slug for slug in DORA if "no incident source" not in " ".join(row["reasons"])]
        assert [row[slug]["grade"] for slug in watched] == [grade(row[slug]) for slug in watched]
        assert row["grade"] == max(row[slug]["grade"] for slug in DORA)
    headline = screen.overview["headline"]
    assert headline["grade"] == max(row["grade"] for row in screen.overview["streams"])
    assert headline["cost"]["grade"] == grade(headline["cost"])


def test_each_coverage_is_counted_over_the_lives_of_the_items(
    screen: Screen, company: Company
) -> None:
    expects = {one.name: one.expects_code for one in company.settings.streams}
    services = {one.name: one.services for one in company.settings.streams}
    for row in screen.overview["streams"]:
        name, own = row["name"], screen.of(row["name"])
        coded = [o for o in own if screen.holds(o["done_at"]) and o["type"] in expects[name]]
        load = [o for o in own if o["committed_at"] and not (o["done_at"] or o["cancelled_at"])]
        ended = [o for o in own if screen.holds(o["done_at"]) or screen.holds(o["cancelled_at"])]
        shipped = [
            one
            for service in services[name]
            for one in screen.rows(service, "deployment_frequency")
        ]
        worth = {o["key"] for o in screen.in_flight[name] if o["value"]}
        pairs = {
            "C1": (sum(o["release_reason"] != "no_commits" for o in coded), len(coded)),
            "C3": (sum(o["commits"] is not None for o in shipped), len(shipped)),
            "C6": mapped(screen, own),
            "C7": queued(screen, name, own),
            "C8": (sum(o["grade"] == "B" for o in [*load, *ended]), len(load) + len(ended)),
            "C11": (sum(o["key"] in worth for o in load), len(load)),
        }
        for slug in FLOW:
            assert row[slug]["coverage"] == {
                of: near(part / whole) if whole else None for of, (part, whole) in pairs.items()
            }


def inside(screen: Screen, visit: Answer) -> int:
    start, end = screen.window
    return max(0, min(ts(visit["end"]) or end, end) - max(ts(visit["start"]) or 0, start))


def mapped(screen: Screen, own: list[Answer]) -> tuple[int, int]:
    spent: Counter[str] = Counter()
    for one in own:
        for visit in one["visits"]:
            spent[visit["state"]] += inside(screen, visit)
    known = spent["active"] + spent["waiting"] + spent["ignored"]
    return known, known + spent["unknown"]


def queued(screen: Screen, name: str, own: list[Answer]) -> tuple[int, int]:
    """Time in active stages, and of it that in those with a waiting stage next to them."""
    states = [(one["name"], one["state"]) for one in screen.stages[name]]
    order = [("", "")] + [next(group) for _, group in groupby(states)] + [("", "")]
    beside = {
        here[0]
        for before, here, after in zip(order, order[1:], order[2:], strict=False)
        if here[1] == "active" and "waiting" in (before[1], after[1])
    }
    active = {stage for stage, state in states if state == "active"}
    spent: Counter[str] = Counter()
    for one in own:
        for visit in one["visits"]:
            if visit["state"] in ("active", "waiting"):
                spent[visit["stage"]] += inside(screen, visit)
    return sum(spent[one] for one in beside), sum(spent[one] for one in active)


def test_what_lowers_trust_is_the_gap_of_a_coverage(screen: Screen, api: Client) -> None:
    window = "&".join(
        f"{n}={at}" for n, at in zip(("from", "to"), screen.overview["window"], strict=True)
    )
    gaps: dict[tuple[str, int], Any] = {}
    for row in api.json(f"/v1/quality?{window}")["items"]:
        if row["denominator"] and row["unit"] is None:
            assert row["value"] == near(row["numerator"] / row["denominator"])
            missing = round(100 * (1 - row["numerator"] / row["denominator"]))
            gaps[row["scope_title"], missing] = row["id"]
    for line in screen.overview["headline"]["trust"]:
        if "%" in line:
            title, text = line.split(": ", 1)
            assert (title, int(text.split(" %")[0])) in gaps
