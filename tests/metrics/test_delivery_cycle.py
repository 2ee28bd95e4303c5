"""The delivery cycle, its parts and its last part alone, against the slow reference and by hand."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.frames import NONE
from metrics.delivery_cycle import delivery_cycle, merge_to_deploy
from metrics.periods import Window
from metrics.request_facts import request_facts
from metrics.request_spans import PARTS, request_spans
from tests.examples import examples
from tests.metrics.history import frame
from tests.metrics.tables import change_table
from tests.reference import delivery_cycle as slow
from tests.reference.statistics import percentile

HOUR = 3_600
WINDOW = Window(0, 10_000 * HOUR)
REQUEST = "service_id merge_request_id opened_ts reviewed_ts merged_ts"


def changes(*hours: tuple[int, int, int]) -> pd.DataFrame:
    """Rows of (merge request, committed, deployed), in hours."""
    return change_table(
        *(
            {
                "commit_id": place,
                "merge_request_id": number,
                "committed_ts": a * HOUR,
                "deployed_ts": b * HOUR,
            }
            for place, (number, a, b) in enumerate(hours)
        )
    )


def requests(*rows: tuple[int, int, int | None, int | None]) -> pd.DataFrame:
    """Rows of (merge request, opened, first review, merged), in hours."""
    told = [(1, n, *(NONE if at is None else at * HOUR for at in times)) for n, *times in rows]
    return frame(REQUEST, told)


def test_a_missing_review_is_not_counted_as_zero_hours() -> None:
    """8 h of coding and 3 h of deployment are known; the truth is 111 h, and no tool may say 11."""
    found = delivery_cycle(changes((1, 0, 111)), requests((1, 8, None, 108)), window=WINDOW)
    known = {name: found.value[f"{name}_p50"] for name in PARTS}
    assert known == {"coding": 8, "pickup": None, "review": None, "deploy": 3}
    assert found.value["p50"] == 111 != 11
    assert found.value["review_share"] is None
    assert found.parts["pickup_no_review"] == found.parts["review_no_review"] == 1
    assert found.parts["pickup_known"] == found.parts["all_known"] == 0
    assert found.reasons == ("pickup unknown: 1 of 1", "review unknown: 1 of 1")


def test_parts_that_are_all_known_add_up_to_the_whole() -> None:
    found = delivery_cycle(changes((1, 0, 25), (1, 2, 25)), requests((1, 3, 7, 15)), window=WINDOW)
    parts = [found.value[f"{name}_p50"] for name in PARTS]
    assert parts == [3, 4, 8, 10]
    assert sum(one for one in parts if one is not None) == found.value["p50"] == 25
    shares = [found.value[f"{name}_share"] for name in PARTS]
    assert shares == pytest.approx([0.12, 0.16, 0.32, 0.4])


def test_shares_rest_on_the_requests_of_which_every_part_is_known() -> None:
    told = changes((1, 0, 10), (2, 0, 1000))
    found = delivery_cycle(told, requests((1, 1, 3, 6), (2, 500, None, 900)), window=WINDOW)
    assert found.value["coding_share"] == 0.1
    assert (found.parts["all_known"], found.n) == (1, 2)
    assert set(found.withheld) >= {"coding_share", "pickup_p50", "coding_p85"}


def test_merge_to_deploy_is_without_coding() -> None:
    rows = changes((1, 0, 30), (2, 5, 30), (3, 6, 40), (NONE, 7, 30), (4, 8, 30))
    told = requests((1, 1, 2, 20), (2, 6, None, 31), (3, 7, 8, None))
    found = merge_to_deploy(rows, told, window=WINDOW)
    assert (found.value["p50"], found.n) == (10, 1)
    assert found.excluded == {
        "deployed_first": 1,
        "not_merged": 1,
        "times_unknown": 1,
        "no_merge_request": 1,
    }


def test_a_review_after_the_merge_is_nothing_that_the_request_waited_for() -> None:
    made = request_facts(
        changes((7, 0, 30), (8, 0, 30), (NONE, 0, 30)),
        frame("merge_request_id created_ts merged_ts", [(7, 1, 10), (8, 1, NONE), (9, 1, 10)]),
        frame(
            "merge_request_id kind ts",
            [(7, "requested", 2), (7, "approved", 11), (8, "commented", 50), (8, "approved", 40)],
        ),
    )
    rows = made[["merge_request_id", "opened_ts", "reviewed_ts", "merged_ts"]].to_numpy().tolist()
    assert rows == [[7, 1, NONE, 10], [8, 1, 40, NONE]]


MOMENT = st.integers(0, 30)


@settings(max_examples=examples(150), deadline=None)
@given(
    commits=st.lists(
        st.builds(
            slow.Commit,
            st.integers(1, 2),
            st.one_of(st.none(), st.integers(1, 4)),
            MOMENT,
            MOMENT,
            st.sampled_from(["", "", "", "bot"]),
        ),
        max_size=12,
    ),
    opened=st.lists(st.tuples(MOMENT, st.one_of(st.none(), MOMENT)), max_size=4),
    reviews=st.lists(
        st.builds(
            slow.Review,
            st.integers(1, 4),
            st.sampled_from(["requested", "commented", "approved"]),
            MOMENT,
        ),
        max_size=8,
    ),
    window=st.tuples(MOMENT, MOMENT),
)
def test_the_parts_of_requests_equal_the_slow_reference(
    commits: list[slow.Commit],
    opened: list[tuple[int, int | None]],
    reviews: list[slow.Review],
    window: tuple[int, int],
) -> None:
    told = [slow.Request(number, *pair) for number, pair in enumerate(opened, start=1)]
    rows = change_table(
        *(
            {
                "commit_id": place,
                "service_id": one.service,
                "merge_request_id": one.request or NONE,
                "committed_ts": one.committed,
                "deployed_ts": one.deployed,
                "excluded": one.excluded,
            }
            for place, one in enumerate(commits)
        )
    )
    facts = request_facts(
        rows,
        frame(
            "merge_request_id created_ts merged_ts",
            [(r.number, r.opened, NONE if r.merged is None else r.merged) for r in told],
        ),
        frame("merge_request_id kind ts", [(r.request, r.kind, r.ts) for r in reviews]),
    )
    asked = Window(*window)
    expected = slow.ways(commits, told, reviews, window)
    found = request_spans(rows, facts, window=asked)
    assert [_told(row) for row in found.to_dict("records")] == [vars(one) for one in expected]

    loose = [
        one
        for one in commits
        if not one.request and not one.excluded and window[0] <= one.deployed < window[1]
    ]
    cycle = delivery_cycle(rows, facts, window=asked)
    whole = percentile([max(0, one.whole) for one in expected], Fraction(1, 2))
    assert cycle.value["p50"] == (None if whole is None else pytest.approx(whole / HOUR))
    assert (cycle.n, cycle.excluded.get("no_merge_request", 0)) == (len(expected), len(loose))
    for name in PARTS:
        seconds = [getattr(one, name) for one in expected if isinstance(getattr(one, name), int)]
        middle = percentile(seconds, Fraction(1, 2))
        value = cycle.value[f"{name}_p50"]
        assert value == (None if middle is None else pytest.approx(middle / HOUR))
        unknown = Counter(
            str(getattr(o, name)) for o in expected if isinstance(getattr(o, name), str)
        )
        counts = {reason: cycle.parts[f"{name}_{reason}"] for reason in unknown}
        assert counts == dict(unknown)
    after = merge_to_deploy(rows, facts, window=asked)
    assert after.n == sum(isinstance(one.deploy, int) for one in expected)
    assert after.n + sum(after.excluded.values()) == len(expected) + len(loose)


def _told(row: dict[str, object]) -> dict[str, object]:
    """A row of the spans as the reference says it."""
    parts = {name: row[f"{name}_reason"] or row[f"{name}_s"] for name in PARTS}
    return {
        "service": row["service_id"],
        "request": row["merge_request_id"],
        "whole": row["seconds"],
        **parts,
    }
