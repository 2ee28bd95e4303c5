"""Values that were set higher than what came true, and too much that is an emergency."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from metrics.periods import DAY
from metrics.questions.finding import Finding, Proof, in_order, not_looked_at
from metrics.stats import Floats, ratio

LEAST_ITEMS: Final = 10
SHORT_OF: Final = 0.5
MOST_EXPEDITES: Final = 0.25
MARK_DAYS: Final = 90
MEASURED: Final = (
    f"experiment_direct_{MARK_DAYS}_cents",
    f"before_after_direct_{MARK_DAYS}_cents",
)
_EXPECTED: Final = f"expected_{MARK_DAYS}_cents"
_EXPEDITE: Final = 5


def inflated_cost(brought: pd.DataFrame, flying: pd.DataFrame) -> Finding:
    """Items that brought less than half of what was expected of them 90 days after they went live,
    and work in flight whose value says that it is an expedite (P5).

    Asks where more than half of ten or more measured items fall short, or more than a quarter of
    ten or more valued ones in flight are expedites. What was measured is an experiment, else the
    time before and after; an opinion is no measurement.
    brought: item_id, live_ts, `expected_90_cents`, MEASURED (NaN: not told). flying: item_id,
    committed_ts, profile (1 to 6), of what is in load and has a value.
    """
    first, other = (brought[name].to_numpy(np.float64) for name in MEASURED)
    cents = np.where(np.isnan(first), other, first)
    expected = brought[_EXPECTED].to_numpy(np.float64)
    judged = ~np.isnan(cents) & (expected > 0)
    short = judged & (cents < SHORT_OF * expected)
    hasty = flying["profile"].to_numpy(np.int64) == _EXPEDITE
    if judged.sum() < LEAST_ITEMS and len(flying) < LEAST_ITEMS:
        return not_looked_at(
            f"fewer than {LEAST_ITEMS} items have a measured value {MARK_DAYS} days after they went"
            f" live, and fewer than {LEAST_ITEMS} in flight have a value"
        )
    few, many = int(short.sum()), int(judged.sum())
    now, valued = int(hasty.sum()), len(flying)
    over = many >= LEAST_ITEMS and few > SHORT_OF * many
    return Finding(
        asked=over or (valued >= LEAST_ITEMS and now > MOST_EXPEDITES * valued),
        seen=f"{few} of {many} items with a measured value brought less than half of what was"
        f" expected within {MARK_DAYS} days; {now} of {valued} valued items in flight are expedites"
        " (P5)",
        figures={
            "items": few,
            "measured_items": many,
            "share": ratio(few, many),
            "expedites": now,
            "valued_items": valued,
        },
        proofs=(*in_order([*_short(brought[short], cents[short]), *_hasty(flying[hasty])]),),
    )


def _short(brought: pd.DataFrame, cents: Floats) -> list[Proof]:
    share = cents / brought[_EXPECTED].to_numpy(np.float64)
    rows = zip(brought["item_id"], brought["live_ts"], share, strict=True)
    return [
        Proof(
            "item",
            int(item),
            int(live) + MARK_DAYS * DAY,
            f"brought {100 * part:.0f} % of what was expected",
        )
        for item, live, part in rows
    ]


def _hasty(flying: pd.DataFrame) -> list[Proof]:
    rows = zip(flying["item_id"], flying["committed_ts"], strict=True)
    return [Proof("item", int(item), int(at), "in flight as an expedite") for item, at in rows]
