"""Vectors of statistics: percentiles of a sample, ranks of their intervals, a share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from conformance.given import Given
from metrics.stats import order_ranks, percentiles, ratio, wilson

Finite = Annotated[float, Field(allow_inf_nan=False)]


class _Sample(Given):
    values: tuple[Finite, ...]


class _Ranks(Given):
    n: int = Field(ge=0, le=1_000_000)
    percentile: float = Field(gt=0, lt=1)


class _Share(Given):
    successes: int = Field(ge=0)
    n: int = Field(ge=0)


def sample(given: Mapping[str, Any]) -> dict[str, Any]:
    """values -> n, p50, p85, p95 (nearest rank) and the bounds of each (`interval.p50`)."""
    found = percentiles(np.array(_Sample.model_validate(given).values, np.float64))
    bounds = {name: list(pair) for name, pair in found.interval.items()}
    return {"n": found.n, **found.value, "interval": bounds}


def ranks(given: Mapping[str, Any]) -> dict[str, Any]:
    """n, percentile -> lower, upper: ranks from 1 of the two-sided 95 % interval."""
    asked = _Ranks.model_validate(given)
    lower, upper = order_ranks(asked.n, asked.percentile)
    return {"lower": lower, "upper": upper}


def share(given: Mapping[str, Any]) -> dict[str, Any]:
    """successes, n -> ratio and its Wilson interval at 95 % (lower, upper)."""
    asked = _Share.model_validate(given)
    if asked.successes > asked.n:
        raise ValueError("successes: more than n")
    lower, upper = wilson(asked.successes, asked.n)
    return {"ratio": ratio(asked.successes, asked.n), "lower": lower, "upper": upper}
