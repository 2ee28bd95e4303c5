"""Service and time alone: the weakest evidence, and how far it reaches."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from core.records import Entity
from correlator.evidence import Evidence, no_verdicts
from correlator.linking import linked as all_linked
from correlator.suspects import unlikely
from tests.correlator.builders import evidence
from tests.correlator.desk import deployed, incidents, linked, table

DEPLOYMENT, INCIDENT = int(Entity.DEPLOYMENT), int(Entity.INCIDENT)


def rejecting(given: Evidence, *pairs: tuple[int, int]) -> Evidence:
    said = [(DEPLOYMENT, a, INCIDENT, b, "rejected", "anna", 0, "") for a, b in pairs]
    verdicts = pd.DataFrame(said, columns=no_verdicts().columns)
    return replace(given, verdicts=verdicts.astype(no_verdicts().dtypes.to_dict()))


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


def test_where_a_person_rejects_the_latest_suspect_the_next_one_moves_up() -> None:
    rows = deployed({"at": 10, "sha": "a"}, {"at": 12, "sha": "b"}, {"at": 14, "sha": "c"})
    given = evidence(deployments=rows, incidents=incidents({"opened": 15}))
    found = all_linked(rejecting(given, (3, 1)))
    stands = dict(zip(found.links["a_id"], found.links["confidence"], strict=True))
    assert stands == pytest.approx({2: 0.2, 1: 0.1})
    assert found.overruled["a_id"].tolist() == [3]
    alone = all_linked(rejecting(given, (3, 1), (2, 1)))
    assert alone.links["confidence"].tolist() == [0.4]
    (said,) = alone.links["evidence"]
    assert said.endswith("had 3 deployments in the 24 h before, of which a person ruled out 2")
    assert sorted(alone.overruled["a_id"]) == [2, 3]


def experienced(*questions: float) -> Evidence:
    """Thirty days on each of which the service is deployed at noon; two in three are followed by an
    incident after half an hour, that names the version. Then incidents at these hours of day 31.
    """
    rows = [{"at": 24 * day + 12, "sha": f"s{day}", "version": f"4.0.{day}"} for day in range(31)]
    known = [
        {"opened": 24 * day + 12.5, "title": f"Broken by release 4.0.{day}"}
        for day in range(30)
        if day % 3
    ]
    asked = [{"opened": 24 * 30 + hour} for hour in questions]
    return evidence(deployments=deployed(*rows), incidents=incidents(*known, *asked))


def test_time_suspects_a_deployment_only_where_incidents_begin_so_soon() -> None:
    given = experienced(12.6, 34)
    found = table(given, "proximity", "named_in_incident")
    asked = found[(found["a_id"] == 31) & (found["b_id"] > 20)]
    assert [round(one, 3) for one in asked["confidence"]] == [0.4, 0.2]
    soon, late = asked["evidence"]
    shares = [int(text.split("about ")[1].split(" ")[0]) for text in (soon, late)]
    assert shares[0] > 90
    assert shares[1] < 25
    blame = table(given, "named_in_incident")
    assert unlikely(given, blame) == {22}


def test_what_anything_else_accuses_is_not_called_unlikely() -> None:
    given = experienced(12.6, 34)
    blame = table(given, "named_in_incident")
    weak = blame.iloc[:1].assign(a_id=31, b_id=22, rule="hotfixed", confidence=0.45)
    assert unlikely(given, pd.concat([blame, weak])) == frozenset()


def test_few_incidents_teach_nothing() -> None:
    given = experienced(34)
    few = replace(given, incidents=given.incidents.tail(15).reset_index(drop=True))
    assert 0.4 in linked(few, "proximity", "named_in_incident").values()
    assert unlikely(few, table(few, "named_in_incident")) == frozenset()
    nameless = replace(given, incidents=given.incidents.assign(title="Broken"))
    assert unlikely(nameless, table(nameless, "named_in_incident")) == frozenset()
