"""What an incident is put down to, and why nothing where nothing is."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from core.frames import NONE
from metrics import coverage, delivery
from metrics.deployment_verdicts import deployment_verdicts
from metrics.incident_facts import REASONS, VerdictRules, incident_verdicts
from metrics.periods import Window
from tests.metrics.history import frame
from tests.metrics.tables import Row, deployment_table, incident_table, table

HOUR, DAY = 3600, 86_400
DEPLOYED = frame(
    "service_id finished_ts result",
    [(1, 0, "success"), (1, 10 * DAY, "success"), (1, 20 * DAY, "failed"), (2, DAY, "success")],
)
RULES = VerdictRules(deployments=DEPLOYED, window_s=DAY)
LINKS = "incident_id deployment_id confidence combined service_id"


def incidents(*rows: Row) -> pd.DataFrame:
    usual: Row = {
        **{"incident_id": 1, "service_id": 1, "duplicate_of": NONE, "opened_ts": 5 * DAY},
        **{"resolved_ts": NONE, "title": "Errors", "caused_by": ""},
    }
    return table(usual, rows)


def verdict(row: Row, *links: tuple[int, int, float, float, int]) -> tuple[str, str, str]:
    found = incident_verdicts(incidents(row), frame(LINKS, links), RULES)
    (one,) = found.to_dict("records")
    return one["verdict"], one["method"], one["reason"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"opened_ts": 10 * DAY + HOUR}, "several_candidates"),
        ({"opened_ts": 5 * DAY, "caused_by": "c9"}, "change_unknown"),
        ({"service_id": NONE}, "service_unknown"),
        ({"opened_ts": 20 * DAY + HOUR}, "failed_deployment"),
        ({"opened_ts": DAY // 2, "service_id": 2}, "history_missing"),
        ({"service_id": 9}, "history_missing"),
    ],
)
def test_an_incident_stays_open_with_the_reason(row: Row, reason: str) -> None:
    assert verdict(row) == ("unattributed", "unattributed", reason)


def test_without_a_deployment_in_the_window_no_change_caused_it() -> None:
    told = ("not_change_related", "not_change_related", "no_deployment")
    assert verdict({"opened_ts": 11 * DAY + 1}) == told
    assert verdict({"opened_ts": 11 * DAY}) != told
    assert verdict({"opened_ts": 11 * DAY + 1, "start_ts": 11 * DAY}) != told


def test_what_time_speaks_against_is_likely_due_to_none_yet_widens_the_band() -> None:
    rules = VerdictRules(DEPLOYED, DAY, unlikely=frozenset({2}))
    opened = {1: 10 * DAY + 2 * HOUR, 2: 10 * DAY + 3 * HOUR, 3: 11 * DAY + 1}
    rows = incidents(*({"incident_id": one, "opened_ts": at} for one, at in opened.items()))
    links = frame(LINKS, [(2, 5, 0.2, 0.2, 1), (2, 6, 0.1, 0.1, 1)])
    found = incident_verdicts(rows, links, rules)
    assert found["reason"].tolist() == ["several_candidates", "unlikely", "no_deployment"]
    assert found["verdict"].tolist() == ["unattributed", *["not_change_related"] * 2]
    late, none = (found[found["incident_id"] == one] for one in (2, 3))
    rates = [
        delivery.change_fail_rate(
            deployment_table({"finished_ts": 10 * DAY}),
            one,
            window=Window(0, 30 * DAY),
            as_of=50 * DAY,
            observation_window_s=3 * DAY,
            incident_window_s=DAY,
        ).value
        for one in (late, none)
    ]
    assert [(rate["strict"], rate["lenient"]) for rate in rates] == [(0, 1), (0, 0)]


def test_a_single_weak_candidate_is_told_as_such_and_less_is_not() -> None:
    assert verdict({}, (1, 5, 0.4, 0.4, 1)) == ("attributed", "proximity", "")
    assert verdict({}, (1, 5, 0.2, 0.28, 1), (1, 6, 0.1, 0.1, 1))[0] == "unattributed"


def test_what_is_told_outweighs_the_odds_of_time() -> None:
    rules = VerdictRules(DEPLOYED, DAY, unlikely=frozenset({1}))
    found = incident_verdicts(incidents({}), frame(LINKS, [(1, 5, 0.8, 0.8, 1)]), rules)
    assert found["verdict"].tolist() == ["attributed"]


def test_a_single_candidate_that_is_not_likely_enough_has_a_reason_of_its_own() -> None:
    row: Row = {"opened_ts": 10 * DAY + HOUR}
    assert verdict(row, (1, 5, 0.2, 0.2, 1))[2] == "one_candidate"
    assert verdict(row, (1, 5, 0.2, 0.2, 1), (1, 6, 0.1, 0.1, 1))[2] == "several_candidates"


def test_the_reasons_are_documented_in_the_order_in_which_they_are_asked() -> None:
    text = Path("docs/correlation.md").read_text(encoding="utf-8")
    table_ = text.split("Else it is `unattributed`")[1].split("\n\n")[1]
    named = re.findall(r"^\| `(\w+)` \|", table_, re.M)
    assert named == list(REASONS)
    (row,) = re.findall(r"^\| incident \| without cause.*$", text, re.M)
    assert re.findall(r"`(\w+)`", row)[1:] == named
    # Of an incident for which several hold the first is told.
    all_hold: Row = {"opened_ts": DAY // 2, "service_id": NONE, "caused_by": "c9"}
    two = ((1, 5, 0.2, 0.2, 1), (1, 6, 0.1, 0.1, 1))
    assert [verdict(all_hold, *two[:count])[2] for count in (2, 1, 0)] == named[:3]
    rest = (
        {"opened_ts": DAY // 2, "service_id": NONE},
        {"opened_ts": DAY + HOUR, "service_id": 3},
        {"opened_ts": DAY // 2, "service_id": 3},
    )
    failed = frame("service_id finished_ts result", [(3, DAY, "failed")])
    rules = VerdictRules(failed, DAY)
    told = [incident_verdicts(incidents(one), frame(LINKS, []), rules) for one in rest]
    assert [one["reason"].item() for one in told] == named[3:]


def test_weak_reasons_together_are_told_but_never_sure() -> None:
    assert verdict({}, (1, 5, 0.45, 0.9, 1)) == ("attributed", "proximity", "")
    found = incident_verdicts(
        incidents({}), frame(LINKS, [(1, 5, 0.45, 0.95, 1), (1, 6, 0.8, 0.8, 1)]), RULES
    )
    assert found["deployment_id"].tolist() == [6]


def test_a_configured_pattern_excuses_all_but_what_evidence_accuses() -> None:
    rules = VerdictRules(DEPLOYED, DAY, patterns=("*provider outage*", "Disk *"))
    rows = incidents(
        {"incident_id": 1, "title": "Provider OUTAGE at eu-west"},
        {"incident_id": 2, "title": "disk full"},
        {"incident_id": 3, "title": "A disk full"},
        {"incident_id": 4, "title": "Disk full"},
    )
    rows = rows.assign(opened_ts=10 * DAY + HOUR)
    links = [(2, 5, 0.4, 0.4, 1), (3, 5, 0.4, 0.4, 1), (4, 5, 0.9, 0.9, 1)]
    found = incident_verdicts(rows, frame(LINKS, links), rules).set_index("incident_id")
    assert found["verdict"].to_dict() == {
        1: "not_change_related",
        2: "not_change_related",
        3: "attributed",
        4: "attributed",
    }
    assert found.loc[2, "deployment_id"] == NONE


def test_incidents_that_no_change_caused_widen_no_band_and_leave_coverage() -> None:
    deployments = deployment_table({"finished_ts": 0})
    weak, other = (
        incident_table({"opened_ts": HOUR, "method": "proximity"}),
        incident_table({"opened_ts": HOUR, "method": "not_change_related"}),
    )
    spans = {"observation_window_s": 3 * DAY, "incident_window_s": DAY}
    window = Window(0, 30 * DAY)
    rates = [
        delivery.change_fail_rate(deployments, one, window=window, as_of=50 * DAY, **spans).value
        for one in (weak, other)
    ]
    assert [rate["strict"] for rate in rates] == [0, 0]
    assert [rate["lenient"] for rate in rates] == [1, 0]
    every = pd.concat([weak, other, incident_table({"opened_ts": HOUR})])
    covered = coverage.attributed_incidents(every, window=window)
    assert (covered.numerator, covered.denominator) == (1, 2)


def test_a_deployment_is_sound_only_once_it_was_observed_long_enough() -> None:
    deployments = deployment_table(
        {"finished_ts": 0},
        {"finished_ts": 9 * DAY},
        {"finished_ts": 9 * DAY, "failed": 1},
        {"finished_ts": 2 * DAY},
    )
    incidents = incident_table({"opened_ts": 2 * DAY + HOUR})
    spans = {"observation_window_s": 3 * DAY, "incident_window_s": DAY}
    told = deployment_verdicts(deployments, incidents, as_of=10 * DAY, **spans)
    assert told["strict"].tolist() == ["no", "pending", "yes", "no"]
    assert told["lenient"].tolist() == ["no", "pending", "yes", "yes"]
    # A failure that is found later restates the verdict.
    late = deployment_verdicts(deployments.assign(failed=1), incidents, as_of=10 * DAY, **spans)
    assert set(late["strict"]) == {"yes"}
