"""What of two frames of facts differs: beside plain dictionaries, on random frames."""

from __future__ import annotations

from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from core.frames import NONE
from store.fact_differences import difference

_ROW = st.tuples(
    st.integers(1, 4), st.integers(0, 2), st.sampled_from([NONE, 0, 7]), st.sampled_from(["", "a"])
)
_COLUMNS = ["item_id", "episode", "done_ts", "state"]
_KEY = ["item_id", "episode"]


def _frame(rows: list[tuple[Any, ...]], *, words: str = "str") -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    whole = dict.fromkeys(_COLUMNS[:3], "int64")
    return frame.astype(whole).astype({"state": words})


def _by_key(rows: list[tuple[Any, ...]]) -> dict[tuple[int, int], tuple[Any, ...]]:
    return {row[:2]: row[2:] for row in rows}


@given(st.lists(_ROW), st.lists(_ROW), st.sampled_from(["str", "object", "category"]))
def test_new_changed_and_gone_rows_are_told_apart(
    was: list[tuple[Any, ...]], now: list[tuple[Any, ...]], words: str
) -> None:
    before = [(*key, *rest) for key, rest in _by_key(was).items()]
    old, new = _by_key(before), _by_key(now)
    found = difference(_frame(before), _frame(now, words=words), _KEY)

    def keys(rows: list[tuple[Any, ...]], places: Any) -> list[tuple[int, int]]:
        return [rows[place][:2] for place in places]

    assert keys(now, found.inserted) == sorted(new.keys() - old.keys())
    assert keys(before, found.deleted) == sorted(old.keys() - new.keys())
    differ = sorted(key for key in old.keys() & new.keys() if old[key] != new[key])
    assert keys(before, found.was) == keys(now, found.now) == differ
    assert {now[place][:2]: now[place][2:] for place in found.now} == {k: new[k] for k in differ}
    columns = {
        name
        for key in differ
        for name, before_it, after_it in zip(_COLUMNS[2:], old[key], new[key], strict=True)
        if before_it != after_it
    }
    assert found.differing == [name for name in _COLUMNS if name in columns]
    assert bool(found) == (old != new)


def test_a_flag_that_may_be_unknown_and_a_share_are_compared_by_value() -> None:
    before = pd.DataFrame({"incident_id": [1, 2], "failed": [-1, 1], "confidence": [0.4, 0.8]})
    before = before.astype({"failed": "int8"})
    after = before.assign(failed=[0, 1], confidence=[0.4, 0.9]).astype({"failed": "int64"})
    assert difference(before, after, ["incident_id"]).now.tolist() == [0, 1]
    assert not difference(before, before.astype({"failed": "int64"}), ["incident_id"])
