"""The ledger over the API: splits, clocks, ranges, the items that burn most, what people enter."""

from __future__ import annotations

import sqlite3
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest

from api.schemas_cost import BurningRows, ValueRow
from api.schemas_lists import Page
from api.schemas_sequences import QueueOrder, Sequence
from tests.api.client import Client

STREAM = "/v1/streams/checkout"
WINDOW = "from=2026-03-01&to=2026-11-10"
JSON = {"content-type": "application/json"}


def _flying(client: Client) -> dict[str, Any]:
    """An item that is in flight and waits, and has a value in its field."""
    rows = client.json(f"{STREAM}/delay-cost/items")["items"]
    return next(row for row in rows if row["burn_rate_cents"])


def _post(client: Client, status: int, **more: object) -> dict[str, Any]:
    body = {"who": "anna", "why": "asked sales", **more}
    answer = client.post("/v1/values", orjson.dumps(body), JSON)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _sequence(client: Client, status: int, **asked: object) -> dict[str, Any]:
    answer = client.post("/v1/sequences", orjson.dumps(asked), JSON)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def client(calm: Client) -> Client:
    return calm


@pytest.fixture
def writable(copied: tuple[Client, Path]) -> Client:
    """An API to which a test may say what something is worth."""
    return copied[0]


@pytest.mark.parametrize("clock", ["commitment", "idea"])
def test_every_split_adds_up_to_the_same_whole(client: Client, clock: str) -> None:
    whole = client.json(f"{STREAM}/delay-cost?{WINDOW}&clock={clock}")["cost_cents"]
    assert whole > 0
    for by in ("stage", "team", "reason", "kind", "item", "owner"):
        body = client.json(f"{STREAM}/delay-cost?{WINDOW}&clock={clock}&by={by}")
        assert body["cost_cents"] == whole
        assert sum(row["cost_cents"] for row in body["items"]) == whole
        assert sum(row["burn_rate_cents"] or 0 for row in body["items"]) == body["burn_rate_cents"]


def test_adjoining_windows_add_up(client: Client) -> None:
    cuts = ["2026-03-01", "2026-05-11T13:07:31Z", "2026-09-02", "2026-11-10"]
    parts = [
        client.json(f"{STREAM}/delay-cost?from={low}&to={high}")["cost_cents"] or 0
        for low, high in pairwise(cuts)
    ]
    assert sum(parts) == client.json(f"{STREAM}/delay-cost?{WINDOW}")["cost_cents"]


def test_the_clock_of_the_idea_costs_more(client: Client) -> None:
    short = client.json(f"{STREAM}/delay-cost?{WINDOW}")
    long = client.json(f"{STREAM}/delay-cost?{WINDOW}&clock=idea")
    assert long["cost_cents"] > short["cost_cents"]
    assert short["clock_means"] != long["clock_means"]
    assert "before commitment" in {row["stage"] for row in long["items"]}


def test_the_explanation_lists_what_is_charged_to_the_cent(client: Client) -> None:
    body = client.json(f"{STREAM}/delay-cost?{WINDOW}")
    told = client.json(body["explain"])
    charged = sum(one["cost_cents"] for one in told["included"])
    assert charged == body["cost_cents"] + body["sunk_cents"]
    bare = [one for one in told["excluded"] if one["reason"] == "unvalued"]
    assert len(bare) == body["unvalued"]


@pytest.mark.parametrize("by", ["stage", "team", "reason", "kind", "item", "owner"])
def test_the_explanation_of_each_part_adds_up_to_it(client: Client, by: str) -> None:
    rows = client.json(f"{STREAM}/delay-cost?{WINDOW}&by={by}")["items"]
    assert rows
    for row in rows[:12]:
        told = client.json(row["explain"])
        charged = sum(one["cost_cents"] for one in told["included"])
        assert (told["by"], told["part"]) == (by, row[by])
        assert charged == row["cost_cents"] + row["sunk_cents"]
        waited = sum(one["charged_s"] for one in told["included"])
        assert waited == pytest.approx(row["wait_d"] * 86_400, abs=1)
        cents = [one["cost_cents"] for one in told["included"]]
        assert cents == sorted(cents, reverse=True)


