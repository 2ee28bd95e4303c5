"""What logs come to, from lines that were written by runs and counted by hand."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.chaos.lived import Lived
from tests.chaos.report import NotUnderstoodError, read, report, understood
from tests.chaos.troubles import Place, drawn, name_of

_FAILED = (
    "told: the database failed (server closed; the connection): check that it runs; what was"
    " stored is whole, and the next run goes on from there"
)
_LINES = (
    "seed 3 postgres 10.0 s: jira other_account and servicenow reset every 2 after 20, any times"
    " -> the end, with problems: well",
    f"seed 4 sqlite 9.5 s: killed before statement 71; our clock is off by -26 h -> {_FAILED};"
    " killed before UPDATE stream_state SET: BAD: link differs: (1, 2); still: jira is red",
    "",
    "seed 6 sqlite 5.0 s: every tool reset every 1 after 0, 1 times -> the end: well",
)


def _log(folder: Path, *lines: str) -> Path:
    file = folder / "chaos.log"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_seeds_troubles_endings_and_seconds_are_counted(tmp_path: Path) -> None:
    told = list(report(read([_log(tmp_path, *_LINES)])))
    assert told == [
        "3 distinct seeds lived through (3 to 4, 6): 2 on SQLite, 1 on PostgreSQL",
        "3 lines, 24 s in all, 8.2 s for one",
        "troubles: 5",
        "       2  tools: reset",
        "       1  clock",
        "       1  killed",
        "       1  tools: other_account",
        "troubled passes ended: 4",
        "       1  ended with words for a person",
        "       1  killed",
        "       1  the end",
        "       1  the end, with problems told",
        "did not hold: seed 4 sqlite: link differs: (1, 2); still: jira is red",
    ]


def test_a_seed_that_was_lived_through_again_counts_once_and_by_what_it_was_last(
    tmp_path: Path,
) -> None:
    again = "seed 4 sqlite 7.5 s: killed before statement 71 -> killed before COMMIT: well"
    told = list(report(read([_log(tmp_path, *_LINES, again)])))
    assert told[0].startswith("3 distinct seeds")
    assert told[1].startswith("4 lines, 32 s")
    assert told[-1].startswith("did not hold: seed 4 sqlite (held when it was lived through again)")


def test_a_line_that_no_run_wrote_is_refused_with_its_number(tmp_path: Path) -> None:
    odd = (
        "24 seeds from 7, 1 with something that did not hold",
        "seed 5 sqlite 9.5 s: jira asleep -> the end: well",
        "seed 5 sqlite 9.5 s: killed before statement 71 -> the end; the end: well",
        "seed 5 sqlite 9.5 s: killed before statement 71 -> the end: we",
    )
    with pytest.raises(NotUnderstoodError) as refused:
        read([_log(tmp_path, _LINES[0], *odd)])
    for number in (2, 3, 4, 5):
        assert f"chaos.log:{number}: not understood: " in str(refused.value)
    assert "chaos.log:1:" not in str(refused.value)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_every_line_that_a_run_writes_is_understood(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "headwater.db"
    file.write_bytes(b"x" * 50_000)
    ways = {"fast": ["pg_ctl"], "immediate": ["pg_ctl"]}
    place = Place(900, ["link"], file) if kind == "sqlite" else Place(900, ["link"], None, ways)
    for seed in range(300):
        troubles = drawn(Random(seed), place)
        words = " and ".join(one.words for one in troubles)
        lived = Lived(seed, kind, [words], ["the end"], ["a: b", "c"] if seed % 2 else [], 1.25)
        line = understood(str(lived))
        assert line is not None, str(lived)
        assert list(line.troubles) == [name_of(one.words) for one in troubles]
        assert line.bad == ("a: b; c" if seed % 2 else "")
