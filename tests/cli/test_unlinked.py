"""`headwater unlinked`: reasons with next steps, then examples; and words for having nothing."""

from __future__ import annotations

import pytest

from cli.unlinked import shown
from pipeline.unlinked_answers import UnlinkedQuery
from pipeline.unlinked_words import KINDS, REASONS
from tests.cli.conftest import Run


def test_the_worst_comes_first_with_reasons_and_next_steps(headwater: Run) -> None:
    outcome = headwater("unlinked", "--days", "400")
    assert outcome.status == 0
    assert outcome.out.startswith("Not linked, everything, last 400 days")
    (body,) = headwater("unlinked", "--days", "400", "--json").lines
    worst = max(body["items"], key=lambda row: row["share"] or 0)
    places = [outcome.out.index(row["title"]) for row in body["items"]]
    assert min(places) == outcome.out.index(worst["title"])
    for row in body["items"]:
        assert f"{row['title']}: {row['unlinked']} of {row['population']} (" in outcome.out
        for reason in row["reasons"]:
            assert f"{reason['count']} {reason['reason']}: " in outcome.out
        for example in body["examples"].get(row["kind"], []):
            assert example["key"][:12] in outcome.out
    assert outcome.out.count("→ ") == sum(len(row["reasons"]) for row in body["items"])
    assert "configuration" not in outcome.err


def test_one_kind_of_one_stream(headwater: Run) -> None:
    words = ("unlinked", "--days", "400", "--kind", "commit", "--stream", "search")
    (body,) = headwater(*words, "--json").lines
    assert [row["kind"] for row in body["items"]] == ["commit"]
    assert all("search" in row["streams"] for row in body["examples"]["commit"])
    out = headwater(*words).out
    assert out.startswith("Not linked, stream search")
    assert "Incidents" not in out


def test_one_service_has_no_items_of_its_own_and_says_where_they_are(headwater: Run) -> None:
    words = ("unlinked", "--days", "400", "--service", "web")
    (body,) = headwater(*words, "--json").lines
    (everything,) = headwater("unlinked", "--days", "400", "--json").lines
    counts, whole = (
        {row["kind"]: row["population"] for row in one["items"]} for one in (body, everything)
    )
    assert 0 < counts["commit"] < whole["commit"]
    assert counts["item"] == 0
    assert all("web" in row["services"] for rows in body["examples"].values() for row in rows)
    out = headwater(*words).out
    assert out.startswith("Not linked, service web, last 400 days")
    assert "Done items without a commit: items belong to streams, not to services" in out


def test_one_reason_leaves_only_the_kind_that_may_have_it(headwater: Run) -> None:
    words = ("unlinked", "--days", "400", "--reason", "unknown_predecessor")
    (body,) = headwater(*words, "--json").lines
    (row,) = body["items"]
    assert row["kind"] == "deployment"
    assert [one["reason"] for one in row["reasons"]] == ["unknown_predecessor"]
    assert {one["reason"] for one in body["examples"]["deployment"]} == {"unknown_predecessor"}
    out = headwater(*words).out
    assert out.startswith("Not linked, everything, reason unknown_predecessor, last 400 days")
    assert "Commits without a ticket" not in out


def test_where_nothing_has_the_reason_it_does_not_say_that_all_is_linked(headwater: Run) -> None:
    out = headwater("unlinked", "--days", "400", "--reason", "unknown").out
    assert "None has the reason unknown." in out
    assert "Everything is linked" not in out


@pytest.mark.parametrize("kind", [None, *KINDS])
def test_an_unknown_reason_says_which_there_are(headwater: Run, kind: str | None) -> None:
    more = ("--kind", kind) if kind else ()
    outcome = headwater("unlinked", "--reason", "because", *more)
    assert (outcome.status, outcome.out) == (1, "")
    there = set(outcome.err.strip().removeprefix("reason: one of ").split(", "))
    assert there == {name for one in ([kind] if kind else KINDS) for name in REASONS[KINDS[one]]}


def test_an_unknown_service_says_which_there_are(headwater: Run) -> None:
    outcome = headwater("unlinked", "--service", "shop")
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err.startswith('there is no service "shop"; known: web')
    assert "not both" in headwater("unlinked", "--service", "web", "--stream", "checkout").err


def test_words_that_mean_nothing_are_one_line_and_status_1(headwater: Run) -> None:
    assert headwater("unlinked", "--kind", "build").err.startswith("kind: one of item, commit")
    assert headwater("unlinked", "--stream", "shop").status == 1


@pytest.mark.parametrize("columns", [40, 120])
def test_any_width_shows_every_line(
    headwater: Run, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.unlinked.console._width", columns)
    outcome = headwater("unlinked", "--days", "400")
    assert all(len(line) <= columns for line in outcome.out.splitlines())


def test_where_nothing_was_read_it_says_so_and_what_to_do() -> None:
    nothing = {"title": "Commits without a ticket", "population": 0, "reasons": [], "share": None}
    told = " ".join(line for line, _ in shown({"items": [nothing]}, {}, UnlinkedQuery()))
    assert told.startswith("Nothing to link was read of this time")
    assert "headwater check" in told
    assert "expects_code" in told


def test_where_all_is_linked_it_says_so_too() -> None:
    good = {
        "title": "Commits without a ticket",
        "kind": "commit",
        "population": 4,
        "unlinked": 0,
        "bots": 0,
        "share": 0.0,
        "reasons": [],
    }
    lines = [line for line, _ in shown({"items": [good]}, {}, UnlinkedQuery())]
    assert lines == ["", "Commits without a ticket: 0 of 4 (0 %)", "Everything is linked."]
