"""The weakest reason to suspect a deployment: it was one of the last before the trouble began."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from correlator.cases import live_deployments, names_of, span_words
from correlator.evidence import Evidence, Found, found_pairs, no_pairs
from correlator.suspects import LIKELY, suspects

_SHARED: Final = 0.5  # of the likeliest, where chance or another may as well be the cause
_OTHERS: Final = 0.25


def proximity(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The service was deployed within the window before the impact began: the likeliest deployment.

    It has the whole base if, by three to one, it is the cause rather than another or none; where
    too little is known to tell, if it is the only one. Else it has half of it, and the others have
    a quarter each. One that a person ruled out makes room for the next.
    """
    if evidence.incidents.empty:
        return no_pairs()
    table = suspects(evidence, found)
    first = np.where(table["chance"] >= LIKELY, 1.0, _SHARED)
    leads = ((table["place"] == 0) & ~table["ruled_out"]).to_numpy(np.bool_)
    texts = _sentences(evidence, table)
    pairs = found_pairs(table["deployment_id"], table["incident_id"], texts)
    return pairs.assign(weight=np.where(leads, first, _OTHERS))


def _sentences(evidence: Evidence, table: pd.DataFrame) -> list[str]:
    names = names_of(live_deployments(evidence))
    window = span_words(evidence.incident_rules.window_s)
    columns = ("deployment_id", "ago_s", "several", "left", "learned", "chance", "ruled_out")
    rows = zip(*(table[name] for name in columns), strict=True)
    return [
        f"{names[number]} was deployed {span_words(ago)} before the incident began"
        + (
            f", the only deployment of its service in the {window} before"
            if several == 1
            else f"; its service had {several} deployments in the {window} before"
        )
        + (f", of which a person ruled out {several - left}" if left < several else "")
        + (
            f"; of 100 incidents that begin so, about {round(100 * chance)} are due to it"
            if learned and not out
            else ""
        )
        for number, ago, several, left, learned, chance, out in rows
    ]
