"""The picture of a day, and the one in docs/: drawn from the figures that stand beside it."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

from bench.day_chart import day_chart
from bench.day_figures import Day, Step, read, written

DOCS = Path(__file__).parents[2] / "docs"
_SVG = "{http://www.w3.org/2000/svg}"
DAY = Day(
    10_000,
    50_000,
    96.0,
    [
        Step(12.0, 1, 900, 1.0, 3.0, 12.0, 25.0, 15.1, 300),
        Step(24.0, 2, 100, 2.0, 8.0, 30.0, 40.0, 15.2, 400),
    ],
)


def _texts(svg: str) -> list[str]:
    return ["".join(one.itertext()) for one in ET.fromstring(svg).iter(f"{_SVG}text")]


def test_it_says_what_it_shows() -> None:
    said = " ".join(_texts(day_chart(DAY)))
    assert "96 times as fast as in life, facts were up to 40 minutes" in said
    assert "no later than 15.2: a quarter of an hour, and the longest pass" in said
    assert "10,000 engineers, 1,000 rows of records after 50,000" in said


def test_points_lie_where_their_figures_say() -> None:
    root = ET.fromstring(day_chart(DAY))
    paths = [one.get("d", "") for one in root.iter(f"{_SVG}path") if "L" in one.get("d", "")]
    assert len(paths) == 7
    points = [[tuple(map(float, two.split())) for two in d[1:].split("L")] for d in paths]
    assert {tuple(x for x, _ in one) for one in points} == {(400.0, 744.0)}  # noon and midnight
    (_, first), (_, second) = points[-1]  # memory, 300 and 400 of 500 MB, each 22 pixels a hundred
    assert abs(first - second - 22.0) < 0.11


def test_figures_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "day.csv"
    written(DAY, path)
    assert read(path) == DAY


def test_the_picture_of_the_docs_is_that_of_the_figures_beside_it() -> None:
    day = read(DOCS / "benchmarks-day.csv")
    assert day.engineers == 10_000
    assert sum(step.quarters for step in day.steps) == 96
    assert (DOCS / "benchmarks-day.svg").read_text(encoding="utf-8") == day_chart(day)
