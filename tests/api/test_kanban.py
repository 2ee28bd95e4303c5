"""Little's law, ageing and expectation of the company: derived again from what the API lists."""

from __future__ import annotations

from datetime import datetime
from math import ceil
from urllib.parse import urlencode

import pytest

from api.examples_kanban import AGEING, LITTLES_LAW, SLE
from api.schemas_journey import Explained
from api.schemas_kanban import AgeingBody, LittlesLawBody, SleBody
from tests.api.client import Answer, Client, Clock

STREAMS = ("checkout", "fulfilment", "search")
WINDOW = "from=2026-03-01&to=2026-11-10"
SINCE = "from=2026-03-01"
PATHS = ("littles-law", "ageing", "sle")


def _ts(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


@pytest.mark.parametrize("stream", STREAMS)
def test_every_answer_has_its_documented_shape(client: Client, stream: str) -> None:
    shapes = zip(PATHS, (LittlesLawBody, AgeingBody, SleBody), strict=True)
    for path, shape in shapes:
        for query in ("", f"?{WINDOW}", "?type=feature"):
            body = client.json(f"/v1/streams/{stream}/{path}{query}")
            shape.model_validate(body, strict=True)
            behind = client.json(body["explain"])
            Explained.model_validate(behind, strict=True)
            assert behind["n"] == len(behind["included"]) == body["n"]
            assert behind["window"] == body["window"]
            assert len(behind["excluded"]) == sum(body["excluded"].values())


def test_the_average_load_is_what_the_journeys_add_up_to(client: Client) -> None:
    body = client.json(f"/v1/streams/checkout/littles-law?{WINDOW}")
    begin, end = map(_ts, body["window"])
    inside, whole = 0, []
    for row in client.json(body["explain"])["included"]:
        visits = client.json(f"/v1/items/{row['key']}/journey")["visits"]
        there = [
            (_ts(one["start"]), _ts(one["end"]) if one["end"] else end)
            for one in visits
            if one["state"] not in ("done", "cancelled")
            and _ts(one["start"]) >= _ts(row["committed_at"])
        ]
        own = sum(max(0, min(to, end) - max(since, begin)) for since, to in there)
        assert own == row["seconds"], row["key"]
        inside += own
        if row["left"]:
            whole.append(sum(to - since for since, to in there))
    value = body["value"]
    assert value["presence_in_window_s"] == inside
    assert value["average_load"] == pytest.approx(inside / (end - begin))
    assert value["departures"] == len(whole) > 19
    assert value["r"] == pytest.approx(inside / sum(whole))
    assert value["throughput_per_d"] == pytest.approx(len(whole) / ((end - begin) / 86_400))
    balance = value["arrivals"] - value["departures"]
    assert value["load_at_end"] - value["load_at_begin"] == balance
    assert body["stable"] == (0.8 <= value["r"] <= 1.25)


def test_what_fails_is_what_does_not_hold(client: Client) -> None:
    for stream in STREAMS:
        body = client.json(f"/v1/streams/{stream}/littles-law?{WINDOW}")
        assert len(body["assumptions"]) == 5
        failing = [one["name"] for one in body["assumptions"] if one["holds"] is False]
        assert body["failing"] == failing
        assert (body["banner"] is None) == body["stable"]


def _survivors(history: list[Answer], age: int) -> float:
    """The share that lasts longer than `age`, by the definition on its page."""
    share, longest = 1.0, max(one["seconds"] for one in history)
    for at in sorted({one["seconds"] for one in history if one["outcome"] == "done"}):
        ended = [one for one in history if one["outcome"] == "done" and one["seconds"] == at]
        risk = [one for one in history if one["entered_s"] <= at <= one["seconds"]]
        if at <= age and (len(ended) < len(risk) or at == longest):
            share *= 1 - len(ended) / len(risk)
    return share


@pytest.mark.parametrize("stream", STREAMS)
def test_pace_and_breach_follow_from_the_explained_history(client: Client, stream: str) -> None:
    body = client.json(f"/v1/streams/{stream}/ageing?{SINCE}&limit=500")
    history = client.json(body["explain"])["history"]
    done = [one for one in history if one["outcome"] == "done"]
    days = sorted(one["seconds"] for one in done)
    limit = days[ceil(0.85 * len(days)) - 1]
    assert body["value"]["sle_d"] == pytest.approx(limit / 86_400)
    assert len(done) == client.json(f"/v1/streams/{stream}/metrics/flow_time?{SINCE}")["n"]
    assert body["items"]
    for row in body["items"]:
        age = _ts(body["window"][1]) - _ts(row["committed_at"])
        assert row["age_s"] == age
        assert row["late"] == (age > limit)
        left = [one["left_after_s"].get(row["stage"]) for one in done]
        known = [one for one in left if one is not None]
        assert row["pace_n"] == len(known)
        pace = row["pace"] if row["pace"] is not None else row["observed"]["pace"]
        assert pace == pytest.approx(sum(one <= age for one in known) / len(known))
        chance = _survivors(history, limit) / _survivors(history, age) if age < limit else 1
        assert row["breach_p"] == pytest.approx(chance)


@pytest.mark.parametrize("stream", STREAMS)
def test_zones_are_the_ages_at_which_the_explained_history_left(
    client: Client, stream: str
) -> None:
    body = client.json(f"/v1/streams/{stream}/ageing?{SINCE}&limit=500")
    behind = client.json(body["explain"])
    done = [one for one in behind["history"] if one["outcome"] == "done"]
    stages = {row["name"]: row for row in client.json(f"/v1/streams/{stream}/stages")["items"]}
    assert {row["stage"] for row in body["items"]} <= {zone["stage"] for zone in body["zones"]}
    assert [zone["stage"] for zone in body["zones"]] == [
        name for name in stages if name in {zone["stage"] for zone in body["zones"]}
    ]
    for zone in body["zones"]:
        left = sorted(
            one["left_after_s"][zone["stage"]]
            for one in done
            if zone["stage"] in one["left_after_s"]
        )
        assert zone["items"] == sum(row["stage"] == zone["stage"] for row in body["items"])
        assert zone["n"] == len(left)
        for level, least, share in (("p50", 5, 0.5), ("p85", 19, 0.85), ("p95", 59, 0.95)):
            seen = left[ceil(round(share * len(left), 9)) - 1] / 86_400 if left else None
            enough = len(left) >= least
            assert zone["left_after_d"][level] == (pytest.approx(seen) if enough else None)
            assert zone["observed"].get(level) == (
                pytest.approx(seen) if left and not enough else None
            )


def test_what_waits_costs_what_the_ledger_of_delay_says(client: Client) -> None:
    body = client.json("/v1/streams/checkout/ageing?limit=500")
    burning = client.json("/v1/streams/checkout/delay-cost/items")
    told = {row["key"]: row["burn_rate_cents"] for row in burning["items"]}
    assert {row["key"]: row["burn_rate_cents"] for row in body["items"]} == told
    assert any(told.values())
    assert body["currency"] == burning["currency"]


def test_the_expectation_follows_from_what_is_explained(client: Client) -> None:
    body = client.json("/v1/streams/checkout/sle?from=2026-07-01&to=2026-11-10")
    behind = client.json(body["explain"])
    taken = sorted(row["seconds"] for row in behind["included"])
    promised = sorted(row["seconds"] for row in behind["history"])
    told = {**body["observed"], **{k: v for k, v in body["value"].items() if v is not None}}
    for name, p in (("p50", 0.5), ("p70", 0.7), ("p85", 0.85), ("p95", 0.95)):
        assert told[name] == pytest.approx(taken[ceil(p * len(taken)) - 1] / 86_400)
    limit = promised[ceil(0.85 * len(promised)) - 1]
    kept = sum(one <= limit for one in taken)
    assert told["adherence"] == pytest.approx(kept / len(taken))
    assert (told["kept"], told["done"]) == (kept, len(taken))
    low, high = body["interval"]["adherence"]
    assert 0 <= low <= told["adherence"] <= high <= 1
    assert sum(one["n"] for one in body["by_type"].values()) == body["n"]
    feature = client.json("/v1/streams/checkout/sle?from=2026-07-01&to=2026-11-10&type=feature")
    assert feature["value"] == body["by_type"]["feature"]["value"]
    assert feature["explain"] == body["by_type"]["feature"]["explain"]


def test_an_own_expectation_is_kept_throughout(client: Client) -> None:
    asked = f"{WINDOW}&within_d=20.5&percent=50"
    body = client.json(f"/v1/streams/checkout/sle?{asked}")
    rows = client.json(body["explain"])["included"]
    kept = sum(row["seconds"] <= 20.5 * 86_400 for row in rows)
    assert body["value"]["adherence"] == pytest.approx(kept / len(rows))
    assert (body["percent"], body["within_d"], body["value"]["expected_d"]) == (50, 20.5, 20.5)
    assert client.json(f"/v1/streams/checkout/ageing?{asked}")["value"]["sle_d"] == 20.5


def test_what_ages_is_the_load(client: Client) -> None:
    for stream in STREAMS:
        body = client.json(f"/v1/streams/{stream}/ageing")
        load = client.json(f"/v1/streams/{stream}/metrics/load")["value"]["now"]
        assert body["value"]["count"] == body["total"] == load
        flying = client.json(f"/v1/items?stream={stream}&state=in_flight")["items"]
        same = ("key", "stage", "age_s", "blocked", "waiting")
        listed = [{name: row[name] for name in same} for row in body["items"]]
        assert listed == [{name: row[name] for name in same} for row in flying]


def test_filters_keep_only_what_they_name(client: Client) -> None:
    whole = client.json(f"/v1/streams/checkout/ageing?{SINCE}&limit=500")
    rows = whole["items"]
    for name in {row["stage"] for row in rows}:
        asked = urlencode({"stage": name})
        found = client.json(f"/v1/streams/checkout/ageing?{SINCE}&{asked}")
        assert [one["key"] for one in found["items"]] == [
            row["key"] for row in rows if row["stage"] == name
        ]
        assert found["value"] == whole["value"], "the envelope is of all that is in load"
    least = max(row["breach_p"] for row in rows)
    likely = client.json(f"/v1/streams/checkout/ageing?{SINCE}&breach_p={least}")["items"]
    assert [row["key"] for row in likely] == [
        row["key"] for row in rows if row["breach_p"] >= least
    ]
    assert 0 < len(likely) < len(rows)
    none = client.json(f"/v1/streams/checkout/ageing?{SINCE}&type=risk&breach_p=1")
    assert (none["items"], none["next"], none["total"]) == ([], None, 0)


@pytest.mark.parametrize("sort", ["-age", "-breach_p", "key"])
def test_pages_list_everything_once_while_time_goes_on(
    client: Client, clock: Clock, sort: str
) -> None:
    path, rows, cursor = f"/v1/streams/checkout/ageing?sort={sort}&limit=2", [], ""
    for _ in range(50):
        body = client.json(f"{path}{cursor}")
        rows += body["items"]
        if body["next"] is None:
            break
        cursor = f"&cursor={body['next']}"
        clock.ts += 3_600
    keys = [row["key"] for row in rows]
    assert len(set(keys)) == len(keys) == body["total"] > 2
    begun = [row["committed_at"] for row in rows]
    assert sort == "key" or begun == sorted(begun)


BAD = {
    "sle?percent=60": "percent: one of 50, 70, 85, 95",
    "sle?percent=most": "percent",
    "sle?within_d=0": "within_d",
    "sle?within_d=nan": "within_d",
    "sle?within_d=-3": "within_d",
    "sle?interval=week": "interval",
    "littles-law?percent=85": "percent",
    "littles-law?from=2026-11-01&to=2026-10-01": "the window is empty",
    "littles-law?type=epic": "type: one of",
    "ageing?breach_p=2": "breach_p",
    "ageing?breach_p=nan": "breach_p",
    "ageing?sort=size": "sort: one of -age",
    "ageing?stage=Nowhere": "stage: one of",
    "ageing?team=nobody": "team: ",
    "ageing?limit=0": "limit",
    "ageing?cursor=abc": "cursor",
    "ageing?to=yesterday": "write a date",
    "ageing/explain?stage=Build": "stage",
}


@pytest.mark.parametrize("address", BAD)
def test_what_makes_no_sense_is_a_problem(client: Client, address: str) -> None:
    body = client.problem(f"/v1/streams/checkout/{address}", 422)
    assert BAD[address] in body["detail"]


@pytest.mark.parametrize("path", [*PATHS, *(f"{path}/explain" for path in PATHS)])
def test_an_unknown_stream_is_not_found(client: Client, path: str) -> None:
    assert "known: checkout" in client.problem(f"/v1/streams/shop/{path}", 404)["detail"]


def test_a_stream_without_items_has_no_number_and_says_why(thin: Client) -> None:
    for path in PATHS:
        body = thin.json(f"/v1/streams/empty/{path}")
        counts = {"presence_in_window_s", "history_done", "history_censored", "censored_start"}
        assert {one for name, one in body["value"].items() if name not in counts} == {None}
        assert (body["n"], body["observed"]) == (0, {})
        assert "no_data" in body["reasons"]
        assert thin.json(body["explain"])["included"] == []


def test_a_window_before_any_work_has_no_history_but_no_zero_either(client: Client) -> None:
    asked = "from=2015-01-01&to=2015-03-01"
    assert client.json(f"/v1/streams/checkout/sle?{asked}")["value"] == dict.fromkeys(
        ("p50", "p70", "p85", "p95", "adherence")
    )
    law = client.json(f"/v1/streams/checkout/littles-law?{asked}")
    assert (law["value"]["r"], law["stable"], law["banner"]) == (None, None, None)
    value = client.json(f"/v1/streams/checkout/ageing?{asked}")["value"]
    assert (value["count"], value["late"], value["sle_d"]) == (None, None, None)


def test_a_stream_without_stages_ages_too(thin: Client) -> None:
    bare = thin.json("/v1/streams/bare/ageing?from=2026-01-01")
    search = thin.json("/v1/streams/search/ageing?from=2026-01-01")
    assert [row["age_s"] for row in bare["items"]] == [row["age_s"] for row in search["items"]]


def test_each_is_a_definition(client: Client) -> None:
    rows = {row["slug"]: row for row in client.json("/v1/definitions")["items"]}
    for path in PATHS:
        slug = path.replace("-", "_")
        body = client.json(f"/v1/streams/checkout/{path}")
        assert body["definition"] == rows[slug]["definition"] == f"{slug}@1"
        assert body["unit"] == rows[slug]["unit"]


def test_the_examples_of_the_document_have_the_shape_of_answers() -> None:
    LittlesLawBody.model_validate(LITTLES_LAW, strict=True)
    SleBody.model_validate(SLE, strict=True)
    AgeingBody.model_validate(AGEING, strict=True)


def test_a_past_day_shows_the_ages_of_that_day(client: Client) -> None:
    """An item that is done by now was in load then, in the stage that its journey tells."""
    body = client.json("/v1/streams/checkout/ageing?from=2026-03-01&to=2026-09-15T12:00Z")
    at = _ts("2026-09-15T12:00Z")
    assert body["items"]
    over = 0
    for row in body["items"]:
        journey = client.json(f"/v1/items/{row['key']}/journey")
        here = [
            one
            for one in journey["visits"]
            if _ts(one["start"]) <= at and (one["end"] is None or _ts(one["end"]) > at)
        ]
        assert [one["stage"] for one in here] == [row["stage"]]
        assert row["age_s"] == at - _ts(journey["committed_at"])
        over += journey["done_at"] is not None
    assert over > 0
