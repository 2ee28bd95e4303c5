"""`headwater dora`: the five metrics of each service, with the reasons in plain words."""

from __future__ import annotations

import json
import re

import pytest

from cli.words import reasons
from tests.cli.conftest import Run

METRICS = ["Change lead time", "Deployment frequency", "Recovery time", "Change fail rate"]


def test_the_metrics_of_every_service_of_the_stream_are_shown(headwater: Run) -> None:
    outcome = headwater("dora", "checkout")
    assert outcome.status == 0
    assert outcome.out.startswith("Checkout, last 90 days")
    for name in ("web", "payments", "all of them together"):
        assert f"\n{name}\n" in outcome.out
    for metric in [*METRICS, "Rework rate"]:
        assert outcome.out.count(f"\n{metric}") == 3
    assert "C5<" not in outcome.out


def test_an_unknown_stream_is_one_line_and_status_1(headwater: Run) -> None:
    outcome = headwater("dora", "shop")
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err == ('there is no value stream "shop"; known: checkout, fulfilment, search\n')


def test_json_has_the_envelopes(headwater: Run) -> None:
    (body,) = headwater("dora", "checkout", "--days", "200", "--json").lines
    assert [one["service"] for one in body["services"]] == ["web", "payments"]
    count = body["services"][0]["deployment_frequency"]["value"]["count"]
    assert count > 0
    shown = headwater("dora", "checkout", "--days", "200").out
    assert f"{count}: " in shown


@pytest.mark.parametrize("columns", [40, 60, 120])
def test_any_width_shows_the_names_whole(
    headwater: Run, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.dora.console._width", columns)
    outcome = headwater("dora", "checkout")
    assert outcome.status == 0
    assert all(metric in outcome.out for metric in METRICS)
    assert all(len(line) <= columns for line in outcome.out.splitlines())


def test_reasons_are_told_in_plain_words() -> None:
    told = reasons(
        [
            "withheld: C5<0.5",
            "C3: nothing to cover",
            "snow is stale",
            "n<59",
            "p95 withheld: n<59",
            "p85 withheld: n<19",
            "no incident source for this service",
            "withheld: jira is read back to 2026-08-04 only",
            "jira is read from 2026-08-04 on only: `history` of its [[sources]]",
            "jira: what last changed before 2026-08-04 is still to come",
        ],
        shown=("p50", "p85"),
    )
    assert told == [
        "withheld: less than 50 % of incidents name their cause (C5)",
        "snow was not read lately",
        "fewer than 59 in the sample",
        "p85 withheld: fewer than 19 in the sample",
        "no incident source for this service",
        "withheld: jira is read back to 4 Aug 2026 only",
        "jira is read from 4 Aug 2026 on only: `history` of its [[sources]]",
        "what last changed before 4 Aug 2026 is still to come from jira",
    ]


def test_numbers_are_the_same_in_json_and_in_words(headwater: Run) -> None:
    body = json.loads(headwater("dora", "fulfilment", "--days", "300", "--json").out)
    shown = headwater("dora", "fulfilment", "--days", "300").out
    rate = body["services"][0]["change_fail_rate"]["value"]
    assert f"{rate['numerator']} of {rate['denominator']}, " in shown


def test_the_cycle_says_of_how_many_requests_each_part_is_known(headwater: Run) -> None:
    words = ("dora", "fulfilment", "--days", "300")
    (service,) = json.loads(headwater(*words, "--json").out)["services"]
    value = service["delivery_cycle"]["value"]
    assert value["pickup_no_review"] > 0
    lines = headwater(*words).out.splitlines()
    place = next(n for n, line in enumerate(lines) if line.startswith("First commit to deploy"))
    parts = [line.split() for line in lines[place + 1 : place + 5]]
    assert [words[0] for words in parts] == ["coding", "pickup", "review", "deploy"]
    told = " ".join(parts[1])
    assert f"{value['pickup_known']} known, {value['pickup_no_review']} no review" in told
    assert "half within" in told


def test_what_there_is_none_of_is_no_zero(headwater: Run) -> None:
    out = headwater("dora", "search", "--days", "1").out
    lines = [line for line in out.splitlines() if line.startswith(("Change", "Rework", "Recov"))]
    assert lines
    assert all("no data" in line for line in lines)
    assert "coding" not in out


def test_the_survey_is_context_and_no_level(headwater: Run) -> None:
    out = " ".join(headwater("dora", "fulfilment", "--days", "300").out.split())
    assert "DORA's survey of 2024 (context, no goal): change lead time \"between" in out
    assert "Do not make them goals" in out
    assert not re.search(r"\b(elite|high|medium|low)\b", out, re.IGNORECASE)
    help_ = " ".join(headwater("dora", "--help").out.split())
    assert "make them no goals" in help_
