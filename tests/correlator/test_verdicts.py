"""What people say outranks the rules, before anything is built on what the rules found."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.records import Entity
from correlator.evidence import VERDICT_COLUMNS, Evidence, no_verdicts
from correlator.linking import correlate, linked
from correlator.verdicts import judged_claims, judged_pairs
from tests.correlator.builders import evidence, frame

DAY = 1_795_132_800  # 2026-11-20
ITEM, COMMIT, REQUEST = Entity.ITEM, Entity.COMMIT, Entity.MERGE_REQUEST
Said = tuple[Entity, int, Entity, int, str]


def said(*rows: Said, who: str = "anna", why: str = "seen it") -> pd.DataFrame:
    table = [(int(a), i, int(b), j, answer, who, DAY, why) for a, i, b, j, answer in rows]
    return pd.DataFrame(table, columns=VERDICT_COLUMNS).astype(no_verdicts().dtypes.to_dict())


def shop(*verdicts: Said) -> Evidence:
    """SHOP-1 (item 1) in the branch of !8 (request 5) with commits 10 and 11; 11 is reverted by 12;
    SHOP-2 (item 2) is named by nothing.
    """
    shas = {10: "a" * 40, 11: "b" * 40, 12: "c" * 40}
    messages = {10: "begin", 11: "go on", 12: f'Revert "go on"\n\nThis reverts commit {"b" * 40}.'}
    made = evidence(
        item_keys=frame(
            "item_keys", {"key": "SHOP-1", "item_id": 1}, {"key": "SHOP-2", "item_id": 2}
        ),
        repositories=frame("repositories", {"repository_id": 1}),
        commits=frame(
            "commits",
            *({"commit_id": n, "sha": shas[n], "message": messages[n]} for n in shas),
        ),
        merge_requests=frame(
            "merge_requests",
            {"merge_request_id": 5, "number": 8, "source_branch": "feature/shop-1"},
        ),
        merge_request_commits=frame(
            "merge_request_commits",
            {"merge_request_id": 5, "commit_id": 10},
            {"merge_request_id": 5, "commit_id": 11},
        ),
    )
    return replace(made, verdicts=said(*verdicts))


def pairs(links: pd.DataFrame, a: Entity, b: Entity) -> set[tuple[int, int, str]]:
    own = links[(links["a_kind"] == a) & (links["b_kind"] == b)]
    return set(own[["a_id", "b_id", "rule"]].itertuples(index=False, name=None))


def test_nothing_said_changes_nothing() -> None:
    found = linked(shop())
    assert found.overruled.empty
    assert pairs(found.links, ITEM, COMMIT) == {
        (1, 10, "merge_request"),
        (1, 11, "merge_request"),
        (1, 12, "revert_of"),
    }


def test_a_rejected_link_goes_and_is_kept_apart_with_its_evidence() -> None:
    found = linked(shop((ITEM, 1, COMMIT, 10, "rejected")))
    assert pairs(found.links, ITEM, COMMIT) == {(1, 11, "merge_request"), (1, 12, "revert_of")}
    (row,) = found.overruled.to_dict("records")
    assert (row["a_id"], row["b_id"], row["rule"]) == (1, 10, "merge_request")
    assert row["evidence"].startswith("It belongs to merge request !8")


def test_what_was_built_on_a_rejected_link_goes_with_it() -> None:
    found = linked(shop((ITEM, 1, REQUEST, 5, "rejected")))
    assert pairs(found.links, ITEM, COMMIT) == set()
    assert set(found.overruled["rule"]) == {"key_in_branch"}


def test_a_rejected_commit_takes_its_revert_along() -> None:
    links = correlate(shop((ITEM, 1, COMMIT, 11, "rejected")))
    assert pairs(links, ITEM, COMMIT) == {(1, 10, "merge_request")}


def test_an_added_link_is_certain_and_says_who_when_and_why() -> None:
    links = correlate(shop((ITEM, 2, COMMIT, 10, "confirmed")))
    (row,) = links[links["rule"] == "human"].to_dict("records")
    assert (row["a_id"], row["b_id"], row["confidence"]) == (2, 10, 1.0)
    assert row["evidence"] == "Confirmed by anna on 2026-11-20: seen it"


def test_rules_build_on_an_added_link_and_say_that_a_person_made_it() -> None:
    links = correlate(shop((ITEM, 2, REQUEST, 5, "confirmed")))
    assert pairs(links, ITEM, COMMIT) >= {(2, 10, "merge_request"), (2, 12, "revert_of")}
    derived = links[(links["a_id"] == 2) & (links["rule"] == "merge_request")]
    assert set(derived["evidence"]) == {
        "It belongs to merge request !8, which a person linked to the ticket"
    }
    named = links[(links["a_id"] == 1) & (links["rule"] == "merge_request")]
    assert all("whose branch or title names the ticket" in text for text in named["evidence"])


def test_a_confirmed_link_keeps_the_rules_that_found_it() -> None:
    links = correlate(shop((ITEM, 1, REQUEST, 5, "confirmed")))
    assert pairs(links, ITEM, REQUEST) == {(1, 5, "human"), (1, 5, "key_in_branch")}
    texts = links.loc[links["rule"] == "merge_request", "evidence"]
    assert all("names the ticket" in text for text in texts)


def test_a_person_may_name_the_change_that_caused_an_incident() -> None:
    given_ = evidence(
        builds=frame("builds", {"build_id": 3, "external_id": "b", "job": "j", "number": 7}),
        deployments=frame("deployments", {"deployment_id": 4, "build_external_id": "b"}),
        changes=frame(
            "changes", {"change_id": 6, "external_id": "c", "number": "CHG1", "correlation": "j#7"}
        ),
        incidents=frame("incidents", {"incident_id": 9, "number": "INC1"}),
    )
    told = said((Entity.CHANGE, 6, Entity.INCIDENT, 9, "confirmed"))
    links = correlate(replace(given_, verdicts=told))
    assert pairs(links, Entity.DEPLOYMENT, Entity.INCIDENT) == {(4, 9, "caused_by_change")}
    text = links.loc[links["rule"] == "caused_by_change", "evidence"].item()
    assert text.startswith("A person named CHG1 as its cause")


@pytest.mark.parametrize(
    "unknown",
    [(ITEM, 99, COMMIT, 10), (ITEM, 1, COMMIT, 99), (COMMIT, 10, Entity.INCIDENT, 1)],
)
def test_a_confirmed_link_needs_both_ends_and_kinds_that_some_rule_links(
    unknown: tuple[Entity, int, Entity, int],
) -> None:
    links = correlate(shop((*unknown, "confirmed")))
    assert "human" not in set(links["rule"])


def test_the_last_word_on_a_pair_counts() -> None:
    first, last = (ITEM, 1, COMMIT, 10, "confirmed"), (ITEM, 1, COMMIT, 10, "rejected")
    assert (1, 10, "merge_request") not in pairs(correlate(shop(first, last)), ITEM, COMMIT)
    assert (1, 10, "human") in pairs(correlate(shop(last, first)), ITEM, COMMIT)


PAIRS = st.tuples(st.sampled_from([1, 2]), st.sampled_from([10, 11, 12]))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(PAIRS, st.sampled_from(["confirmed", "rejected"])), max_size=6))
def test_no_rejected_pair_is_linked_and_every_confirmed_one_is(
    answers: list[tuple[tuple[int, int], str]],
) -> None:
    found = linked(shop(*((ITEM, i, COMMIT, c, told) for (i, c), told in answers)))
    stands = {(a, b) for a, b, _ in pairs(found.links, ITEM, COMMIT)}
    for pair, told in dict(answers).items():
        assert (pair in stands) == (told == "confirmed")
    gone = {(a, b) for a, b, _ in pairs(found.overruled, ITEM, COMMIT)}
    assert not gone & stands


def test_claims_follow_what_people_say() -> None:
    claims = frame(
        "claims",
        {"commit_id": 1, "deployment_id": 7, "unknown_predecessor": True},
        {"commit_id": 2, "deployment_id": 7},
        {"commit_id": 3, "deployment_id": 7},
    )
    places = frame("deployments", {"deployment_id": 7}, {"deployment_id": 8})
    pair = (COMMIT, Entity.DEPLOYMENT)
    verdicts = said(
        (pair[0], 1, pair[1], 7, "confirmed"),
        (pair[0], 2, pair[1], 7, "rejected"),
        (pair[0], 2, pair[1], 8, "confirmed"),
    )
    made = judged_claims(claims, places, verdicts)
    columns = ["commit_id", "deployment_id", "unknown_predecessor"]
    assert list(made[columns].itertuples(index=False, name=None)) == [
        (1, 7, False),
        (3, 7, False),
        (2, 8, False),
    ]
    assert made.dtypes.to_dict() == claims.dtypes.to_dict()
    assert judged_claims(claims, places, no_verdicts()) is claims


def test_pairs_follow_what_people_say() -> None:
    listed = frame(
        "merge_request_commits",
        {"merge_request_id": 5, "commit_id": 10},
        {"merge_request_id": 5, "commit_id": 11},
    )
    verdicts = said(
        (COMMIT, 10, REQUEST, 5, "rejected"),
        (COMMIT, 11, REQUEST, 5, "confirmed"),
        (COMMIT, 12, REQUEST, 5, "confirmed"),
    )
    ends = {"a": (COMMIT, "commit_id"), "b": (REQUEST, "merge_request_id")}
    made = judged_pairs(listed, verdicts, **ends)
    assert set(made.itertuples(index=False, name=None)) == {(11, 5), (12, 5)}


def test_a_commit_that_a_person_put_into_a_request_is_not_its_squash_or_merge_commit() -> None:
    """Commit 12 belongs to !8, says a person: neither its squash, nor what landed it."""
    undo = f'Revert "x"\n\nThis reverts commit {"e" * 40}.'
    given_ = shop()
    more = frame(
        "commits",
        {"commit_id": 14, "sha": "e" * 40, "message": "tidy"},
        {"commit_id": 15, "sha": "f" * 40, "message": undo},
    )
    named = frame("commits", {"commit_id": 16, "sha": "d" * 40, "message": "SHOP-2: x"})
    listed = frame("merge_request_commits", {"merge_request_id": 5, "commit_id": 16})
    frames = {
        "commits": pd.concat([given_.commits, more, named], ignore_index=True),
        "merge_request_commits": pd.concat(
            [given_.merge_request_commits, listed], ignore_index=True
        ),
        "verdicts": said((COMMIT, 14, REQUEST, 5, "confirmed")),
    }
    links = correlate(replace(given_, **frames))
    assert (1, 14, "merge_request") in pairs(links, ITEM, COMMIT)
    assert (2, 14) not in {(a, b) for a, b, _ in pairs(links, ITEM, COMMIT)}
    told = links.loc[(links["b_kind"] == COMMIT) & (links["b_id"] == 15), "rule"]
    assert set(told) == {"revert_of"}
