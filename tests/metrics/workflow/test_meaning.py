"""What statuses seem to mean, by their words and by what items did there."""

from __future__ import annotations

import pytest

from core.records import StatusCategory
from metrics.workflow.meaning import Guess, guesses
from metrics.workflow.visits import StatusFacts

NEW, ACTIVE, DONE = StatusCategory.NEW, StatusCategory.ACTIVE, StatusCategory.DONE


def seen(items: int = 50, *, unassigned: float = 0.0, handed: float = 0.0) -> StatusFacts:
    return StatusFacts(items, 0, 1.0, items, unassigned, handed, items, ())


def one(name: str, category: StatusCategory, facts: StatusFacts | None = None) -> Guess:
    """The guess of a status between an open one and a done one."""
    names = {"1": "Open", "2": "Coding", "x": name, "9": "Done"}
    known = {"1": NEW, "2": ACTIVE, "x": category, "9": DONE}
    told = {"1": seen(), "2": seen(), "x": facts or seen(), "9": seen()}
    return guesses(["1", "2", "x", "9"], names, known, told)["x"]


@pytest.mark.parametrize(
    "name",
    [
        "Ready for Test", "Waiting for review", "QA Queue", "On Hold", "Selected for Development",
        "To Deploy", "Dev Done", "Code review passed", "workflow::ready", "status: needs triage",
        "Patch Available", "For Approval", "READY_FOR_QA", "Pending release", "Next",
    ],
)  # fmt: skip
def test_a_queue_says_so_in_its_name(name: str) -> None:
    assert (one(name, ACTIVE).state, one(name, ACTIVE).sure) == ("waiting", True)


@pytest.mark.parametrize(
    "name",
    [
        "In Progress",
        "Code Review",
        "Testing",
        "workflow::in progress",
        "UAT",
        "Analyse",
        "Checking",
    ],
)
def test_work_says_so_in_its_name(name: str) -> None:
    assert (one(name, ACTIVE).state, one(name, ACTIVE).sure) == ("active", True)


@pytest.mark.parametrize(
    "name",
    ["Won't Do", "Won\N{RIGHT SINGLE QUOTATION MARK}t fix", "Cancelled", "REJECTED", "Duplicate"],
)
def test_what_was_dropped_says_so_in_its_name(name: str) -> None:
    assert one(name, DONE).state == "cancelled"


def test_a_name_that_says_nothing_is_to_be_looked_at() -> None:
    guess = one("Pluto", ACTIVE)
    assert (guess.state, guess.sure) == ("active", False)


def test_where_nobody_has_it_items_wait() -> None:
    guess = one("Pluto", ACTIVE, seen(unassigned=0.8))
    assert (guess.state, guess.sure) == ("waiting", False)
    assert "no one is assigned in 80% of visits" in guess.reason


def test_where_another_one_moves_it_on_items_wait() -> None:
    guess = one("Pluto", ACTIVE, seen(handed=0.9))
    assert (guess.state, guess.sure) == ("waiting", False)
    assert "90%" in guess.reason


def test_a_tracker_where_nobody_is_ever_assigned_tells_nothing() -> None:
    names, known = {"a": "Pluto", "b": "Mars"}, {"a": ACTIVE, "b": ACTIVE}
    told = {"a": seen(unassigned=1.0), "b": seen(unassigned=0.95)}
    assert {g.state for g in guesses(["a", "b"], names, known, told).values()} == {"active", "done"}


def test_a_few_visits_prove_nothing() -> None:
    assert one("Pluto", ACTIVE, seen(5, unassigned=1.0)).state == "active"


def test_words_go_before_what_items_did_and_the_contradiction_is_told() -> None:
    guess = one("In Review", ACTIVE, seen(unassigned=0.7))
    assert (guess.state, guess.sure) == ("active", False)
    assert "but no one is assigned in 70% of visits" in guess.reason


def test_to_do_after_work_began_is_a_queue() -> None:
    assert one("Reopened", NEW).state == "waiting"


def test_of_what_comes_before_work_only_a_commitment_is_a_queue() -> None:
    order = ["1", "2", "3", "4"]
    names = {"1": "Inbox", "2": "Triage", "3": "Selected for sprint", "4": "Done"}
    known = {"1": NEW, "2": NEW, "3": NEW, "4": DONE}
    told = {id: seen() for id in order}
    found = guesses(order, names, known, told)
    assert [found[id].state for id in order] == ["new", "new", "waiting", "done"]


def test_an_end_whose_items_were_mostly_dropped_is_no_delivery() -> None:
    ended = StatusFacts(10, 10, None, 0, None, None, 0, ("Won't Fix",) * 8 + ("Fixed",) * 2)
    guess = one("Closed", DONE, ended)
    assert (guess.state, guess.sure) == ("cancelled", False)
    assert "8 of 10" in guess.reason


def test_a_rare_status_is_to_be_looked_at() -> None:
    assert one("Testing", ACTIVE, seen(1)).sure
    names, known = {"a": "Open", "b": "Testing", "c": "Done"}, {"a": NEW, "b": ACTIVE, "c": DONE}
    told = {"a": seen(200), "b": seen(3), "c": seen(150)}
    assert not guesses(["a", "b", "c"], names, known, told)["b"].sure


def test_where_nothing_is_done_most_items_lie_at_the_end() -> None:
    names, known = {"a": "Open", "b": "Live", "c": "Rejected"}, {"a": NEW, "b": ACTIVE, "c": ACTIVE}
    stay = StatusFacts(40, 40, None, 0, None, None, 0, ())
    found = guesses(["a", "b", "c"], names, known, {"a": seen(), "b": stay, "c": seen(2)})
    assert (found["b"].state, found["b"].sure) == ("done", False)


def test_where_the_tracker_tells_nothing_the_words_do() -> None:
    order = ["Inbox", "Pluto", "Closed", "Live", "Rejected"]
    told = {id: seen() for id in order}
    found = guesses(order, {id: id for id in order}, {}, told)
    states = [found[id].state for id in order]
    assert states == ["new", "active", "done", "done", "cancelled"]
    assert not any(guess.sure for guess in found.values())


def test_nothing_is_guessed_of_nothing() -> None:
    assert guesses([], {}, {}, {}) == {}
