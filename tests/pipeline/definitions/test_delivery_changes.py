"""What counts as a delivery became something else: a row, a line on charts, one window twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from core.settings import Service, Settings
from pipeline.database import Database
from pipeline.definition_changes import changes_answer
from pipeline.definition_numbers import DELIVERY
from pipeline.overview import overview
from pipeline.question import Question, question
from pipeline.service_answers import service_metric
from pipeline.snapshot import Snapshot
from pipeline.snapshots import Snapshots
from pipeline.stream_answers import stream_metric
from pipeline.stream_dora import pooled_metric
from pipeline.xmr_answers import xmr_answer
from tests.pipeline.definitions.delivered_shop import NOW, delivered, made
from tests.pipeline.definitions.remapped_shop import Time, clock, run

Answer = dict[str, Any]
FAILURES = {"change_fail_rate", "deployment_rework_rate", "detect_to_restore", "recovery_time"}
BOTH = {"production": ["production", "live-eu"]}
WIDER = "environments.production [production] -> [live-eu, production]"
LONGER = "dora.observation_window 3d -> 20d"


@pytest.fixture(scope="module")
def _file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("delivered") / "shop.db"
    made(found)
    return found


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Time:
    return clock(monkeypatch, NOW)


def _changes(database: Database, settings: Settings, **more: Any) -> list[Answer]:
    asked = {"stream": None, "service": None, "metric": None, "limit": 50, "cursor": None, **more}
    with database.read() as session:
        snapshot = Snapshots(settings).present(session)
        return list(changes_answer(session, snapshot, **asked)["items"])


def _rows(database: Database, settings: Settings) -> dict[str, Answer]:
    """By the name of their service or stream; each has one at most."""
    rows = _changes(database, settings)
    found = {row["service"] or row["stream"]: row for row in rows}
    assert len(found) == len(rows)
    return found


def _asked(settings: Settings, ts: int, **more: Any) -> Question:
    return question(settings, as_of=ts // 60 * 60, **more)


def _told(
    database: Database,
    settings: Settings,
    asked: Question,
    names: Iterable[str],
    slugs: Sequence[str] = DELIVERY,
) -> dict[str, dict[str, Answer]]:
    """By service and stream the metrics of deliveries; of what has no services only one."""
    with database.read() as session:
        snapshots = Snapshots(settings)
        known = asked.known_at
        snapshot = snapshots.present(session) if known is None else snapshots.known(session, known)
        return {name: _numbers(snapshot, settings, name, asked, slugs) for name in names}


def _numbers(
    snapshot: Snapshot, settings: Settings, name: str, asked: Question, slugs: Sequence[str]
) -> dict[str, Answer]:
    if name in snapshot.services:
        one = snapshot.services[name]
        return {slug: service_metric(snapshot, settings, one, slug, asked) for slug in slugs}
    stream = snapshot.streams[name]
    own = {"idea_to_release": stream_metric(snapshot, settings, stream, "idea_to_release", asked)}
    pooled = slugs if stream.config.services else ()
    return own | {slug: pooled_metric(snapshot, settings, stream, slug, asked) for slug in pooled}


@pytest.mark.parametrize(
    "same",
    [
        delivered(),
        delivered(services=["shop"], calendar={"holidays": "DE"}),
        delivered(dora={"incident_window": "1d"}),
        delivered(shop={"configuration_items": ["Shop"], "paths": ["**"]}),
        delivered().model_copy(update={"services": tuple(reversed(delivered().services))}),
    ],
)
def test_the_same_in_other_words_is_no_change(database: Database, at: Time, same: Settings) -> None:
    run(database, same, at)
    assert _changes(database, same) == []


CHANGES: dict[str, tuple[Settings, dict[str, str], set[str]]] = {
    "a place counts as production": (
        delivered(shop={"environments": BOTH}),
        {"shop": WIDER, "checkout": f"service shop: {WIDER}", "bare": f"service shop: {WIDER}"},
        {"change_lead_time", "idea_to_release", *FAILURES},
    ),
    "deployments are observed longer": (
        delivered(dora={"observation_window": "20d"}),
        dict.fromkeys(("shop", "pay", "checkout", "search"), LONGER),
        FAILURES,
    ),
    "incidents are looked back from farther": (
        delivered(dora={"incident_window": "48h"}),
        dict.fromkeys(("shop", "pay", "checkout", "search"), "dora.incident_window 1d -> 2d"),
        FAILURES,
    ),
    "nothing causes a full disk": (
        delivered(dora={"not_change_related": ["Disk*"]}),
        dict.fromkeys(
            ("shop", "pay", "checkout", "search"), "dora.not_change_related [] -> [Disk*]"
        ),
        FAILURES,
    ),
    "a branch is that of hotfixes": (
        delivered(dora={"hotfix": {"branches": ["urgent/*"]}}),
        dict.fromkeys(
            ("shop", "pay", "checkout", "search"),
            "dora.hotfix.branches [hotfix/*] -> [urgent/*]",
        ),
        {"deployment_frequency", *FAILURES},
    ),
    "nobody tells of incidents": (
        delivered(shop={"configuration_items": []}),
        {
            "shop": "configuration_items [Shop] -> []",
            "checkout": "service shop: configuration_items [Shop] -> []",
        },
        FAILURES,
    ),
    "its code comes from elsewhere": (
        delivered(shop={"repositories": ["acme/shop", "acme/pay"]}),
        {
            "shop": "repositories [acme/shop] -> [acme/pay, acme/shop]",
            "checkout": "service shop: repositories [acme/shop] -> [acme/pay, acme/shop]",
            "bare": "service shop: repositories [acme/shop] -> [acme/pay, acme/shop]",
        },
        {"change_lead_time", "idea_to_release"},
    ),
    "another service delivers a stream, too": (
        delivered(services=["shop", "pay"]),
        {"checkout": "services [shop] -> [pay, shop]"},
        {"change_lead_time", "change_fail_rate"},
    ),
    "a service is no more": (
        delivered(services=["shop"]).model_copy(
            update={
                "services": delivered().services[:1],
                "streams": tuple(
                    one.model_copy(update={"services": ("shop",)} if one.services else {})
                    for one in delivered().streams
                ),
            }
        ),
        {"search": "services [pay] -> [shop]", "bare": "service pay: no more"},
        {"idea_to_release"},
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_keeps_the_numbers_of_one_window_under_both(
    database: Database, at: Time, name: str
) -> None:
    new, words, concerned = CHANGES[name]
    old, last = delivered(), NOW - 1
    asked = _asked(old, last)
    before = _told(database, old, asked, words)
    run(database, new, at)
    rows = _rows(database, new)
    assert {of: row["what"][0] for of, row in rows.items()} == words
    assert {row["definition"] for row in rows.values()} == {"deliveries"}
    assert concerned <= {slug for row in rows.values() for slug in row["concerns"]}
    kept = "no more" not in name
    known = _told(database, new, replace(asked, known_at=last), words) if kept else {}
    again = _told(database, new, asked, words)
    moved = False
    for of, row in rows.items():
        assert datetime.fromisoformat(row["known_at"]).timestamp() == last
        assert {one["metric"] for one in row["numbers"]} == set(before[of])
        for one in row["numbers"]:
            slug = one["metric"]
            for part in ("value", "observed", "interval", "n", "excluded", "grade"):
                assert one["before"][part] == before[of][slug][part], (of, slug, part)
            if kept:
                assert known[of][slug] | {"watermarks": {}} == one["before"] | {"watermarks": {}}
            assert one["after"]["value"] == again[of][slug]["value"]
            assert one["after"]["scope"] == one["before"]["scope"]
            other = one["after"]["value"] != one["before"]["value"]
            assert not other or slug in row["concerns"], (of, slug)
            moved |= other
    assert moved


def test_the_line_is_where_the_numbers_are_others_and_nowhere_else(
    database: Database, at: Time
) -> None:
    new = delivered(shop={"environments": BOTH})
    run(database, new, at)
    asked = _asked(new, NOW + 7200, interval="quarter")
    with database.read() as session:
        snapshot = Snapshots(new).present(session)
        shop, pay = (snapshot.services[name] for name in ("shop", "pay"))
        checkout, search = (snapshot.streams[name] for name in ("checkout", "search"))
        told = [service_metric(snapshot, new, shop, slug, asked) for slug in DELIVERY]
        told += [pooled_metric(snapshot, new, checkout, slug, asked) for slug in DELIVERY]
        told += [
            stream_metric(snapshot, new, checkout, slug, asked)
            for slug in ("idea_to_release", "time_by_tool")
        ]
        chart = {"variant": "mean", "baseline": None}
        told.append(xmr_answer(snapshot, checkout, "idea_to_release", asked, **chart))
        quiet = [service_metric(snapshot, new, pay, slug, asked) for slug in DELIVERY]
        quiet += [
            stream_metric(snapshot, new, checkout, slug, asked)
            for slug in ("flow_time", "velocity", "load", "efficiency")
        ]
        quiet.append(stream_metric(snapshot, new, search, "idea_to_release", asked))
        quiet.append(xmr_answer(snapshot, checkout, "velocity", asked, **chart))
        rows = {one["name"]: one for one in overview(snapshot, new, asked, asked)["streams"]}
    for body in told:
        (row,) = body["breaks"]
        assert datetime.fromisoformat(row["at"]).timestamp() == NOW
        assert WIDER in row["what"]
        assert (row["definition"], row["dated"]) == ("deliveries", False)
        (reason,) = [line for line in body["reasons"] if WIDER in line]
        assert reason.startswith("what counts as a delivery changed on 2026-02-14")
    addresses = {body["breaks"][0]["changes"] for body in told}
    assert addresses == {
        "/v1/definitions/changes?service=shop",
        "/v1/definitions/changes?stream=checkout",
    }
    assert [body["breaks"] for body in quiet] == [[]] * len(quiet)
    assert not [line for body in quiet for line in body["reasons"] if "changed on" in line]
    assert [row["definition"] for row in rows["checkout"]["breaks"]] == ["deliveries"]


def test_a_window_that_does_not_hold_it_and_a_moment_before_it_say_nothing(
    database: Database, at: Time
) -> None:
    new = delivered(dora={"observation_window": "20d"})
    run(database, new, at)
    later = NOW + 3 * 86_400
    for asked, lines in (
        (_asked(new, later, interval="month"), 1),
        (_asked(new, later, interval="month", start="2026-02-15"), 0),
        (_asked(new, later, interval="month", end="2026-02-14"), 0),
        (replace(_asked(new, later, interval="month"), known_at=NOW - 1), 0),
    ):
        for of in ("shop", "checkout"):
            told = _told(database, new, asked, [of], ["change_fail_rate"])
            body = told[of]["change_fail_rate"]
            assert len(body["breaks"]) == lines
            assert sum("changed on" in line for line in body["reasons"]) == lines


def test_changes_are_listed_of_a_service_and_of_a_stream(database: Database, at: Time) -> None:
    new = delivered(dora={"observation_window": "20d"})
    run(database, new, at)
    (shop,) = _changes(database, new, service="shop")
    (checkout,) = _changes(database, new, stream="checkout")
    assert (shop["service"], shop["stream"]) == ("shop", None)
    assert (checkout["service"], checkout["stream"]) == (None, "checkout")
    assert _changes(database, new, stream="bare") == []
    assert _changes(database, new, metric="change_fail_rate") == []


def test_numbers_that_a_stopped_pass_left_out_come_with_the_next(
    database: Database, at: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = delivered(shop={"environments": BOTH})
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.sync.apply_mapping", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(database, new, at)
    for row in _rows(database, new).values():
        assert {one["after"] for one in row["numbers"]} == {None}
    at.ts += 60
    run(database, new, at)
    rows = _rows(database, new)
    assert set(rows) == {"shop", "checkout", "bare"}
    for row in rows.values():
        assert all(one["after"] is not None for one in row["numbers"])


def test_what_was_never_told_has_no_change(database: Database, at: Time) -> None:
    cart = Service(name="cart", repositories=("acme/cart",))
    old = delivered()
    new = old.model_copy(update={"services": (*old.services, cart)})
    run(database, new, at)
    (row,) = _changes(database, new)
    assert (row["stream"], row["what"]) == ("bare", ["service cart: new"])


def test_a_copy_of_an_older_version_begins_to_notice(database: Database, at: Time) -> None:
    with database.writing() as session:
        session.execute(text("DELETE FROM store_setting WHERE name = 'definition_of_deliveries'"))
    run(database, delivered(dora={"observation_window": "20d"}), at)
    assert _changes(database, delivered()) == []
    at.ts += 60
    run(database, delivered(), at)
    assert set(_rows(database, delivered())) == {"shop", "pay", "checkout", "search"}
