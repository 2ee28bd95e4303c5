"""Features over HTTP: what is taken, what is refused, what becomes of it, and when it was known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.schemas import Envelope
from api.schemas_journey import Explained, JourneyBody
from api.schemas_value import OutcomesBody, UnexposedBody
from pipeline.sync import bring_up_to_date
from pipeline.value_measures import VALUE_SLUGS
from store.models import exposure_event, outcome, raw_record
from tests.api.feature_events import exposed, measured, release_all
from tests.api.pushing import SHA, TICKET, Pushing, cloud, event, pushing

STREAM = "/v1/streams/checkout"
RELEASED = int(datetime(2026, 8, 3, 8, tzinfo=UTC).timestamp())


def story(number: int, *, at: str = "2026-08-03T08:00:00Z") -> list[dict[str, Any]]:
    """A ticket with a value that is merged, deployed and done."""
    sha = SHA[:-2] + f"{number:02d}"
    key = f"SHOP-{number}"
    return [
        event("ticket.created", key, at="2026-08-01T08:00:00Z", content=TICKET, valuePerWeek=700),
        event("ticket.updated", key, at="2026-08-02T08:00:00Z", status="In Progress",
              statusCategory="active", content={"uri": "https://t.example/1"}),
        event("change.merged", f"web/{number}", at="2026-08-02T12:00:00Z", mergeSha=sha,
              content={"repository": {"id": "shop/web"}, "description": f"{key}: it"}),
        event("service.deployed", "web", at=at, sha=sha, repository="shop/web",
              content={"environment": {"id": "production"}, "artifactId": f"pkg:oci/web@{number}"}),
        event("ticket.closed", key, at="2026-08-04T08:00:00Z",
              content={"uri": "https://t.example/1", "resolution": "done"}),
    ]  # fmt: skip


@pytest.fixture
def tools(tmp_path: Path, sqlite_url: str) -> Iterator[Pushing]:
    with pushing(tmp_path, sqlite_url) as found:
        yield found


TOLD = [
    exposed("pay", "2026-08-05T08:00:00Z", 0.1, "SHOP-1"),
    exposed("pay", "2026-08-07T08:00:00Z", 1.0),
    measured("pay", "2026-08-08T08:00:00Z", share=0.05),
    measured("pay", "2026-08-15T08:00:00Z", share=0.4),
    measured("SHOP-1", "2026-08-20T08:00:00Z", measure="revenue", valueCents=150_000,
             attribution="experiment", effect="direct"),
]  # fmt: skip


def _told(tools: Pushing, *events: Any, stories: int = 1) -> None:
    for number in range(1, stories + 1):
        tools.take(*story(number))
    tools.look()
    release_all(tools, RELEASED)
    tools.take(*events)


def test_a_feature_closes_the_clock_from_idea_to_use(tools: Pushing) -> None:
    _told(tools, *TOLD)
    body = tools.client.json("/v1/items/SHOP-1/outcomes")
    OutcomesBody.model_validate(body, strict=True)
    assert (body["released_at"], body["shown_at"], body["live_at"]) == (
        "2026-08-03T08:00:00Z", "2026-08-05T08:00:00Z", "2026-08-07T08:00:00Z"
    )  # fmt: skip
    days = {name: body[f"{name}_s"] // 86_400 for name in
            ("idea_to_live", "time_to_first_use", "time_to_adoption")}  # fmt: skip
    assert days == {"idea_to_live": 6, "time_to_first_use": 3, "time_to_adoption": 10}
    first, later = body["returns"]
    assert (first["days"], first["over"], first["expected_cents"]) == (30, True, 300_000)
    assert first["realised"] == [
        {"attribution": "experiment", "effect": "direct", "cents": 150_000, "ratio": 0.5}
    ]
    assert (later["days"], later["expected_cents"]) == (90, 900_000)


def test_five_items_get_an_answer_and_each_number_its_items(tools: Pushing) -> None:
    more = [
        exposed(f"f{n}", f"2026-08-{10 + n:02d}T08:00:00Z", 1.0, f"SHOP-{n}") for n in (2, 3, 4)
    ]
    more.append(exposed("f5", "2026-08-04T08:00:00Z", 0.0, "SHOP-5"))
    _told(tools, *TOLD, *more, stories=5)
    window = "from=2026-08-01&to=2026-11-01"
    for slug in VALUE_SLUGS:
        body = tools.client.json(f"{STREAM}/metrics/{slug}?{window}")
        Envelope.model_validate(body, strict=True)
        behind = tools.client.json(body["explain"])
        Explained.model_validate(behind, strict=True)
        assert behind["n"] == len(behind["included"]) == body["n"]
        assert len(behind["excluded"]) == sum(body["excluded"].values())
    live = tools.client.json(f"{STREAM}/metrics/idea_to_live?{window}")
    told = live["value"]["p50"] or live["observed"]["p50"]
    assert (live["n"], told, live["excluded"]) == (4, 11.0, {"not_exposed": 1})
    coverage = tools.client.json(f"{STREAM}/metrics/outcome_coverage?{window}")
    assert (coverage["value"]["numerator"], coverage["value"]["denominator"]) == (1, 5)
    brought = tools.client.json(f"{STREAM}/metrics/realised_value?{window}")
    assert brought["observed"]["experiment_30"] == 0.5
    assert brought["excluded"] == {"no_value_told": 3}


def test_what_is_shipped_and_not_switched_on_is_listed_with_its_burn(tools: Pushing) -> None:
    _told(
        tools,
        *TOLD,
        exposed("f2", "2026-08-04T08:00:00Z", 0.0, "SHOP-2"),
        exposed("f3", "2026-08-04T08:00:00Z", 0.2, "SHOP-3"),
        stories=4,
    )
    body = tools.client.json(f"{STREAM}/unexposed?to=2026-08-13T08:00:00Z")
    UnexposedBody.model_validate(body, strict=True)
    assert [(row["key"], row["state"], row["share"], row["age_s"]) for row in body["items"]] == [
        ("SHOP-2", "never_on", 0.0, 10 * 86_400), ("SHOP-3", "partly_on", 0.2, 10 * 86_400)
    ]  # fmt: skip
    value = body["value"]
    assert (value["never_on"], value["partly_on"], value["valued"]) == (1, 1, 2)
    assert value["count"] is None  # C3: nobody told which commits these deployments hold
    value = body["observed"]
    assert (value["count"], value["burn_rate_cents"], value["oldest_d"]) == (2, 140_000, 10)
    assert body["excluded"] == {"not_told": 1}
    assert body["items"][0]["features"] == ["f2"]
    again = tools.client.json(f"{STREAM}/metrics/unexposed?to=2026-08-13T08:00:00Z")
    assert again["observed"] == value


def test_a_switch_off_puts_an_item_back_into_the_stock(tools: Pushing) -> None:
    _told(tools, *TOLD, exposed("pay", "2026-10-01T08:00:00Z", 0.0))
    body = tools.client.json(f"{STREAM}/unexposed?to=2026-10-11T08:00:00Z")
    [row] = body["items"]
    assert (row["state"], row["since"], row["age_s"]) == (
        "switched_off", "2026-10-01T08:00:00Z", 10 * 86_400
    )  # fmt: skip
    told = tools.client.json("/v1/items/SHOP-1/outcomes")
    assert (told["live_at"], told["switched_off_at"]) == (
        "2026-08-07T08:00:00Z", "2026-10-01T08:00:00Z"
    )  # fmt: skip


def test_without_any_tool_there_is_no_number_and_no_zero(tools: Pushing) -> None:
    _told(tools)
    window = "from=2026-08-01&to=2026-11-01"
    for slug, why in {
        "idea_to_live": "no tool reports exposure",
        "unexposed": "no tool reports exposure",
        "time_to_first_use": "no tool reports use",
        "time_to_adoption": "no tool reports use",
        "realised_value": "no tool reports outcomes",
    }.items():
        body = tools.client.json(f"{STREAM}/metrics/{slug}?{window}")
        assert why in body["reasons"], slug
        names = {"count", "burn_rate_cents"} & set(body["value"]) or set(body["value"])
        assert {body["value"][name] for name in names} == {None}, slug
    told = tools.client.json("/v1/items/SHOP-1/outcomes")
    assert (told["live_at"], told["live_reason"]) == (None, "no tool tells of its exposure")
    assert told["first_use_reason"] == "no tool tells of its use"


def test_the_journey_shows_exposure_and_use_with_their_evidence(tools: Pushing) -> None:
    _told(tools, *TOLD)
    body = tools.journey("SHOP-1")
    JourneyBody.model_validate(body, strict=True)
    [lane] = [one for one in body["lanes"] if one["detail"] == "features"]
    assert [(one["kind"], one["label"]) for one in lane["events"]] == [
        ("exposure", "pay on for 10% in production"),
        ("exposure", "pay on for 100% in production"),
        ("outcome", "users: used by 5%"),
        ("outcome", "users: used by 40%"),
        ("outcome", "revenue: value 1500.00 (experiment, direct)"),
    ]
    why = {line["event"]: line["why"] for line in body["evidence"] if line["tool"] == "tools"}
    assert (
        why["pay on for 10% in production"] == "an event of tools says that pay belongs to SHOP-1"
    )
    assert "names SHOP-1" in why["revenue: value 1500.00 (experiment, direct)"]


@pytest.mark.parametrize("order", [(1, 2, 0), (2, 0, 1)])
def test_the_order_of_arrival_and_repetitions_change_nothing(
    tools: Pushing, order: tuple[int, ...]
) -> None:
    parts = [story(1), TOLD[:2], TOLD[2:]]
    for place in order:
        tools.take(*parts[place])
    tools.look()
    release_all(tools, RELEASED)
    answer = tools.post([cloud(one) for one in TOLD], _BATCH)
    assert answer.status_code == 200, answer.text
    assert answer.json()["duplicates"] == len(TOLD)
    body = tools.client.json("/v1/items/SHOP-1/outcomes")
    assert (len(body["exposure"]), len(body["measured"])) == (2, 3)
    assert body["idea_to_live_s"] == 6 * 86_400


_BATCH = {"content-type": "application/cloudevents-batch+json"}


def test_an_answer_counts_what_had_been_received_by_then(
    tools: Pushing, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools.take(*story(1))
    tools.look()
    release_all(tools, RELEASED)
    with tools.database.read() as session:
        begun = session.execute(select(raw_record.c.fetched_ts)).scalars().first()
    assert begun is not None
    for hours, one in enumerate(TOLD, start=1):
        monkeypatch.setattr("pipeline.events.now_ts", lambda at=begun + hours * 3600: at)
        tools.take(one)
    monkeypatch.setattr("api.deps.now_ts", lambda: begun + 99 * 3600)
    heard = []
    for hours in range(6):
        at = f"known_at={_iso(begun + hours * 3600 + 60)}"
        body = tools.client.json(f"/v1/items/SHOP-1/outcomes?{at}")
        live = tools.client.json(f"{STREAM}/metrics/idea_to_live?from=2026-08-01&{at}")
        assert live["n"] == (1 if body["live_at"] else 0)
        heard.append((len(body["exposure"]), len(body["measured"]), bool(body["live_at"])))
    assert heard == [
        (0, 0, False), (1, 0, False), (2, 0, True), (2, 1, True), (2, 2, True), (2, 3, True)
    ]  # fmt: skip


def _iso(ts: int) -> str:
    return datetime.fromtimestamp(ts, UTC).isoformat().replace("+00:00", "Z")


def test_no_rebuild_drops_what_was_told(tools: Pushing) -> None:
    _told(tools, *TOLD)
    before = tools.client.json("/v1/items/SHOP-1/outcomes")
    bring_up_to_date(tools.settings, tools.database, everything=True)
    after = tools.client.json("/v1/items/SHOP-1/outcomes")
    for name in ("exposure", "measured"):
        assert after[name] == before[name] != []
    with tools.database.read() as session:
        assert len(session.execute(select(exposure_event.c.id)).all()) == 2
        assert len(session.execute(select(outcome.c.id)).all()) == 3


def test_a_batch_with_one_bad_event_is_refused_whole_and_names_its_field(tools: Pushing) -> None:
    bad = exposed("f", "2026-08-05T08:00:00Z", 50)
    answer = tools.post([cloud(TOLD[0]), cloud(bad)], _BATCH)
    assert answer.status_code == 422, answer.text
    assert answer.json()["field"] == "[1].data.subject.content.share"
    with tools.database.read() as session:
        assert session.execute(select(exposure_event.c.id)).all() == []


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/v1/items/NOPE-1/outcomes", 404),
        ("/v1/items/SHOP-1/outcomes?from=2026-08-01", 422),
        ("/v1/items/SHOP-1/outcomes?known_at=soon", 422),
        (f"{STREAM}/unexposed?team=nobody", 422),
        (f"{STREAM}/metrics/idea_to_live?calendar=working", 422),
        ("/v1/streams/nope/unexposed", 404),
    ],
)
def test_bad_questions_are_refused(tools: Pushing, address: str, status: int) -> None:
    tools.take(*story(1))
    tools.look()
    tools.client.problem(address, status)
