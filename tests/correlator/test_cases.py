"""Duplicates: chains, circles and originals that nobody collected."""

from __future__ import annotations

from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from correlator.cases import cases, originals
from tests.correlator.builders import evidence
from tests.correlator.desk import HOUR, incidents


def test_a_chain_of_duplicates_leads_to_its_end() -> None:
    found = incidents(
        {"opened": 5},
        {"opened": 1, "duplicate_of_external_id": "i1"},
        {"opened": 2, "duplicate_of_external_id": "i2"},
        {"opened": 3, "duplicate_of_external_id": "i3"},
    )
    assert originals(found) == {1: 1, 2: 1, 3: 1, 4: 1}
    (case,) = cases(evidence(incidents=found)).to_dict("records")
    # The trouble began when the first of them was opened, not when the original was.
    assert (case["incident_id"], case["start_ts"]) == (1, HOUR)


def test_of_incidents_that_are_duplicates_of_each_other_the_first_stands_for_all() -> None:
    found = incidents(
        {"opened": 2, "duplicate_of_external_id": "i3"},
        {"opened": 1, "duplicate_of_external_id": "i1"},
        {"opened": 3, "duplicate_of_external_id": "i2"},
        {"opened": 4, "duplicate_of_external_id": "i4"},
    )
    assert originals(found) == {1: 2, 2: 2, 3: 2, 4: 4}


def test_duplicates_of_an_incident_that_was_never_collected_are_one() -> None:
    found = incidents(
        {"opened": 2, "duplicate_of_external_id": "gone"},
        {"opened": 1, "duplicate_of_external_id": "gone"},
        {"opened": 3, "duplicate_of_external_id": "gone", "source_id": 9},
    )
    assert originals(found) == {1: 2, 2: 2, 3: 3}


def test_a_case_takes_the_service_of_a_duplicate_where_it_has_none() -> None:
    found = incidents(
        {"opened": 1, "resolved": 9, "service_id": -(2**63)},
        {"opened": 2, "resolved": 5, "duplicate_of_external_id": "i1", "service_id": 7},
    )
    (case,) = cases(evidence(incidents=found)).to_dict("records")
    assert (case["service_id"], case["resolved_ts"]) == (7, 9 * HOUR)


@settings(deadline=None)
@drawn(
    st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 9)), min_size=1, max_size=10),
)
def test_any_web_of_duplicates_ends_and_no_order_of_rows_matters(
    told: list[tuple[int, int]],
) -> None:
    rows = [
        {"opened": at, "duplicate_of_external_id": "" if other < 0 else f"i{other + 1}"}
        for at, other in told
    ]
    found = incidents(*rows)
    roots = originals(found)
    assert set(roots) == set(found["incident_id"])
    assert all(roots[root] == root for root in roots.values())
    named = dict(zip(found["external_id"], found["incident_id"], strict=True))
    for incident, other in zip(
        found["incident_id"], found["duplicate_of_external_id"], strict=True
    ):
        if other in named:
            assert roots[incident] == roots[named[other]]
    assert originals(found.sample(frac=1, random_state=len(told))) == roots
