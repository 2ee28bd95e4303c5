"""Status changes come in any order, with ties, missing statuses and ids of any size."""

from __future__ import annotations

import numpy as np
import pytest

from core.frames import NONE
from metrics.move_order import COLUMNS, in_order

ROWS = 400


@pytest.mark.parametrize(
    ("first_item", "apart_s", "first_status"),
    [(1, 1, 1), (1, 86_400, 0), (2**31, 1, 1), (1, 2**30, 1), (1, 60, 2**32), (-5, 60, 1)],
    ids=["ties", "days", "late ids", "far apart", "late statuses", "odd ids"],
)
@pytest.mark.parametrize("missing", [False, True], ids=["known", "missing"])
def test_rows_are_as_a_stable_sort_by_three_keys_has_them(
    first_item: int, apart_s: int, first_status: int, missing: bool
) -> None:
    random = np.random.default_rng(7)
    item = first_item + random.integers(0, 20, ROWS)
    ts = 1_700_000_000 + apart_s * random.integers(0, 12, ROWS)
    seq = random.integers(0, 3, ROWS)
    from_id, to_id = first_status + random.integers(0, 8, (2, ROWS))
    if missing:
        from_id[::7] = NONE
    rows = list(zip(item, ts, from_id, to_id, seq, strict=True))

    found = in_order(item, ts, from_id, to_id, seq)

    wanted = sorted(rows, key=lambda row: (row[0], row[1], row[4]))
    assert list(zip(*(found[name] for name in COLUMNS), strict=True)) == [row[:4] for row in wanted]


def test_no_rows_stay_none() -> None:
    none = np.empty(0, np.int64)

    assert [len(values) for values in in_order(none, none, none, none, none).values()] == [0] * 4
