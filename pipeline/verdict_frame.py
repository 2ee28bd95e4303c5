"""The verdicts as the correlator reads them: by our ids, those that count now."""

from __future__ import annotations

import pandas as pd
from sqlalchemy.orm import Session

from correlator.evidence import VERDICT_COLUMNS, no_verdicts
from store import verdicts
from store.verdict_ends import known_by_ends


def verdict_frame(session: Session) -> pd.DataFrame:
    """`VERDICT_COLUMNS`: the newest of each pair, but for withdrawals and those of which an end is
    not stored.
    """
    told = verdicts.in_effect(session)
    if not told:
        return no_verdicts()
    known = known_by_ends(session, verdicts.ends_of(told))
    rows = [
        (int(a.kind), known[a].id, int(b.kind), known[b].id, one.answer, one.who, one.ts, one.why)
        for one in told
        for a, b in [one.pair]
        if a in known and b in known
    ]
    none = no_verdicts()
    return pd.DataFrame(rows, columns=VERDICT_COLUMNS).astype(none.dtypes.to_dict())
