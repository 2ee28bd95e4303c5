"""The released journey of the fake company, where people said things about its links."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from tests.web.fake_envelopes import Answer
from tests.web.fake_journeys import RELEASED

TICKET = {
    "kind": "item",
    "source": "jira",
    "repository_id": None,
    "id": "10412",
    "label": "SHOP-412",
    "repository": None,
    "url": "https://jira.example/browse/SHOP-412",
}


def commit(sha: str) -> Answer:
    return {
        "kind": "commit",
        "source": "gitlab",
        "repository_id": "42",
        "id": sha * 5,
        "label": sha,
        "repository": "shop/web",
        "url": "",
    }


def verdict(number: int, answer: str, sha: str, **more: Any) -> Answer:
    return {
        "id": number,
        "a": TICKET,
        "b": commit(sha),
        "answer": answer,
        "who": "anna",
        "why": "looked at it",
        "at": "2026-11-20T10:12:00Z",
        "state": "in_effect",
        "overruled": [],
    } | more


def judged() -> Answer:
    """The first line rests on one link, which was confirmed; the second on one that nobody judged,
    the third on two; one link more was rejected.
    """
    found = deepcopy(RELEASED)
    for line in found["evidence"]:
        line["decides"] = True
    pairs = [("item1", "commit1", 7), ("item1", "commit2", None)]
    for line, own in zip(found["evidence"], [pairs[:1], pairs[1:], pairs], strict=False):
        line["pairs"] = [{"a": a, "b": b, "verdict": said} for a, b, said in own]
    found["evidence"][2]["pairs"][0]["verdict"] = None
    reason = {
        "rule": "key_in_message",
        "confidence": 0.85,
        "evidence": "The message names SHOP-412",
    }
    found["ends"] = {"item1": TICKET, "commit1": commit("3f2a91c0"), "commit2": commit("77aa01fe")}
    found["verdicts"] = [
        verdict(9, "rejected", "00bad000", overruled=[reason], why="<b>only a mention</b>"),
        verdict(7, "confirmed", "3f2a91c0"),
    ]
    return found
