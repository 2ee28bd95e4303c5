"""What the texts of incidents and of their fixes name, and what they only seem to."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from core.frames import NONE
from core.records import Entity
from correlator.incident_texts import (
    blamed_numbers,
    numbers_in,
    plain_text,
    shas_in,
    words_of_versions,
)
from tests.correlator.builders import evidence, frame
from tests.correlator.desk import HOUR, deployed, incidents, linked, table

SHA = "3f2a91c0" + "a1" * 16
GIVEN = evidence(
    item_keys=frame("item_keys", {"key": "SHOP-12", "item_id": 12}),
    commits=frame(
        "commits",
        {"commit_id": 1, "sha": "b" * 40, "message": "Old"},
        {"commit_id": 2, "sha": SHA, "message": "SHOP-12: retry"},
    ),
    claims=frame(
        "claims", {"commit_id": 1, "deployment_id": 1}, {"commit_id": 2, "deployment_id": 2}
    ),
    builds=frame(
        "builds",
        {"build_id": 1, "external_id": "b1", "job": "shop/web", "number": 6},
        {"build_id": 2, "external_id": "b2", "job": "shop/web", "number": 7},
    ),
    changes=frame("changes", {"change_id": 1, "number": "CHG0030001", "correlation": "shop/web#7"}),
    deployments=deployed(
        {"at": 10, "version": "4.11.0", "sha": "b" * 40, "build_external_id": "b1"},
        {"at": 20, "version": "v4.12.0", "build_external_id": "b2", "external_id": "4711"},
    ),
)
BEFORE = ("key_in_message", "same_build", "correlation")


def named(text: str, **incident: object) -> dict[tuple[int, int], float]:
    hit = incidents({"opened": 21, "description": text, **incident})
    return linked(replace(GIVEN, incidents=hit), "named_in_incident", *BEFORE)


@pytest.mark.parametrize(
    "text",
    [
        "Since 4.12.0 nothing works.",
        "Checkout fails with v4.12.0",
        "After deployment 4711",
        "Bisected to 3f2a91c0.",
        f"Bisected to {SHA.upper()}",
        "Looks like SHOP-12",
        "https://ci.example/job/shop/job/web/7/console went live",
        "Was shop/web#7 to blame?",
        "During CHG0030001",
    ],
)
def test_an_incident_names_a_deployment_in_many_ways(text: str) -> None:
    assert named(text) == {(2, 1): 0.8}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Took 4.12 seconds, 3 of 4711 failed",
        "Order 3000000 and defaced effaced",
        "Unrelated to 4.12.0",
        "4.12.0 was not the cause",
        "Not caused by CHG0030001",
        "SHOP-13, SHOP-120",
        "https://ci.example/job/shop/job/other/7/",
    ],
)
def test_what_is_denied_or_only_looks_like_a_name_accuses_nobody(text: str) -> None:
    assert named(text) == {}


def test_a_denial_ends_with_its_clause() -> None:
    assert named("Unrelated to 4.11.0; it came with 4.12.0") == {(2, 1): 0.8}
    assert named("Not caused by 4.11.0 but by 4.12.0") == {(2, 1): 0.8}


def test_of_two_that_are_named_the_later_is_likelier() -> None:
    assert named("Seen in 4.11.0, worse in 4.12.0") == {(2, 1): 0.8, (1, 1): 0.4}
    assert named("Worked in 4.11.0, broken in 4.12.0") == {(2, 1): 0.8, (1, 1): 0.2}
    assert named("Was fine until version 4.12.0") == {(2, 1): 0.2}


def test_the_version_that_runs_is_told_without_accusing_it() -> None:
    assert named("Running version 4.12.0") == {(2, 1): 0.2}
    assert named("Version: 4.12.0. Began with 4.12.0") == {(2, 1): 0.8}


def test_another_service_and_a_deployment_after_it_began_are_not_meant() -> None:
    assert named("Since 4.12.0", service_id=2) == {}
    assert named("Since 4.12.0", opened=19.9) == {}
    assert named("Since 4.12.0", opened=20 + 72.1) == {}


def test_the_fix_names_what_broke() -> None:
    fix = {"commit_id": 3, "sha": "c" * 40, "message": "Fix inc0000001, came with 3f2a91c0"}
    given = replace(
        GIVEN,
        commits=frame("commits", *GIVEN.commits.to_dict("records"), fix),
        incidents=incidents({"opened": 21}),
    )
    assert linked(given, "named_in_fix", *BEFORE) == {(2, 1): 0.8}
    (said,) = table(given, "named_in_fix", *BEFORE)["evidence"]
    assert said == ("cccccccc, which names the incident, names 3f2a91c0, a commit of web v4.12.0")


def test_a_change_in_the_text_is_the_cause_only_where_the_text_says_so() -> None:
    known = ["CHG0030001"]
    texts = [
        "Caused by CHG0030001",
        "Root cause: change chg0030001 of yesterday",
        "Not caused by CHG0030001",
        "During CHG0030001",
        "Caused by a storm. CHG0030001 was on its way",
    ]
    assert blamed_numbers(texts, known)["row"].tolist() == [0, 1]


def test_the_change_that_a_text_blames_is_traced_to_its_deployment() -> None:
    hit = incidents({"opened": 21, "title": "Broken by CHG0030001"}, {"opened": 15})
    hit["caused_by_external_id"] = ["", "c1"]
    changes = GIVEN.changes.assign(external_id="c1")
    given = replace(GIVEN, incidents=hit, changes=changes)
    before = (*BEFORE, "caused_by", "caused_by_text")
    # The second incident names it too, but began before that deployment did.
    assert linked(given, "caused_by_change", *before) == {(2, 1): 1.0, (2, 2): 0.25}


@pytest.mark.parametrize(
    ("opened", "service", "sure"),
    [(20 + 73, 2, 0.25), (20 + 71, 2, 1.0), (20 + 73, 1, 1.0), (20 + 73, NONE, 1.0)],
)
def test_a_change_of_another_service_long_before_is_most_likely_a_slip_of_the_pen(
    opened: float, service: int, sure: float
) -> None:
    changes = GIVEN.changes.assign(external_id="c1")
    hit = incidents({"opened": opened, "service_id": service, "caused_by_external_id": "c1"})
    given = replace(GIVEN, changes=changes, incidents=hit)
    before = ("same_build", "correlation", "caused_by")
    assert linked(given, "caused_by_change", *before) == {(2, 1): sure}


def test_a_correlation_of_an_incident_names_its_build_if_that_ran_before_it() -> None:
    told = {"correlation": "https://ci.example/job/shop/job/web/7/"}
    hit = incidents({"opened": 21, **told}, {"opened": 19, **told})
    assert linked(replace(GIVEN, incidents=hit), "incident_correlation", "same_build") == {
        (2, 1): 1.0
    }


def test_numbers_are_found_in_any_case_and_whole() -> None:
    texts = ["inc0010001", "XINC0010001 INC00100012 INC0010002", "(INC0010001)"]
    found = numbers_in(texts, ["INC0010001", "-- drop", "", "(a+)+$"])
    assert found["row"].tolist() == [0, 2]


def test_words_of_versions_and_shas() -> None:
    assert list(words_of_versions("Release 88 and v4.12, 4.13 at 2026.10.01-2.")) == [
        "88",
        "4.12",
        "2026.10.01-2",
    ]
    assert list(shas_in("deadbeef 1234567 abc1234 x-abc1234")) == ["abc1234"]


@pytest.mark.parametrize("piece", ["is not ", "unrelated to ", "a#", "caused by ", "x." * 9, "1a"])
def test_a_huge_text_is_read_in_time(piece: str) -> None:
    text = piece * (2_000_000 // len(piece))
    begun = time.thread_time()
    plain = plain_text(text)
    list(words_of_versions(plain))
    list(shas_in(plain))
    blamed_numbers([text], ["CHG0030001"])
    assert time.thread_time() - begun < 5


def test_a_change_reaches_its_deployments_and_tickets_by_text_build_and_time() -> None:
    changes = frame(
        "changes",
        {"change_id": 1, "description": "Deploys https://ci.example/job/shop/job/web/7/"},
        {"change_id": 2, "title": "Release 4.12.0", "created_ts": 10 * HOUR},
        {"change_id": 3, "title": "Release 4.12.0", "created_ts": 200 * HOUR},
        {"change_id": 4, "number": "CHG0000004"},
        {"change_id": 5, "started_ts": 19 * HOUR, "finished_ts": 21 * HOUR},
        {"change_id": 6, "started_ts": 9 * HOUR, "finished_ts": 21 * HOUR},
        {"change_id": 7, "started_ts": 19 * HOUR, "finished_ts": 21 * HOUR, "service_id": 2},
    )
    builds = GIVEN.builds.assign(parameters=['{"CHANGE": "CHG0000004"}', "{}"])
    given = replace(GIVEN, changes=changes, builds=builds)
    assert linked(given, "change_text", "same_build") == {(2, 1): 0.8, (2, 2): 0.8}
    assert linked(given, "change_in_build", "same_build") == {(1, 4): 0.9}
    assert linked(given, "change_window") == {(2, 5): 0.4}
    before = ("key_in_message", "first_deployment", "same_build", "change_text", "change_window")
    tickets = table(given, "deployed_under", *before)
    assert set(tickets["a_kind"]) == {Entity.ITEM}
    pairs = zip(tickets["a_id"], tickets["b_id"], strict=True)
    sure = {pair: round(c, 2) for pair, c in zip(pairs, tickets["confidence"], strict=True)}
    assert sure == {(12, 1): 0.58, (12, 2): 0.58, (12, 5): 0.29}
