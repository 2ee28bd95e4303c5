"""The queue of parents over HTTP: its shape, that its parts agree, and what it refuses."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from api.examples_forecasts import QUEUE, QUEUE_CALIBRATION, QUEUE_ONE
from api.schemas_forecasts import ForecastQueue, ForecastQueueOne, QueueCalibration
from api.schemas_journey import Explained
from tests.api.client import Answer, Client

_QUEUE = "/v1/streams/checkout/forecasts/queue"
_YEAR = "from=2025-12-01"
ROUTES: list[tuple[str, type[BaseModel]]] = [
    (f"?{_YEAR}", ForecastQueue),
    (f"?{_YEAR}&order=smallest&growth=0.5&beside=waits&dormant=counted", ForecastQueue),
    ("?calendar=working&zone=America/New_York", ForecastQueue),
    ("?to=2026-01-01", ForecastQueue),
    (f"?of=release&{_YEAR}", ForecastQueue),
    ("/explain", Explained),
    ("/calibration", QueueCalibration),
    ("/explain?of=release", Explained),
    ("/calibration?of=release", QueueCalibration),
]
REFUSED = {
    "?of=sprint": "of",
    "?of=release&first=NOPE": "first: NOPE is no release with open items",
    "?order=loudest": "order",
    "?first=NOPE-1": "first: NOPE-1 is no parent with open items",
    "?growth=4": "growth",
    "?growth=nan": "growth",
    "?beside=never": "beside",
    "?dormant=yes": "dormant",
    "?type=feature": "type",
    "?team=web": "team",
    "?from=2024-01-01": "at most 400 days",
    "?first=" + ",".join(["A"] * 51): "first: at most 50 keys",
    "/calibration?horizon=0": "horizon",
    "/calibration?horizon=1&from=2024-01-01": "more than 400 forecasts",
}


@pytest.fixture
def queue(client: Client) -> Answer:
    return client.json(f"{_QUEUE}?{_YEAR}")


@pytest.fixture
def releases(client: Client) -> Answer:
    return client.json(f"{_QUEUE}?of=release&{_YEAR}")


@pytest.mark.parametrize(("address", "shape"), ROUTES, ids=[address for address, _ in ROUTES])
def test_a_route_answers_with_its_documented_shape(
    client: Client, thin: Client, address: str, shape: type[BaseModel]
) -> None:
    for one, stream in ((client, "checkout"), (thin, "bare"), (thin, "empty")):
        body = one.json(f"/v1/streams/{stream}/forecasts/queue{address}")
        shape.model_validate(body, strict=True)


def test_the_examples_have_the_documented_shapes() -> None:
    ForecastQueue.model_validate(QUEUE)
    ForecastQueueOne.model_validate(QUEUE_ONE)
    QueueCalibration.model_validate(QUEUE_CALIBRATION)


@pytest.mark.parametrize("address", REFUSED, ids=[address[:30] for address in REFUSED])
def test_what_makes_no_sense_is_422_and_says_what_would(client: Client, address: str) -> None:
    assert REFUSED[address] in client.problem(f"{_QUEUE}{address}", 422)["detail"]


def test_a_key_that_is_not_in_the_queue_is_404_whatever_it_looks_like(client: Client) -> None:
    for key in ("NOPE-1", "%3Cb%3E", "a/b", "%00"):
        assert "with open items" in client.problem(f"{_QUEUE}/{key}", 404)["detail"]
    assert "known: checkout" in client.problem("/v1/streams/x/forecasts/queue", 404)["detail"]


def test_the_completions_behind_it_are_listed_and_the_others_say_why_not(
    client: Client, queue: Answer
) -> None:
    told = client.json(queue["explain"])
    assert told["n"] == queue["n"] == queue["pool"]["completions"] > 20
    assert {row["reason"] for row in told["excluded"]} <= {"no_parent"}
    everything = client.json(f"{_QUEUE}?{_YEAR}&beside=waits")
    assert everything["n"] == told["n"] + len(told["excluded"])


def test_each_parent_opens_to_its_items_with_their_places(client: Client, queue: Answer) -> None:
    places: list[int] = []
    for row in queue["items"]:
        one = client.json(f"{row['explain']}?{_YEAR}")
        ForecastQueueOne.model_validate(one, strict=True)
        assert one["days"] == row["days"]
        states = [member["state"] for member in one["members"]]
        for state in ("done", "in_flight", "not_started", "cancelled"):
            assert states.count(state) == row["items"][state]
        places += [member["place"] for member in one["members"] if member["place"]]
        assert sum(other["items"] for other in one["before"]) == row["ahead"]["items"]
        assert (one["reason"] is None) == (row["days"]["p50"] is not None)
        counts = row["items"]
        assert counts["total"] == counts["done"] + counts["in_flight"] + counts["not_started"]
    assert sorted(places) == list(range(1, queue["value"]["items"] + 1))


def test_releases_stand_in_one_queue_by_their_dates_and_open_by_their_names(
    client: Client, releases: Answer
) -> None:
    assert (releases["of"], releases["order"]) == ("release", "due")
    assert len(releases["items"]) > 1
    dates = [row["due"]["date"] for row in releases["items"] if row["due"]]
    assert dates == sorted(dates)
    assert {row["due"]["told_by"] for row in releases["items"] if row["due"]} == {"release"}
    places: set[int] = set()
    for row in releases["items"]:
        one = client.json(f"{row['explain']}&{_YEAR}")
        ForecastQueueOne.model_validate(one, strict=True)
        assert (one["of"], one["days"], one["title"]) == ("release", row["days"], row["title"])
        states = [member["state"] for member in one["members"]]
        assert states.count("in_flight") == row["items"]["in_flight"]
        places |= {member["place"] for member in one["members"] if member["place"]}
    # An item in two releases has one place.
    assert places == set(range(1, releases["value"]["items"] + 1))
    assert "no release" in client.problem(f"{_QUEUE}/SHOP-1?of=release", 404)["detail"]


def test_the_completions_behind_releases_are_those_with_one(
    client: Client, releases: Answer
) -> None:
    told = client.json(releases["explain"])
    assert told["n"] == releases["n"] == releases["pool"]["completions"] > 20
    assert {row["reason"] for row in told["excluded"]} == {"no_release"}
    tried = client.json(f"{_QUEUE}/calibration?of=release&{_YEAR}")
    assert tried["of"] == "release"
    assert tried["value"]["queue_p85_judged"] == sum(
        one["held"]["p85"] is not None for one in tried["forecasts"]
    )


def test_who_goes_first_leads_and_the_whole_stays(client: Client, queue: Answer) -> None:
    waiting = [
        row for row in queue["items"] if row["items"]["not_started"] > row["items"]["dormant"]
    ]
    last = waiting[-1]
    moved = client.json(f"{_QUEUE}?{_YEAR}&first={last['key']}")
    assert moved["items"][0]["key"] == last["key"]
    assert moved["value"] == queue["value"]
    assert "first=" + last["key"] in moved["items"][0]["explain"]


def test_growth_adds_items(client: Client, queue: Answer) -> None:
    grown = client.json(f"{_QUEUE}?{_YEAR}&growth=1")
    added = sum(row["items"]["to_come"] for row in grown["items"])
    assert added == queue["value"]["items"]
    assert grown["value"]["items"] == 2 * added


def test_dormant_items_stand_in_the_queue_where_that_is_asked(
    client: Client, queue: Answer
) -> None:
    counted = client.json(f"{_QUEUE}?{_YEAR}&dormant=counted")
    dormant = queue["dormant_items"]["items"]
    assert dormant == sum(row["items"]["dormant"] for row in queue["items"])
    assert counted["value"]["items"] == queue["value"]["items"] + dormant


def test_a_short_history_gives_no_date_and_says_what_is_missing(client: Client) -> None:
    body = client.json(f"{_QUEUE}?from=2026-11-10")
    assert body["value"]["p85"] is None
    assert "history too short to forecast from" in body["reasons"][0]
    assert all(row["days"]["p85"] is None for row in body["items"])
    one = client.json(f"{_QUEUE}/{body['items'][0]['key']}?from=2026-11-10")
    assert one["reason"]
