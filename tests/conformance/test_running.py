"""What is read, what is compared, and what is told of vectors that can't be run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.comparing import compare
from conformance.running import judge, run
from conformance.vectors import Vector, VectorError, read_vectors

SHARE: dict[str, Any] = {
    "id": "one",
    "title": "1 of 8",
    "kind": "share",
    "definitions": ["wilson@1"],
    "given": {"successes": 1, "n": 8},
    "expected": {"ratio": 0.125},
}


def vector(**other: Any) -> Vector:
    return Vector.model_validate({**SHARE, **other})


def outcome(**other: Any) -> tuple[str, str]:
    (result,) = run([("mine.json", vector(**other))])
    return result.outcome, result.reason


def same(expected: Any, got: Any, tolerance: float = 0) -> bool:
    return all(one.ok for one in compare({"x": expected}, {"x": got}, tolerance=tolerance))


def test_a_wrong_number_fails_and_both_are_told() -> None:
    (result,) = run([("mine.json", vector(expected={"ratio": 0.2, "lower": None}))])
    assert result.outcome == "fail"
    first = result.values[0]
    assert (first.at, first.expected, first.got) == ("ratio", 0.2, 0.125)
    assert result.values[1].got > 0


def test_a_kind_without_a_runner_is_told() -> None:
    assert outcome(kind="horoscope")[0] == "not run"
    assert 'no runner for "horoscope"; known: ' in outcome(kind="horoscope")[1]


def test_a_definition_that_is_not_computed_is_told() -> None:
    assert outcome(definitions=["flow_time@99"]) == ("not run", "not computed here: flow_time@99")


@pytest.mark.parametrize(
    ("kind", "given", "told"),
    [
        ("share", {"successes": 9, "n": 8}, "more than n"),
        ("share", {"successes": 1}, "n: Field required"),
        ("share", {"successes": 1, "n": 8, "of": 3}, "of: Extra inputs"),
        ("sample", {"values": ["x"]}, "values.0"),
        ("items", {"statuses": {"A": "flying"}}, "statuses"),
        (
            "periods",
            {
                "window": {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"},
                "interval": "day",
                "time_zone": "Europe/Atlantis",
                "as_of": "2026-01-02T00:00:00Z",
            },
            "no known time zone",
        ),
        (
            "delivery",
            {
                "links": [{"incident": "i", "deployment": "d", "confidence": 1}],
                "window": {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"},
                "as_of": "2026-01-02T00:00:00Z",
            },
            "there is no deployment d",
        ),
        (
            "delivery",
            {
                "window": {"from": "2026-01-01T00:00:00", "to": "2026-01-02T00:00:00Z"},
                "as_of": "2026-01-02T00:00:00Z",
            },
            "window.from",
        ),
    ],
)
def test_an_input_that_makes_no_sense_is_told(kind: str, given: dict[str, Any], told: str) -> None:
    found, reason = outcome(kind=kind, given=given)
    assert found == "not run"
    assert told in reason


def test_null_is_equal_to_null_alone() -> None:
    assert same(None, None)
    assert not same(None, 0)
    assert not same(0, None)
    assert not compare({"x": None}, {}, tolerance=0)[0].ok


def test_numbers_times_and_lists() -> None:
    assert same(0.057, 0.0566, tolerance=0.0005)
    assert not same(0.057, 0.0564, tolerance=0.0005)
    assert not same(1, True)
    assert same("2026-01-05T09:00:00Z", "2026-01-05T10:00:00+01:00")
    assert not same("2026-01-05T09:00:00Z", "2026-01-05T09:00:00")
    assert same([1, 2], [1, 2])
    assert not same([1], [1, 2])
    assert not same([], 0)
    assert not same({}, None)


def test_the_answers_of_another_tool_are_judged_by_id() -> None:
    vectors = [("mine.json", vector()), ("mine.json", vector(id="two"))]
    found = judge(vectors, {"one": {"ratio": 0.125}})
    assert [one.outcome for one in found] == ["pass", "not run"]
    assert found[1].reason == "no answer was given"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "mine.json: Invalid JSON"),
        ('{"format": "other@1", "title": "", "vectors": []}', "mine.json: format"),
        ('{"format": "headwater-golden@1", "title": "", "vectors": []}', "mine.json: vectors"),
        ("[" * 10_000, "mine.json: "),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "mine.json").write_text(text, encoding="utf-8")
    with pytest.raises(VectorError) as caught:
        read_vectors(tmp_path)
    assert str(caught.value).startswith(told)


def test_an_id_comes_once_over_all_files(tmp_path: Path) -> None:
    body = {"format": "headwater-golden@1", "title": "", "vectors": [SHARE]}
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(json.dumps(body), encoding="utf-8")
    with pytest.raises(VectorError, match=r"b\.json: the id one is in a\.json already"):
        read_vectors(tmp_path)


def test_a_folder_without_vectors_is_told(tmp_path: Path) -> None:
    with pytest.raises(VectorError, match=r"no \*\.json"):
        read_vectors(tmp_path / "nowhere")