def test_what_nothing_values_is_left_out_of_the_part_in_which_it_waited(client: Client) -> None:
    whole = client.json(f"{STREAM}/delay-cost?{WINDOW}")
    bare: set[tuple[str, int]] = set()
    for row in whole["items"]:
        told = client.json(row["explain"])["excluded"]
        assert {one["reason"] for one in told} <= {"unvalued"}
        bare |= {(one["key"], one["episode"]) for one in told}
    assert len(bare) == whole["unvalued"] > 0


def test_a_part_that_is_not_there_has_no_deliveries(client: Client) -> None:
    told = client.json(f"{STREAM}/delay-cost/explain?{WINDOW}&by=stage&part=Nowhere")
    assert (told["n"], told["included"], told["excluded"]) == (0, [], [])


def test_what_was_cancelled_is_counted(client: Client) -> None:
    found = 0
    for stream in client.json("/v1/streams")["items"]:
        address = f"/v1/streams/{stream['name']}/delay-cost?from=2025-11-25&by=item"
        body = client.json(address)
        sunk = {row["item"] for row in body["items"] if row["sunk_cents"]}
        rows = client.json(body["explain"])["included"]
        assert body["sunk_deliveries"] == sum(one["key"] in sunk for one in rows)
        found += body["sunk_deliveries"]
    assert found > 0


def test_what_burns_is_listed_with_what_it_may_still_cost(client: Client) -> None:
    body = client.json(f"{STREAM}/delay-cost/items")
    BurningRows.model_validate(body)
    burning = [row["burn_rate_cents"] or 0 for row in body["items"]]
    assert burning == sorted(burning, reverse=True)
    whole = client.json(f"{STREAM}/delay-cost")["burn_rate_cents"]
    assert sum(burning) == whole > 0
    projected = [row["projected_cents"] for row in body["items"] if row["projected_cents"]]
    assert projected or body["projection_reason"]
    assert all(one["p50"] <= one["p85"] for one in projected if one["p85"] is not None)


def test_an_estimate_outranks_the_field_at_once_and_its_range_shows(writable: Client) -> None:
    row = _flying(writable)
    field = row["burn_rate_cents"]
    assert row["value"]["from"] == "field"
    before = writable.json(f"{STREAM}/delay-cost")
    said = _post(
        writable, 202, key=row["key"], low_cents=field, likely_cents=field * 4, high_cents=field * 9
    )
    assert (said["state"], said["how"]) == ("in_effect", "api")
    _post(
        writable, 200, key=row["key"], low_cents=field, likely_cents=field * 4, high_cents=field * 9
    )
    after = writable.json(f"{STREAM}/delay-cost")
    assert after["burn_rate_cents"] == before["burn_rate_cents"] + 3 * field
    drawn = after["ranges"]["burn_rate_cents"]
    assert drawn["p10"] < drawn["p50"] < drawn["p90"]
    assert before["ranges"]["burn_rate_cents"]["p10"] == before["burn_rate_cents"]
    again = next(
        one
        for one in writable.json(f"{STREAM}/delay-cost/items")["items"]
        if one["key"] == row["key"]
    )
    assert (again["value"]["who"], again["value"]["from"]) == ("anna", "api")
    whole = writable.json(f"{STREAM}/metrics/delay_cost")["value"]["burn_rate_cents"]
    assert whole == after["burn_rate_cents"]


def test_a_withdrawn_estimate_gives_way_to_the_field(writable: Client) -> None:
    row = _flying(writable)
    before = writable.json(f"{STREAM}/delay-cost")["cost_cents"]
    _post(writable, 202, key=row["key"], profile="P6")
    # It takes part in the value of its parent, or in none.
    assert writable.json(f"{STREAM}/delay-cost")["cost_cents"] != before
    address, who = f"/v1/values/{row['key']}", orjson.dumps({"who": "ben", "why": "not so"})
    for status in (202, 200):
        assert writable.delete(address, who, JSON).status_code == status
    assert writable.json(f"{STREAM}/delay-cost")["cost_cents"] == before
    listed = writable.json(f"/v1/values?key={row['key']}")
    Page[ValueRow].model_validate(listed)
    assert [one["state"] for one in listed["items"]] == ["withdrawn", "replaced"]
    assert [one["who"] for one in listed["items"]] == ["ben", "anna"]


