"""Working time over HTTP: derived again, day by day, from the instants that the API tells."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from math import ceil
from urllib.parse import quote
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from fastapi import FastAPI

from api.app import create_app
from api.schemas import Envelope
from api.schemas_charts import ForecastHowMany, ForecastWhen, ProcessChart
from api.schemas_journey import Explained
from api.schemas_kanban import AgeingBody, SleBody
from api.schemas_lists import StageRows
from core.settings import Calendar, Settings
from metrics.forecast import forecast_when
from tests.api.client import Answer, Client, Clock
from tests.e2e.company import Company
from tests.reference.working_time import inclusive_days, working_seconds

_STREAM = "/v1/streams/checkout"
_SINCE = "from=2026-03-01"
TZ = "Europe/Berlin"
WEEK = (0, 1, 2, 3, 4)
CLOSED = [
    *(date(2025, 10, 3), date(2025, 12, 24), date(2025, 12, 25), date(2025, 12, 26)),
    *(date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 14)),
    *(date(2026, 5, 25), date(2026, 8, 10), date(2026, 12, 25), date(2027, 1, 1)),
    *(date(2027, 3, 8), date(2027, 3, 26), date(2027, 3, 29), date(2027, 5, 6), date(2027, 5, 17)),
]
"""The holidays of Berlin on weekdays, and the two days that the company closes by itself."""
NAME = "working mon-fri, holidays DE-BE, closed 2025-12-24 2026-08-10, Europe/Berlin"
TIMES = ("flow_time", "idea_to_done", "idea_to_release")


@pytest.fixture(scope="module")
def settings(company: Company) -> Settings:
    calendar = Calendar(
        holidays="DE-BE", closed=(date(2025, 12, 24), date(2026, 8, 10)), timezone=TZ
    )
    return company.settings.model_copy(update={"calendar": calendar})


@pytest.fixture(scope="module")
def _closed_app(company: Company, settings: Settings) -> FastAPI:
    return create_app(settings, company.database)


@pytest.fixture
def berlin(_closed_app: FastAPI) -> Client:
    """The company's API, its calendar that of Berlin."""
    return Client(_closed_app)


