"""`GH-12`: an issue on GitHub, in a repository of GitHub, unless GH is a tracker's project."""

import pytest

from core.records import Entity
from correlator.keys import KeyFinder
from correlator.linking import correlate
from correlator.references import references
from tests.correlator.builders import FINDER, evidence, frame

ISSUES = frame("item_keys", {"key": "shop/web#12", "item_id": 21})


def linked(message: str, *, kind: str = "github", finder: KeyFinder = FINDER) -> list[list[object]]:
    given = evidence(
        finder=finder,
        item_keys=ISSUES,
        repositories=frame("repositories", {"kind": kind}),
        commits=frame("commits", {"commit_id": 5, "message": message}),
    )
    found = correlate(given)
    found = found[found["a_kind"] == Entity.ITEM]
    return found[["a_id", "b_id", "rule"]].to_numpy().tolist()


@pytest.mark.parametrize("text", ["GH-12: retry", "[GH-12] retry", "Retry (gh-12)", "fixes GH-12."])
def test_a_short_reference_is_one_on_github(text: str) -> None:
    assert linked(text) == [[21, 5, "reference_in_message"]]


def test_elsewhere_it_means_nothing() -> None:
    assert linked("GH-12: retry", kind="gitlab") == []
    assert linked("#12: retry", kind="gitlab") != []


def test_a_project_gh_of_a_tracker_is_meant_rather() -> None:
    assert linked("GH-12: retry", finder=KeyFinder(["GH", "SHOP"])) == []


def test_both_ways_of_naming_an_issue_are_one_reference() -> None:
    assert linked("GH-12: retry\n\nCloses #12") == [[21, 5, "reference_in_message"]]


@pytest.mark.parametrize(
    "text", ["Gh-12", "GH-0", "GH-012", "HIGH-12", "x-GH-12", "GH-12a", "GH-12-3", "GH 12",
             "https://g.example/x/GH-12"],
)  # fmt: skip
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert references([text]).empty


def test_a_word_that_closes_counts_before_it() -> None:
    found = references(["Retry\n\nCloses GH-12 and GH-13, as gh-14"])
    assert found["number"].tolist() == [12, 13, 14]
    assert found["closes"].tolist() == [True, True, False]
    assert found["short"].all()