def test_what_was_said_later_is_not_known_before(copied: tuple[Client, Path], clock: Any) -> None:
    client, path = copied
    row = _flying(client)
    with sqlite3.connect(path) as base:
        since = base.execute("SELECT known_since_ts FROM value_stream").fetchone()[0]
    _post(client, 202, key=row["key"], likely_cents=row["burn_rate_cents"] * 10)
    with sqlite3.connect(path) as base:
        base.execute("UPDATE value_estimate SET ts = ?", [since + 1_000])
    clock.ts = since + 3_600
    at = "strftime('%Y-%m-%dT%H:%M:%SZ', ?, 'unixepoch')"
    with sqlite3.connect(":memory:") as base:
        early, late = base.execute(f"SELECT {at}, {at}", [since + 900, since + 1_100]).fetchone()
    then = client.json(f"{STREAM}/delay-cost?by=item&known_at={early}")
    now = client.json(f"{STREAM}/delay-cost?by=item&known_at={late}")
    assert now["burn_rate_cents"] == then["burn_rate_cents"] + 9 * row["burn_rate_cents"]


def test_a_series_adds_up_and_has_ranges(writable: Client) -> None:
    row = _flying(writable)
    cents = row["burn_rate_cents"]
    _post(
        writable, 202, key=row["key"], low_cents=cents, likely_cents=cents * 2, high_cents=cents * 5
    )
    weeks = "from=2026-08-31&to=2026-10-26"  # Mondays
    body = writable.json(f"{STREAM}/delay-cost?{weeks}&interval=week")
    assert len(body["series"]) == 8
    assert sum(one["cost_cents"] or 0 for one in body["series"]) == body["cost_cents"]
    assert all(one["range"]["p10"] <= one["range"]["p90"] for one in body["series"] if one["range"])
    costs = [one["cost_cents"] for one in body["series"] if one["cost_cents"] is not None]
    steps = [abs(after - before) for before, after in pairwise(costs)]
    centre, step = sum(costs) / len(costs), sum(steps) / len(steps)
    assert body["limits"]["mean"] == pytest.approx(centre)
    assert body["limits"]["upper"] == pytest.approx(centre + 2.66 * step)
    assert body["limits"]["lower"] == pytest.approx(max(0, centre - 2.66 * step))


def test_five_weeks_have_no_limits(client: Client) -> None:
    body = client.json(f"{STREAM}/delay-cost?from=2026-08-31&to=2026-10-05&interval=week")
    assert len(body["series"]) == 5
    assert body["limits"] is None


def test_a_queue_is_put_in_order_and_saves_money(client: Client) -> None:
    stages = client.json(f"{STREAM}/delay-cost")["items"]
    stage = max(stages, key=lambda row: row["waiting_now"])["stage"]
    asked = {"stream": "checkout", "stage": stage}
    body = _sequence(client, 200, **asked)
    Sequence.model_validate(body)
    assert body["saves_cents"] == body["today_cents"] - body["proposed_cents"] >= 0
    assert sum(row["cost_cents"] or 0 for row in body["items"]) == body["proposed_cents"]
    assert [row["place"] for row in body["items"]] == list(range(1, len(body["items"]) + 1))
    again = [{"key": row["key"]} for row in sorted(body["items"], key=lambda r: r["place_today"])]
    named = _sequence(client, 200, **asked, items=again)
    assert named["proposed_cents"] == body["proposed_cents"]


def test_the_order_of_a_queue_is_that_which_is_answered_to_a_body(client: Client) -> None:
    stages = client.json(f"{STREAM}/delay-cost")["items"]
    stage = max(stages, key=lambda row: row["burn_rate_cents"] or 0)["stage"]
    told = client.json(f"{STREAM}/sequence")
    QueueOrder.model_validate(told)
    assert (told["stage"], told["reason"]) == (stage, None)
    assert told["order"] == _sequence(client, 200, stream="checkout", stage=stage)
    assert told["waiting"] == len(told["order"]["items"]) + len(told["order"]["left_out"])


def test_a_queue_without_anything_in_it_has_a_reason_and_no_order(client: Client) -> None:
    told = client.json(f"{STREAM}/sequence?stage=Done")
    assert (told["stage"], told["waiting"], told["order"]) == ("Done", 0, None)
    assert told["reason"] == "nothing waits there now"
    assert client.get(f"{STREAM}/sequence?stage=nope").status_code == 422


