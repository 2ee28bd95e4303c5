"""Vectors run through the product's own calculation, or laid beside the answers of another tool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import ValidationError

from conformance.comparing import Compared, compare
from conformance.kinds import KINDS, definitions
from conformance.vectors import Vector, first_problem

Outcome = Literal["pass", "fail", "not run"]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a vector. `not run` is no pass; `reason` says why nothing was compared."""

    file: str
    vector: Vector
    outcome: Outcome
    reason: str = ""
    values: Sequence[Compared] = field(default=())


def run(vectors: Sequence[tuple[str, Vector]]) -> list[Result]:
    """Each vector through the product."""
    return [_run(file, vector) for file, vector in vectors]


def judge(
    vectors: Sequence[tuple[str, Vector]], answers: Mapping[str, Mapping[str, Any]]
) -> list[Result]:
    """Each vector beside what another tool answered, by its id."""
    return [
        _judged(file, vector, answers[vector.id])
        if vector.id in answers
        else Result(file, vector, "not run", "no answer was given")
        for file, vector in vectors
    ]


def _run(file: str, vector: Vector) -> Result:
    runner = KINDS.get(vector.kind)
    if runner is None:
        known = ", ".join(sorted(KINDS))
        return Result(file, vector, "not run", f'no runner for "{vector.kind}"; known: {known}')
    foreign = sorted(set(vector.definitions) - definitions())
    if foreign:
        return Result(file, vector, "not run", f"not computed here: {', '.join(foreign)}")
    try:
        got = runner(vector.given)
    except ValidationError as error:
        return Result(file, vector, "not run", f"given: {first_problem(error)}")
    except ValueError as error:
        return Result(file, vector, "not run", f"given: {error}")
    return _judged(file, vector, got)


def _judged(file: str, vector: Vector, got: Mapping[str, Any]) -> Result:
    values = compare(vector.expected, got, tolerance=vector.tolerance)
    good = all(value.ok for value in values)
    return Result(file, vector, "pass" if good else "fail", "", values)
