"""The files of golden vectors: read and checked, whoever wrote them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import HeadwaterError

FORMAT = "headwater-golden@1"
_HERE = Path(__file__).parent


class VectorError(HeadwaterError):
    """A file that is no file of vectors; the message names it and what is wrong."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Vector(_Strict):
    """One history and its true answer.

    kind: which calculation; `given` is its input. definitions: what the expected numbers mean, as
    `flow_time@1`. expected: the numbers that must come out, nested by metric; null means that there
    must be none. tolerance: how far a number may be off. contrast: what other readings give, for
    people; nothing compares it.
    """

    id: str = Field(min_length=1, max_length=80)
    title: str
    kind: str
    definitions: tuple[str, ...] = Field(min_length=1)
    given: dict[str, Any]
    expected: dict[str, Any] = Field(min_length=1)
    tolerance: float = Field(default=1e-9, ge=0, allow_inf_nan=False)
    contrast: dict[str, Any] = {}
    why: str = ""


class _File(_Strict):
    format: Literal["headwater-golden@1"]
    title: str
    vectors: tuple[Vector, ...] = Field(min_length=1)


def golden_folder() -> Path:
    """Where the vectors of this copy lie."""
    installed = _HERE / "golden"
    return installed if installed.is_dir() else _HERE.parent / "tests" / "golden"


def read_vectors(folder: Path) -> list[tuple[str, Vector]]:
    """(file name, vector) of every `*.json` of the folder, in the order of names.

    `VectorError` for a folder without any, a file that is none, and an id that comes twice.
    """
    files = sorted(folder.glob("*.json"))
    if not files:
        raise VectorError(f"{folder}: no *.json with vectors there; name their folder")
    found = [(path.name, vector) for path in files for vector in _read(path)]
    seen: dict[str, str] = {}
    for name, vector in found:
        if vector.id in seen:
            raise VectorError(f"{name}: the id {vector.id} is in {seen[vector.id]} already")
        seen[vector.id] = name
    return found


def _read(path: Path) -> Iterator[Vector]:
    try:
        yield from _File.model_validate_json(path.read_bytes()).vectors
    except ValidationError as error:
        raise VectorError(f"{path.name}: {first_problem(error)}") from error
    except OSError as error:
        raise VectorError(f"{path}: {error.strerror}") from error


def first_problem(error: ValidationError) -> str:
    """The first of its problems in a line, with where it is."""
    told = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in told["loc"])
    return f"{where}: {told['msg']}" if where else str(told["msg"])