def test_the_order_of_items_that_are_given_whole(client: Client) -> None:
    items = [
        {"key": key, "value": {"likely_cents": cents}, "duration_days": 7 * weeks}
        for key, cents, weeks in (("A", 1_000, 4), ("B", 600, 2), ("C", 800, 1))
    ]
    items.append({"key": "D", "value": {"profile": "P6"}, "duration_days": 7})
    items[0]["wsjf"] = {"value": 1, "time": 1, "risk": 1, "size": 1}
    body = _sequence(client, 200, stream="checkout", items=items)
    assert [row["key"] for row in body["items"]] == ["C", "B", "A", "D"]
    assert (body["today_cents"], body["proposed_cents"]) == (13_200, 9_600)
    assert body["kept_in_place"] == [{"key": "D", "reason": "no value"}]
    assert body["wsjf"]["items"] == [{"place": 1, "key": "A", "score": 3}]
    assert not body["items"][0]["too_close_to_call"]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"stream": "nope"}, 404),
        ({"stream": "checkout", "stage": "nope"}, 422),
        ({"stream": "checkout", "items": [{"key": "NOPE-1"}]}, 422),
        ({"stream": "checkout", "items": [{"key": "A"}, {"key": "A"}]}, 422),
        ({"stream": "checkout", "items": [{"key": "A", "duration_days": 0}]}, 422),
        (
            {
                "stream": "checkout",
                "items": [{"key": "A", "value": {"profile": "P6"}, "duration_days": 1}],
            },
            422,
        ),
        ({}, 422),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(
    client: Client, asked: dict[str, Any], status: int
) -> None:
    _sequence(client, status, **asked)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"profile": "P7", "likely_cents": 1}, "profile"),
        ({"profile": "P2", "likely_cents": 1}, "parameters.life_weeks"),
        (
            {"profile": "P4", "likely_cents": 1, "parameters": {"deadline": "soon"}},
            "parameters.deadline",
        ),
        ({"profile": "P1", "likely_cents": -1}, "likely_cents"),
        ({"profile": "P1"}, "likely_cents"),
        ({"low_cents": 5, "likely_cents": 3, "high_cents": 9}, "likely_cents"),
        ({"low_cents": 1, "likely_cents": 3}, "high_cents"),
        (
            {"likely_cents": 1, "parameters": {"deadline": "2027-01-01"}},
            "parameters.deadline",
        ),
        ({"likely_cents": 1, "parameters": {"weeks": "moved"}}, "parameters.weeks"),
        ({"likely_cents": 1, "why": "  "}, "why"),
        ({"likely_cents": 10**13}, "likely_cents"),
        (
            {"profile": "P2", "likely_cents": 1, "parameters": {"life_weeks": 0}},
            "parameters.life_weeks",
        ),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_its_field(
    client: Client, told: dict[str, Any], field: str
) -> None:
    key = _flying(client)["key"]
    assert _post(client, 422, key=key, **told)["field"] == field


def test_an_unknown_item_has_no_value(client: Client) -> None:
    _post(client, 404, key="NOPE-1", likely_cents=1)


def test_a_part_of_a_stream_in_which_nothing_waited_is_empty(thin: Client) -> None:
    told = thin.json("/v1/streams/empty/delay-cost/explain?by=stage&part=Test")
    assert (told["n"], told["included"], told["excluded"]) == (0, [], [])


def test_the_waits_of_a_journey_add_up_to_its_cost_and_are_waits_of_its_visits(
    client: Client,
) -> None:
    keys = [row["key"] for row in client.json(f"{STREAM}/delay-cost/items")["items"]][:6]
    for key in keys:
        body = client.json(f"/v1/items/{key}/journey")
        cost, waits = body["delay_cost"], body["delay_cost"]["waits"]
        assert sum(wait["cents"] for wait in waits) == cost["cents"] > 0
        sums = [cents for wait in waits for cents in wait["so_far_cents"]]
        assert (sums[0], sums[-1]) == (0, cost["cents"])
        assert sums == sorted(sums)
        told = {
            (one["stage"], one["start"], one["end"] or body["as_of"])
            for one in body["visits"]
            if one["state"] == "waiting"
        }
        assert {(wait["stage"], wait["from"], wait["to"]) for wait in waits} <= told
