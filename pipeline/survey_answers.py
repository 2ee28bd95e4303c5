"""What the survey of DORA told, and where the numbers of a service or a stream fall in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from math import inf
from typing import Any

from metrics.survey import (
    CAUTIONS,
    COMPARED,
    UNCONFIRMED,
    Bucket,
    Edition,
    Figure,
    Group,
    editions,
    newest_with,
    placed,
)

Answer = dict[str, Any]


def survey() -> Answer:
    """All editions, the newest first, and how such numbers should not be used."""
    return {"editions": [_edition(one) for one in reversed(editions())], "cautions": [*CAUTIONS]}


def context_of(found: Mapping[str, Answer]) -> list[Answer]:
    """For each of the five metrics: the answer of the newest survey that its value falls under.

    found: envelopes by metric. `answer` is null, with a reason, where the value is withheld, or no
    edition told answers, or those told leave it out.
    """
    return [_place(metric, found[metric]) for metric in COMPARED]


def _place(metric: str, envelope: Answer) -> Answer:
    name = COMPARED[metric]
    own, edition = envelope["value"][name], newest_with(metric)
    bucket, reason = None, None
    if edition is None:
        reason = "no edition told answers for this metric"
    elif own is None:
        reason = "the value is withheld, or there is none"
    else:
        bucket = placed(edition, metric, own)
        reason = None if bucket else "none of the answers that are told for this year"
    return {
        "metric": metric,
        "compared": name,
        "value": own,
        "year": edition.year if edition else None,
        "answer": bucket.text if bucket else None,
        "source": _source(bucket) if bucket else None,
        "answers": [one.text for one in edition.of(metric)] if edition else [],
        "reason": reason,
    }


def _source(told: Bucket | Figure | Group) -> str:
    return told.source if told.confirmed else UNCONFIRMED


def _edition(edition: Edition) -> Answer:
    return {
        "year": edition.year,
        "note": edition.note or None,
        "groups": [_row(one) for one in edition.groups],
        "answers": [
            {**_row(one), "under": None if one.under == inf else one.under}
            for one in edition.answers
        ],
        "figures": [_row(one) for one in edition.figures],
    }


def _row(told: Bucket | Figure | Group) -> Answer:
    row = asdict(told)
    del row["confirmed"]
    return {**row, "source": _source(told)}
