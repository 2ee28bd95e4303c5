"""What is remembered of facts: a few answers, and what all of them need."""

from __future__ import annotations

from itertools import count

from pipeline.memo import Memo


def test_what_was_asked_for_longest_ago_is_made_again() -> None:
    memo, numbers = Memo(2), count()
    assert [memo.of(key, lambda: next(numbers)) for key in "aabcab"] == [0, 0, 1, 2, 3, 4]


def test_what_depends_on_no_question_is_made_once_however_many_are_asked() -> None:
    memo, numbers = Memo(2), count()
    assert memo.once("all", lambda: next(numbers)) == 0
    for key in "abcde":
        memo.of(key, lambda: next(numbers))
    assert memo.once("all", lambda: next(numbers)) == 0
