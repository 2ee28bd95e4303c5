"""Verdicts by the API: taken, refused with what to do, listed, withdrawn, told in the journey."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.schemas_journey import JourneyBody
from api.schemas_lists import Page
from api.schemas_verdicts import AgreementRows, VerdictRow
from core.settings import Database as DatabaseSettings
from pipeline.database import opened
from pipeline.sync import bring_up_to_date
from tests.api.client import Answer, Client
from tests.e2e.company import Company

JSON = {"content-type": "application/json"}


@dataclass
class Office:
    """An API over a copy of the company, where people say things about one done ticket."""

    client: Client
    company: Company
    path: Path
    key: str = ""

    def __post_init__(self) -> None:
        rows = self.client.json("/v1/items?state=done&sort=key")["items"]
        self.key = next(
            row["key"] for row in rows if row["released_at"] and self.commits(row["key"])
        )

    def journey(self, key: str = "") -> Answer:
        return self.client.json(f"/v1/items/{key or self.key}/journey")

    def commits(self, key: str = "") -> list[Answer]:
        """Both ends of each link between the ticket and a commit."""
        body = self.journey(key)
        pairs = [pair for line in body["evidence"] for pair in line["pairs"]]
        ends = [(body["ends"][pair["a"]], body["ends"][pair["b"]]) for pair in pairs]
        return [b for a, b in ends if a["kind"] == "item" and b["kind"] == "commit"]

    def say(self, answer: str, b: Answer, **more: Any) -> httpx.Response:
        a = {"kind": "item", "key": self.key}
        body = {"a": a, "b": b, "answer": answer, "who": "anna", "why": "looked at it", **more}
        return self.client.post("/v1/verdicts", json.dumps(body).encode(), JSON)

    def withdraw(self, number: int, **said: str) -> httpx.Response:
        return self.client.delete(f"/v1/verdicts/{number}", json.dumps(said).encode(), JSON)

    def compute(self) -> None:
        """What the server does a few seconds later."""
        with opened(DatabaseSettings(url=f"sqlite:///{self.path}")) as database:
            bring_up_to_date(self.company.settings, database)


@pytest.fixture
def office(company: Company, copied: tuple[Client, Path]) -> Office:
    return Office(copied[0], company, copied[1])


def named(end: Answer) -> Answer:
    """An end as its source names it, as the page sends it."""
    names = ("kind", "source", "id", "repository_id")
    return {name: end[name] for name in names if end[name] is not None}


def test_a_rejected_link_leaves_the_journey_and_is_told_with_who_and_why(office: Office) -> None:
    commit = office.commits()[0]
    answer = office.say("rejected", named(commit))
    assert answer.status_code == 202, answer.text
    row = VerdictRow.model_validate(answer.json())
    assert (row.state, row.answer, row.who, row.why) == (
        "pending",
        "rejected",
        "anna",
        "looked at it",
    )
    assert row.a.label == office.key
    (told,) = office.journey()["verdicts"]
    assert told["id"] == row.id
    office.compute()
    body = JourneyBody.model_validate(office.journey())
    assert [one.id for one in body.verdicts] == [row.id]
    assert body.verdicts[0].state == "in_effect"
    assert body.verdicts[0].overruled
    assert commit["id"] not in {end["id"] for end in office.commits()}


def test_a_confirmed_link_is_marked_and_its_evidence_says_who(office: Office) -> None:
    commit = office.commits()[0]
    given = {"kind": "commit", "key": f"{commit['repository']}@{commit['id'][:12]}"}
    number = office.say("confirmed", given).json()["id"]
    office.compute()
    lines = [
        line
        for line in office.journey()["evidence"]
        if any(pair["verdict"] == number for pair in line["pairs"])
    ]
    (line,) = lines
    assert line["why"].startswith("Confirmed by anna on ")
    assert line["rule"].startswith("human, ")
    assert line["confidence"] == 1.0


def test_a_link_that_no_rule_found_can_be_added_and_counts_as_missed(office: Office) -> None:
    mine = {end["id"] for end in office.commits()}
    others = office.client.json("/v1/items?state=done&sort=key")["items"]
    foreign = next(
        end for row in others for end in office.commits(row["key"]) if end["id"] not in mine
    )
    assert office.say("confirmed", named(foreign)).status_code == 202
    office.compute()
    assert foreign["id"] in {end["id"] for end in office.commits()}
    body = AgreementRows.model_validate(office.client.json("/v1/quality/agreement"))
    assert [(one.a, one.b, one.links) for one in body.missed] == [("item", "commit", 1)]


def test_the_agreement_is_that_of_judged_links_and_null_where_nobody_judged(
    office: Office,
) -> None:
    commits = office.commits()
    office.say("rejected", named(commits[0]))
    office.say("confirmed", {"kind": "merge_request", "key": _request(office)})
    office.compute()
    body = office.client.json("/v1/quality/agreement")
    AgreementRows.model_validate(body)
    judged = {row["rule"]: row for row in body["items"] if row["judged"]}
    rejected = [row for row in judged.values() if row["rejected"]]
    assert {row["agreement"]["share"] for row in rejected if not row["confirmed"]} == {0.0}
    assert any(row["agreement"]["share"] == 1.0 for row in judged.values())
    low, high = rejected[0]["agreement"]["interval"]
    assert low == 0.0
    assert 0.5 < high < 1.0
    silent = next(row for row in body["items"] if not row["judged"])
    assert silent["agreement"] == {
        "share": None,
        "interval": [None, None],
        "reason": "nobody judged a link of this rule yet",
    }


def _request(office: Office) -> str:
    ends = office.journey()["ends"].values()
    found = next(end for end in ends if end["kind"] == "merge_request")
    return f"{found['repository']}{found['label']}"


def test_withdrawing_lets_the_rules_decide_again(office: Office) -> None:
    commit = office.commits()[0]
    number = office.say("rejected", named(commit)).json()["id"]
    office.compute()
    taken = office.withdraw(number, who="bo", why="it is right")
    assert taken.status_code == 202
    assert (taken.json()["answer"], taken.json()["who"]) == ("withdrawn", "bo")
    office.compute()
    assert commit["id"] in {end["id"] for end in office.commits()}
    assert office.journey()["verdicts"] == []
    assert taken.json()["why"] == "it is right"
    again = office.withdraw(number, who="bo")
    assert again.status_code == 200
    listed = Page[VerdictRow].model_validate(office.client.json("/v1/verdicts"))
    assert [(one.answer, one.state) for one in listed.items] == [
        ("withdrawn", "in_effect"),
        ("rejected", "replaced"),
    ]


def test_a_later_verdict_replaces_the_earlier_one_and_a_repetition_is_none(office: Office) -> None:
    commit = named(office.commits()[0])
    first = office.say("rejected", commit).json()["id"]
    assert office.say("rejected", commit).status_code == 200
    office.say("confirmed", commit)
    body = office.client.json("/v1/verdicts?limit=1")
    assert body["total"] == 2
    assert body["items"][0]["answer"] == "confirmed"
    rest = office.client.json(f"/v1/verdicts?limit=1&cursor={body['next']}")
    assert (rest["items"][0]["id"], rest["items"][0]["state"]) == (first, "replaced")
    assert rest["next"] is None
    refused = office.withdraw(first, who="bo")
    assert refused.status_code == 422
    assert "a later one replaced it; withdraw" in refused.json()["detail"]


def test_a_verdict_on_what_is_not_known_waits(office: Office) -> None:
    unknown = named(office.commits()[0]) | {"id": "f" * 40}
    row = office.say("confirmed", unknown).json()
    assert row["b"]["label"] is None
    office.compute()
    assert office.client.json("/v1/verdicts")["items"][0]["state"] == "waiting"


Change = Callable[[Answer], object]


@pytest.mark.parametrize(
    ("change", "status", "told"),
    [
        (lambda body: body.update(answer="maybe"), 422, "answer: confirmed or rejected"),
        (lambda body: body.update(who=" \u0000 "), 422, "who: is missing"),
        (lambda body: body.update(why=""), 422, "why: is missing"),
        (lambda body: body.update(why="x" * 501), 422, "why: at most 500"),
        (lambda body: body.update(more=1), 422, "more: "),
        (lambda body: body.pop("b"), 422, "b: "),
        (lambda body: body.update(b={"kind": "person", "key": "x"}), 422, "b.kind: one of item"),
        (lambda body: body.update(b={"kind": "commit", "key": "abc"}), 422, "b.key: a sha, or"),
        (lambda body: body.update(b={"kind": "commit", "key": "%"}), 422, "b.key: a sha, or"),
        (lambda body: body.update(b={"kind": "commit", "key": "0" * 39}), 404, "no such commit"),
        (lambda body: body.update(b={"kind": "merge_request", "key": "!x"}), 404, "no such merge"),
        (lambda body: body.update(b={"kind": "incident", "key": "INC1"}), 422, "never linked"),
        (lambda body: body.update(a={"kind": "item", "key": "NONE-1"}), 404, "no such work item"),
        (
            lambda body: body.update(b={"kind": "commit", "source": "gitlab", "id": "f" * 40}),
            422,
            "b.repository_id: give key",
        ),
        (
            lambda body: body.update(
                b={"kind": "commit", "source": "nope", "id": "f" * 40, "repository_id": "1"}
            ),
            422,
            "b.source: no source of this name was read; known: ",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_do(
    office: Office, change: Change, status: int, told: str
) -> None:
    body = {
        "a": {"kind": "item", "key": office.key},
        "b": named(office.commits()[0]),
        "answer": "rejected",
        "who": "anna",
        "why": "no",
    }
    change(body)
    if body.get("b", {}).get("kind") == "incident":
        body["b"] |= {"key": "", "source": office.commits()[0]["source"], "id": "1"}
    answer = office.client.post("/v1/verdicts", json.dumps(body).encode(), JSON)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, told in answer.json()["detail"]) == (status, True), answer.text
    assert office.client.json("/v1/verdicts")["total"] == 0


def test_hostile_words_are_one_plain_line(office: Office) -> None:
    text = "<script>\n\talert(1)</script>\u202e[bold]"
    row = office.say("rejected", named(office.commits()[0]), why=text).json()
    assert row["why"] == "<script> alert(1)</script> [bold]"
