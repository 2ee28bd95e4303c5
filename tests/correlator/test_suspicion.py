"""Service and time alone: the weakest evidence, and how far it reaches."""

from __future__ import annotations

import pandas as pd

from correlator.delays import learned_window
from tests.correlator.builders import evidence
from tests.correlator.desk import HOUR, deployed, incidents, linked, table


def test_the_only_deployment_of_the_service_in_the_window_is_a_suspect() -> None:
    given = evidence(
        deployments=deployed(
            {"at": 2, "sha": "a"},
            {"at": 30, "sha": "b"},
            {"at": 31, "sha": "x", "service_id": 2},
            {"at": 33, "sha": "c"},
            {"at": 31, "sha": "f", "result": "failed"},
            {"at": 31, "sha": "s", "target": "staging"},
        ),
        incidents=incidents({"opened": 32}, {"opened": 32, "service_id": -(2**63)}),
    )
    assert linked(given, "proximity") == {(2, 1): 0.4}
    (said,) = table(given, "proximity")["evidence"]
    assert said == (
        "web b was deployed 2 h before the incident began, the only deployment of its service in"
        " the 24 h before"
    )


def test_several_in_the_window_are_less_suspect_and_the_latest_most() -> None:
    given = evidence(
        deployments=deployed(
            {"at": 10, "sha": "a"}, {"at": 12, "sha": "b"}, {"at": 14, "sha": "c"}
        ),
        incidents=incidents({"opened": 15}),
    )
    assert linked(given, "proximity") == {(3, 1): 0.2, (2, 1): 0.1, (1, 1): 0.1}


def test_a_rollback_is_no_suspect() -> None:
    given = evidence(
        deployments=deployed(
            {"at": -40, "sha": "a"}, {"at": 10, "sha": "b"}, {"at": 12, "sha": "a"}
        ),
        incidents=incidents({"opened": 13}),
    )
    assert linked(given, "proximity") == {(2, 1): 0.4}


def test_a_duplicate_that_was_opened_first_dates_the_trouble() -> None:
    given = evidence(
        deployments=deployed({"at": 10, "sha": "a"}),
        incidents=incidents({"opened": 40}, {"opened": 11, "duplicate_of_external_id": "i1"}),
    )
    assert linked(given, "proximity") == {(1, 1): 0.4}


def known_causes(hours: list[float], rule: str = "caused_by_change") -> tuple[pd.DataFrame, ...]:
    count = len(hours)
    blame = pd.DataFrame(
        {
            "deployment_id": range(count),
            "incident_id": range(count),
            "rule": rule,
            "confidence": 1.0,
        }
    )
    starts = pd.DataFrame(
        {"incident_id": range(count), "start_ts": [int(one * HOUR) for one in hours]}
    )
    return blame, starts, pd.DataFrame({"deployment_id": range(count), "finished_ts": 0})


def test_the_window_is_as_long_as_19_of_20_sure_incidents_took() -> None:
    causes = known_causes([float(hour) for hour in range(1, 20)] + [90.0])
    assert learned_window(*causes, window_s=24 * HOUR) == 19 * HOUR


def test_the_window_is_never_longer_than_configured_nor_shorter_than_an_hour() -> None:
    assert learned_window(*known_causes([40.0] * 30), window_s=24 * HOUR) == 24 * HOUR
    assert learned_window(*known_causes([0.1] * 30), window_s=24 * HOUR) == HOUR


def test_few_sure_causes_and_guesses_teach_nothing() -> None:
    assert learned_window(*known_causes([2.0] * 19), window_s=24 * HOUR) == 24 * HOUR
    guessed = known_causes([2.0] * 30, rule="proximity")
    assert learned_window(*guessed, window_s=24 * HOUR) == 24 * HOUR
    blame, *rest = known_causes([2.0] * 30)
    assert learned_window(blame.assign(confidence=0.5), *rest, window_s=24 * HOUR) == 24 * HOUR
