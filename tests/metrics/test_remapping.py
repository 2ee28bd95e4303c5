"""What differs between two definitions, in words and in time, against counting second by second."""

from __future__ import annotations

from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from core.frames import NONE
from metrics.remapping import Meaning, StreamDefinition, changed_words, dated, meaning_at, moves

REVIEW, QUEUE, DONE = (
    Meaning(0, "Review", "active"),
    Meaning(0, "Queue", "waiting"),
    Meaning(0, "Done", "done"),
)


def _defined(meanings: dict[int, list[Meaning]], **more: Any) -> StreamDefinition:
    names = {1: "Code Review", 2: "Closed", 3: "New here"}
    return StreamDefinition(meanings, frozenset({1, 2}), names, **more)


def test_words_name_the_stage_the_status_and_both_states() -> None:
    old = _defined({1: [REVIEW], 2: [DONE]}, rules={"reopen_window": "14d", "count_ignored": True})
    same_stage = _defined(
        {1: [Meaning(0, "Review", "waiting")], 2: [DONE]},
        rules={"reopen_window": "7d", "count_ignored": False},
    )
    assert changed_words(old, same_stage) == [
        'stage Review: status "Code Review" active -> waiting',
        "reopen_window 14d -> 7d",
        "count_ignored true -> false",
    ]
    assert changed_words(old, old) == []


def test_words_of_what_is_mapped_and_what_no_longer_is() -> None:
    old, new = _defined({1: [REVIEW]}), _defined({2: [DONE]})
    assert changed_words(old, new) == [
        'status "Closed": unmapped -> Done (done)',
        'status "Code Review": Review (active) -> unmapped',
    ]


def test_words_of_kinds_and_lists() -> None:
    old = _defined({}, kinds={"Bug": "defect", "Story": "feature"}, rules={"labels": ["a"]})
    new = _defined({}, kinds={"Bug": "risk", "Task": "feature"}, rules={"labels": ["a", "b"]})
    assert changed_words(old, new) == [
        'type "Bug": defect -> risk',
        'type "Story": feature -> no kind',
        'type "Task": no kind -> feature',
        "labels [a] -> [a, b]",
    ]


def test_a_status_that_was_not_known_is_no_change() -> None:
    assert changed_words(_defined({1: [REVIEW]}), _defined({1: [REVIEW], 3: [QUEUE]})) == []


def test_a_day_is_told_in_the_zone_of_the_definition() -> None:
    midnight = 1_772_319_600  # 1 March 2026 in Berlin
    later = Meaning(midnight, "Queue", "waiting")
    old, new = (_defined({1: one}, zone="Europe/Berlin") for one in ([REVIEW], [REVIEW, later]))
    expected = 'status "Code Review": Review (active) -> Review (active), Queue (waiting) from 2026'
    assert changed_words(old, new) == [f"{expected}-03-01"]
    assert dated(new) == {midnight: ['status "Code Review": Review (active) -> Queue (waiting)']}
    assert dated(old) == {}


_MEANING = st.sampled_from(
    [("Review", "active"), ("Queue", "waiting"), ("Done", "done"), ("Gone", "cancelled")]
)
_MEANINGS = st.dictionaries(st.integers(0, 30), _MEANING, max_size=3).map(
    lambda found: [Meaning(ts, *found[ts]) for ts in sorted(found)]
)
_VISITS = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 40), st.integers(1, 12), st.booleans()),
    max_size=6,
)


@given(old=_MEANINGS, new=_MEANINGS, visits=_VISITS)
def test_time_and_items_are_those_of_every_second(
    old: list[Meaning], new: list[Meaning], visits: list[tuple[int, int, int, bool]]
) -> None:
    now = 45
    rows = [(item, begin, begin + size, open_) for item, begin, size, open_ in visits]
    frame = pd.DataFrame(
        {
            "item_id": [row[0] for row in rows],
            "status_id": [1] * len(rows),
            "start_ts": [row[1] for row in rows],
            "end_ts": [NONE if row[3] else row[2] for row in rows],
        },
        dtype="int64",
    )
    seconds, items = 0, set()
    for item, begin, end, open_ in rows:
        for ts in range(begin, now if open_ else end):
            pair = [_plain(one, ts) for one in (old, new)]
            if pair[0] != pair[1]:
                items.add(item)
                seconds += not all(one and one[1] in ("done", "cancelled") for one in pair)
    found = moves(_defined({1: old}), _defined({1: new}), frame, as_of=now)
    assert sum(one.seconds for one in found) == seconds
    assert sum(one.items for one in found) == len(items)


def _plain(meanings: list[Meaning], ts: int) -> tuple[str, str] | None:
    found = None
    for one in meanings:
        if one.since_ts <= ts:
            found = (one.stage, one.state)
    return found


def test_the_meaning_at_a_moment_is_the_last_that_began() -> None:
    later = Meaning(50, "Queue", "waiting")
    assert [meaning_at([REVIEW, later], ts) for ts in (0, 49, 50)] == [REVIEW, REVIEW, later]
    assert meaning_at([later], 49) is None
