"""Runs single rules of the correlator on small frames of a service desk, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from correlator.evidence import Evidence, Found
from correlator.rules import RULES
from tests.correlator.builders import frame

MINUTE, HOUR, DAY = 60, 3600, 86_400
NAMED = {rule.name: rule for rule in RULES}


def table(given: Evidence, rule: str, *before: str) -> pd.DataFrame:
    """The links of one rule, after those of the rules that it builds on."""
    found = Found()
    for name in before:
        found.frames.append(NAMED[name].links(given, found))
    return NAMED[rule].links(given, found)


def linked(given: Evidence, rule: str, *before: str) -> dict[tuple[int, int], float]:
    """{(a_id, b_id): confidence} of one rule."""
    links = table(given, rule, *before)
    pairs = zip(links["a_id"], links["b_id"], strict=True)
    return {pair: round(c, 3) for pair, c in zip(pairs, links["confidence"], strict=True)}


def deployed(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Deployments of service 1, numbered from 1; `at` is the hour of the finish."""
    made = []
    for number, row in enumerate(rows, start=1):
        told = dict(row)
        at = int(told.pop("at") * HOUR)
        times = {"created_ts": at - 600, "started_ts": at - 600, "finished_ts": at}
        made.append({"deployment_id": number, "service": "web", **times, **told})
    return frame("deployments", *made)


def incidents(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Incidents numbered from 1; `opened` and `resolved` in hours."""
    made = []
    for number, row in enumerate(rows, start=1):
        told = dict(row)
        times = {"opened_ts": int(told.pop("opened") * HOUR)}
        if "resolved" in told:
            times["resolved_ts"] = int(told.pop("resolved") * HOUR)
        names = {"number": f"INC{number:07d}", "external_id": f"i{number}"}
        made.append({"incident_id": number, **names, **times, **told})
    return frame("incidents", *made)
