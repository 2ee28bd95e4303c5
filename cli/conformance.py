"""`headwater conformance`: golden vectors through this product, or beside other tools' answers."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from cli.output import console, print_json
from conformance.comparing import Compared
from conformance.running import Outcome, Result, judge, run
from conformance.vectors import VectorError, golden_folder, read_vectors

_OUTCOMES: tuple[Outcome, ...] = ("pass", "fail", "not run")


def run_conformance(
    folder: Path | None, *, answers: Path | None, as_json: bool, every: bool
) -> None:
    """Exit status 1 where a vector failed or could not be run."""
    vectors = read_vectors(folder or golden_folder())
    results = run(vectors) if answers is None else judge(vectors, _answers(answers))
    counts = {word: sum(one.outcome == word for one in results) for word in _OUTCOMES}
    if as_json:
        print_json({"vectors": [_document(one) for one in results], "counts": counts})
    else:
        for one in results:
            for line in _lines(one, every=every):
                console.print(line, highlight=False, markup=False, soft_wrap=True)
        told = f"{counts['pass']} passed, {counts['fail']} failed, {counts['not run']} not run"
        console.print(f"\n{told}", highlight=False, markup=False)
    if counts["pass"] < len(results):
        sys.exit(1)


def _answers(path: Path) -> Mapping[str, Mapping[str, Any]]:
    try:
        body = orjson.loads(path.read_bytes())
    except OSError as error:
        raise VectorError(f"{path}: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise VectorError(f"{path.name}: no JSON: {error}") from error
    if not isinstance(body, dict) or not all(isinstance(one, dict) for one in body.values()):
        raise VectorError(f'{path.name}: write {{"<id of the vector>": {{<its answer>}}}}')
    return body


def _document(one: Result) -> dict[str, Any]:
    vector = one.vector
    return {
        "id": vector.id,
        "title": vector.title,
        "file": one.file,
        "kind": vector.kind,
        "definitions": vector.definitions,
        "outcome": one.outcome,
        "reason": one.reason or None,
        "values": [
            {
                "at": value.at,
                "expected": value.expected,
                "got": value.got,
                "told": value.told,
                "ok": value.ok,
            }
            for value in one.values
        ],
    }


def _lines(one: Result, *, every: bool) -> Sequence[str]:
    count = f" ({len(one.values)} values)" if one.values else f": {one.reason}"
    head = f"{one.outcome:<7}  {one.vector.id}  {one.vector.title}{count}"
    shown = [value for value in one.values if every or not value.ok]
    return [head, *(f"         {_line(value)}" for value in shown)]


def _line(value: Compared) -> str:
    got = _told(value.got) if value.told else "nothing"
    mark = "" if value.ok else "  <- differs"
    return f"{value.at}: expected {_told(value.expected)}, got {got}{mark}"


def _told(value: Any) -> str:
    return orjson.dumps(value).decode()
