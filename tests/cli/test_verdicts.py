"""`headwater verdict` and `headwater verdicts`: said at the terminal, listed, and taken back."""

from __future__ import annotations

import getpass
import json

import pytest
from sqlalchemy import delete

from cli.verdicts import kind_of, verdicts_table
from core.errors import BadRequestError
from core.records import Entity
from store import frames
from store.models import verdict
from tests.cli.conftest import Run
from tests.e2e.company import Company


@pytest.fixture(scope="module")
def key(company: Company) -> str:
    """A ticket that commits are linked to."""
    with company.database.read() as session:
        linked = set(frames.links(session, Entity.ITEM, Entity.COMMIT)["a_id"])
        keys = frames.item_keys(session)
    return next(
        str(name)
        for number, name in zip(keys["item_id"], keys["key"], strict=True)
        if number in linked
    )


@pytest.fixture(autouse=True)
def _nothing_stays(company: Company) -> object:
    yield
    with company.database.writing() as session:
        session.execute(delete(verdict))


def _commits(body: dict[str, dict[str, dict[str, str]]]) -> list[str]:
    ends = [end for end in body["ends"].values() if end["kind"] == "commit"]
    return [f"{end['repository']}@{end['label']}" for end in ends]


def test_a_link_is_rejected_listed_traced_and_withdrawn(headwater: Run, key: str) -> None:
    commit = _commits(json.loads(headwater("trace", key, "--json").out))[0]
    said = headwater("verdict", "reject", key.lower(), commit, "--why", "only a mention")
    assert said.status == 0, said.err
    row, note = said.lines
    assert (row["event"], row["new"], row["state"]) == ("verdict", True, "pending")
    assert (row["answer"], row["who"], row["why"]) == (
        "rejected",
        getpass.getuser(),
        "only a mention",
    )
    assert "next `headwater sync`" in note["text"]
    again = headwater("verdict", "reject", key, commit, "--why", "only a mention")
    assert again.lines[0]["new"] is False

    computed = headwater("recompute")
    assert computed.lines[-1]["links_changed"] > 0
    traced = headwater("trace", key).out
    assert "What people said" in traced
    assert f"{key} - {commit}: rejected by {getpass.getuser()} on " in traced

    (listed,) = json.loads(headwater("verdicts", "--json").out)["items"]
    assert (listed["id"], listed["state"]) == (row["id"], "in_effect")
    taken = headwater("verdict", "withdraw", key, commit, "--who", "bo")
    assert (taken.lines[0]["answer"], taken.lines[0]["who"]) == ("withdrawn", "bo")
    assert headwater("recompute").lines[-1]["links_changed"] > 0
    assert "What people said" not in headwater("trace", key).out
    nothing = headwater("verdict", "withdraw", key, commit)
    assert (nothing.status, nothing.out) == (1, "")
    assert nothing.err.endswith("nothing to withdraw\n")


def test_several_are_confirmed_at_once(headwater: Run, key: str) -> None:
    commits = _commits(json.loads(headwater("trace", key, "--json").out))[:2]
    said = headwater("verdict", "confirm", key, *commits, "--why", "ours", "--who", "anna")
    assert said.status == 0
    assert [line["b"]["kind"] for line in said.lines[:-1]] == ["commit"] * len(commits)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("NONE-1", "0" * 40), "NONE-1: no such work item is stored"),
        (("{key}", "0" * 40), "no such commit is stored"),
        (("{key}", "??"), "name its kind, too, as build:job#7"),
        (("{key}", "INC0000001"), "no such incident is stored"),
    ],
)
def test_what_is_not_known_is_one_line_and_status_1(
    headwater: Run, key: str, words: tuple[str, ...], told: str
) -> None:
    given = [word.format(key=key) for word in words]
    outcome = headwater("verdict", "confirm", *given, "--why", "x")
    assert (outcome.status, outcome.out) == (1, "")
    assert told in outcome.err
    assert len(outcome.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("shop/web!8", "merge_request"),
        ("!8", "merge_request"),
        ("3f2a91c0", "commit"),
        ("shop/web@3f2a91c0", "commit"),
        ("SHOP-412", "item"),
        ("shop/web#7", "build"),
        ("CHG0030001", "change"),
        ("INC0030001", "incident"),
        ("deployment:17", "deployment"),
        ("merge-request:8", "merge_request"),
    ],
)
def test_the_form_of_a_word_tells_what_it_is(text: str, kind: str) -> None:
    assert kind_of(text, first=False)[0] == kind
    assert kind_of("shop/web#7", first=True)[0] == "item"


def test_a_word_without_a_known_form_is_refused() -> None:
    with pytest.raises(BadRequestError, match="kinds are item, commit"):
        kind_of("4711", first=False)


def test_the_table_says_what_was_said_of_which_link() -> None:
    end = {"kind": "item", "id": "1", "label": "SHOP-1", "repository": None}
    other = {"kind": "commit", "id": "f" * 40, "label": None, "repository": None}
    row = {"id": 3, "at": "2026-11-20T10:00:00Z", "who": "[b]", "why": "no", "answer": "rejected"}
    table = verdicts_table([{**row, "a": end, "b": other, "state": "waiting"}])
    cells = [str(next(iter(column.cells))) for column in table.columns]
    assert cells[4] == f"SHOP-1 - commit {'f' * 40}"
    assert cells[2] == r"\[b]"
    assert cells[-1] == "waiting"


def test_without_verdicts_the_list_says_how_to_begin(headwater: Run) -> None:
    assert "headwater verdict --help" in headwater("verdicts").out
