"""The weakest reason to suspect a deployment: it was the last one before the trouble began."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from correlator.cases import (
    cases,
    latest_first,
    live_deployments,
    names_of,
    preceding,
    span_words,
)
from correlator.delays import incident_window
from correlator.evidence import Evidence, Found, found_pairs, no_pairs
from correlator.undone import rollbacks

_SHARED: Final = 0.5  # of the latest, where several deployments lie in the window
_OTHERS: Final = 0.25


def proximity(evidence: Evidence, found: Found) -> pd.DataFrame:
    """The service was deployed within the window before the impact began: the latest deployment.

    Alone in the window it has the whole base, else half of it, and the others a quarter each. A
    rollback brings nothing new and is no candidate. Nor is a deployment that lies further back than
    the incidents of sure cause teach: it only makes the others less sure.
    """
    if evidence.incidents.empty:
        return no_pairs()
    live = live_deployments(evidence)
    bringing = live[~live["deployment_id"].isin(rollbacks(live))]
    window = evidence.incident_rules.window_s
    table = latest_first(preceding(cases(evidence), bringing, within_s=window), bringing)
    table = table[table["ago_s"] <= incident_window(evidence, found)]
    names = names_of(bringing)
    columns = zip(table["deployment_id"], table["ago_s"], table["several"], strict=True)
    texts = [
        f"{names[number]} was deployed {span_words(ago)} before the incident began"
        + (
            f", the only deployment of its service in the {span_words(window)} before"
            if several == 1
            else f"; its service had {several} deployments in the {span_words(window)} before"
        )
        for number, ago, several in columns
    ]
    pairs = found_pairs(table["deployment_id"], table["incident_id"], texts)
    first = np.where(table["several"] == 1, 1.0, _SHARED)
    return pairs.assign(weight=np.where(table["place"] == 0, first, _OTHERS))