def _ts(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def worked(start: int, end: int, tz: str = TZ) -> int:
    return working_seconds(start, end, tz=tz, weekdays=WEEK, closed=CLOSED)


def nearest(values: list[float], p: float) -> float:
    return sorted(values)[ceil(p * len(values)) - 1]


def whole(body: Answer) -> dict[str, float]:
    """The values, withheld ones included."""
    return {**body["observed"], **{k: v for k, v in body["value"].items() if v is not None}}


def test_flow_times_follow_from_the_instants_of_the_rows(berlin: Client) -> None:
    body = berlin.json(f"{_STREAM}/metrics/flow_time?{_SINCE}&calendar=working&inclusive_days=true")
    Envelope.model_validate(body, strict=True)
    assert body["calendar"] == NAME
    behind = berlin.json(body["explain"])
    Explained.model_validate(behind, strict=True)
    assert behind["calendar"] == NAME
    pairs = [(_ts(row["committed_at"]), _ts(row["done_at"])) for row in behind["included"]]
    assert [row["seconds"] for row in behind["included"]] == [worked(*pair) for pair in pairs]
    assert len(pairs) == body["n"] > 19
    days = [inclusive_days(*pair, tz=TZ, weekdays=WEEK, closed=CLOSED) for pair in pairs]
    assert [row["inclusive_days"] for row in behind["included"]] == days
    for name, p in (("p50", 0.5), ("p85", 0.85), ("p95", 0.95)):
        assert whole(body)[name] == pytest.approx(nearest([worked(*x) / 86_400 for x in pairs], p))
        assert whole(body)[f"inclusive_{name}"] == nearest(list(map(float, days)), p)


def test_the_parts_of_every_row_add_up_to_its_working_time(berlin: Client) -> None:
    rows = berlin.json(f"{_STREAM}/metrics/efficiency/explain?{_SINCE}&calendar=working")
    elapsed = berlin.json(f"{_STREAM}/metrics/efficiency/explain?{_SINCE}")["included"]
    plain = {row["key"]: row for row in elapsed}
    assert rows["included"]
    for row in rows["included"]:
        journey = berlin.json(f"/v1/items/{row['key']}/journey")
        visits = [one for one in journey["visits"] if _inside(one, row)]
        for state, name in (("active", "active_s"), ("waiting", "waiting_s")):
            spans = [(_ts(v["start"]), _ts(v["end"])) for v in visits if v["state"] == state]
            assert row[name] == sum(worked(*span) for span in spans), (row["key"], state)
        assert row["active_s"] <= plain[row["key"]]["active_s"]
    body = berlin.json(f"{_STREAM}/metrics/efficiency?{_SINCE}&calendar=working")
    active = sum(row["active_s"] for row in rows["included"])
    waiting = sum(row["waiting_s"] for row in rows["included"])
    assert (body["value"]["active_s"], body["value"]["waiting_s"]) == (active, waiting)
    assert body["value"]["ratio"] == pytest.approx(active / (active + waiting))


def _inside(visit: Answer, row: Answer) -> bool:
    begun, done = _ts(row["committed_at"]), _ts(row["done_at"])
    return bool(visit["end"]) and begun <= _ts(visit["start"]) and _ts(visit["end"]) <= done


@pytest.mark.parametrize("slug", TIMES)
def test_every_time_is_told_in_working_time_with_series_and_chart(
    berlin: Client, slug: str
) -> None:
    asked = f"{_SINCE}&calendar=working&interval=month"
    body = berlin.json(f"{_STREAM}/metrics/{slug}?{asked}")
    plain = berlin.json(f"{_STREAM}/metrics/{slug}?{_SINCE}&interval=month")
    assert (body["calendar"], plain["calendar"]) == (NAME, "elapsed")
    assert body["n"] == plain["n"] > 0
    told = list(zip(body["series"], plain["series"], strict=True))
    assert all(one["p50"] <= other["p50"] for one, other in told if one["n"])
    assert any(one["p50"] < other["p50"] for one, other in told if one["n"])
    chart = berlin.json(f"{_STREAM}/metrics/{slug}/xmr?{_SINCE}&calendar=working")
    ProcessChart.model_validate(chart, strict=True)
    seconds = [row["seconds"] for row in berlin.json(chart["explain"])["included"]]
    assert sorted(point["value"] for point in chart["points"]) == pytest.approx(
        sorted(max(one, 0) / 86_400 for one in seconds)
    )
    assert chart["calendar"] == NAME


def test_stages_tell_working_days_and_money_as_before(berlin: Client) -> None:
    body = berlin.json(f"{_STREAM}/stages?{_SINCE}&calendar=working&zone={TZ}")
    StageRows.model_validate(body, strict=True)
    plain = berlin.json(f"{_STREAM}/stages?{_SINCE}&zone={TZ}")
    assert body["calendar"] == NAME
    assert "calendar" not in plain
    kept = ("name", "visits", "items_now", "delay_cost_cents", "burn_rate_cents", "visit_share")
    pairs = list(zip(body["items"], plain["items"], strict=True))
    for one, other in pairs:
        assert {name: one[name] for name in kept} == {name: other[name] for name in kept}
    assert any(one["waiting_d"] < other["waiting_d"] for one, other in pairs)
    rows = berlin.json(f"{_STREAM}/metrics/efficiency/explain?{_SINCE}&calendar=working")
    active = sum(one["active_d"] or 0 for one in body["items"])
    spent = sum(row["active_s"] for row in rows["included"])
    done = berlin.json(f"{_STREAM}/metrics/flow_time?{_SINCE}&calendar=working")["n"]
    assert active == pytest.approx(spent / 86_400 / done)


def test_ages_and_their_history_are_of_the_same_calendar(berlin: Client) -> None:
    asked = f"{_SINCE}&calendar=working&limit=500"
    body = berlin.json(f"{_STREAM}/ageing?{asked}")
    AgeingBody.model_validate(body, strict=True)
    now = _ts(body["window"][1])
    assert body["items"]
    behind = berlin.json(body["explain"])
    history = [one for one in behind["history"] if one["outcome"] == "done"]
    limit = nearest([one["seconds"] for one in history], 0.85)
    assert whole(body)["sle_d"] == pytest.approx(limit / 86_400)
    for one in history:
        assert one["seconds"] == worked(_ts(one["committed_at"]), _ts(one["done_at"]))
        assert max(one["left_after_s"].values()) <= one["seconds"]
    for row in body["items"]:
        assert row["age_s"] == worked(_ts(row["committed_at"]), now)
        assert row["late"] == (row["age_s"] > limit)
        left = [one["left_after_s"].get(row["stage"]) for one in history]
        known = [one for one in left if one is not None]
        pace = row["pace"] if row["pace"] is not None else row["observed"]["pace"]
        assert pace == pytest.approx(sum(one <= row["age_s"] for one in known) / len(known))
    ages = [row["age_s"] for row in body["items"]]
    assert ages == sorted(ages, reverse=True)


def test_the_expectation_is_in_working_days(berlin: Client) -> None:
    body = berlin.json(f"{_STREAM}/sle?from=2026-07-01&to=2026-11-10&calendar=working")
    SleBody.model_validate(body, strict=True)
    behind = berlin.json(body["explain"])
    taken = [worked(_ts(r["committed_at"]), _ts(r["done_at"])) for r in behind["included"]]
    promised = [worked(_ts(r["committed_at"]), _ts(r["done_at"])) for r in behind["history"]]
    limit = nearest(list(map(float, promised)), 0.85)
    assert whole(body)["adherence"] == pytest.approx(sum(x <= limit for x in taken) / len(taken))
    assert {one["calendar"] for one in body["by_type"].values()} == {NAME}


def test_a_forecast_never_lands_on_a_closed_day(berlin: Client) -> None:
    body = berlin.json(f"{_STREAM}/forecasts/when?items=20&from=2025-12-01&calendar=working")
    ForecastWhen.model_validate(body, strict=True)
    plain = berlin.json(f"{_STREAM}/forecasts/when?items=20&from=2025-12-01&zone={TZ}")
    assert body["calendar"] == NAME
    pool, all_days = body["pool"], plain["pool"]
    assert pool["completions"] == all_days["completions"] > 30
    assert (pool["weeks"], pool["days"] < all_days["days"]) == (all_days["weeks"], True)
    days = forecast_when(np.array(pool["counts"], np.int64), 20)
    assert {name: body["value"][name] for name in days} == days
    for name, text in body["dates"].items():
        day = date.fromisoformat(text)
        assert day.weekday() in WEEK
        assert day not in CLOSED
        first, last = datetime(2026, 11, 20, tzinfo=ZoneInfo(TZ)), datetime.fromisoformat(text)
        ends = int(first.timestamp()), int(last.replace(tzinfo=ZoneInfo(TZ)).timestamp())
        walked = inclusive_days(*ends, tz=TZ, weekdays=WEEK, closed=CLOSED)
        assert walked - 1 == body["value"][name]  # today, a Friday, is none of them
    assert body["starts"] == "2026-11-23"


def test_what_was_done_on_a_closed_day_stands_with_the_working_day_before(
    company: Company,
) -> None:
    """The company does not work on weekends; so here much is done on closed days."""
    calendar = Calendar(working_days=("tue", "thu"))
    settings = company.settings.model_copy(update={"calendar": calendar})
    client = Client(create_app(settings, company.database))
    body = client.json(f"{_STREAM}/forecasts/when?items=20&from=2025-12-01&calendar=working")
    pool = body["pool"]
    day, last = date.fromisoformat(pool["from"]), date.fromisoformat(pool["to"])
    counts: dict[date, int] = {}
    while day <= last:
        if day.weekday() in (1, 3):
            counts[day] = 0
        day += timedelta(days=1)
    done = [
        datetime.fromisoformat(row["done_at"]).astimezone(ZoneInfo(TZ)).date()
        for row in client.json(body["explain"])["included"]
    ]
    for one in done:
        counts[max(day for day in counts if day <= one)] += 1
    assert list(counts.values()) == pool["counts"]
    assert set(done) - set(counts), "somebody worked on a closed day"


def test_a_pool_without_a_working_day_foretells_nothing(company: Company) -> None:
    calendar = Calendar(working_days=("sun",))
    settings = company.settings.model_copy(update={"calendar": calendar})
    client = Client(create_app(settings, company.database))
    asked = "items=3&from=2026-11-09&to=2026-11-14&calendar=working"
    body = client.json(f"{_STREAM}/forecasts/when?{asked}")
    assert (body["value"]["p50"], body["dates"]["p50"], body["pool"]["days"]) == (None, None, 0)
    assert "0 of 30 completions" in body["reasons"][0]


def test_how_many_counts_the_working_days_until_then(berlin: Client) -> None:
    asked = f"{_STREAM}/forecasts/how-many?from=2025-12-01&calendar=working"
    body = berlin.json(f"{asked}&date=2026-12-28")
    ForecastHowMany.model_validate(body, strict=True)
    assert body["days"] == 25  # five weeks and a Monday, without the 25th
    weekend = berlin.json(f"{asked}&date=2026-11-22")
    assert (weekend["days"], weekend["value"]["p50"]) == (0, 0)


@pytest.mark.parametrize(
    "path",
    [
        *(f"metrics/{slug}?interval=month&{_SINCE}" for slug in (*TIMES, "velocity", "efficiency")),
        f"metrics/flow_time/explain?{_SINCE}",
        f"stages?{_SINCE}",
        f"ageing?{_SINCE}",
        f"sle/explain?{_SINCE}",
        f"metrics/velocity/xmr?{_SINCE}",
        "forecasts/when?items=20",
    ],
)
def test_elapsed_is_what_it_was_whatever_the_calendar(
    client: Client, berlin: Client, path: str
) -> None:
    plain = client.get(f"{_STREAM}/{path}").content
    assert client.get(f"{_STREAM}/{path}&calendar=elapsed").content == plain
    assert berlin.get(f"{_STREAM}/{path}").content == plain


def test_the_calendar_may_have_a_zone_of_its_own(company: Company) -> None:
    calendar = Calendar(timezone="Asia/Kathmandu", working_days=("sun", "mon"))
    settings = company.settings.model_copy(update={"calendar": calendar})
    client = Client(create_app(settings, company.database))
    address = f"{_STREAM}/metrics/flow_time?{_SINCE}"
    body = client.json(f"{address}&calendar=working")
    assert body["calendar"] == "working mon,sun, no holidays, Asia/Kathmandu"
    assert body["window"][0] == "2026-02-28T18:15:00Z"
    assert client.json(address)["window"][0] == "2026-02-28T23:00:00Z"
    behind = client.json(body["explain"])
    assert (behind["calendar"], behind["window"]) == (body["calendar"], body["window"])


def test_kind_zone_and_moment_go_together_with_it(berlin: Client, clock: Clock) -> None:
    zone = "America/New_York"
    address = f"{_STREAM}/metrics/flow_time?{_SINCE}&type=feature&calendar=working"
    body = berlin.json(f"{address}&zone={quote(zone)}")
    assert body["calendar"].endswith(zone)
    behind = berlin.json(body["explain"])
    assert {row["kind"] for row in behind["included"]} == {"feature"}
    for row in behind["included"]:
        assert row["seconds"] == worked(_ts(row["committed_at"]), _ts(row["done_at"]), zone)
    early = address.replace(_SINCE, "from=2019-01-01")
    refused = berlin.problem(f"{early}&known_at=2020-01-01", 422)
    since = refused["detail"].split("before ")[1].split(" was")[0]
    clock.ts = max(clock.ts, _ts(since) + 7200)
    then = berlin.json(f"{address}&known_at={since}")
    assert then["known_at"] == since
    assert then["calendar"] == NAME
    assert berlin.json(then["explain"])["n"] == then["n"]
