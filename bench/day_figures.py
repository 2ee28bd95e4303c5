"""What was measured of a day, pass by pass, and the file that keeps it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Step:
    """A pass. until_h: the hour of the day up to which it read. quarters: how many it took, more
    than one where it had fallen behind. rows: of records, new in it. lags: minutes of the company
    from an event until its facts could be seen, the middle one and the longest. calm_min: how long
    the longest were at the company's own pace: a quarter of an hour, and the pass. mb: the most
    memory that the process held meanwhile.
    """

    until_h: float
    quarters: int
    rows: int
    store_s: float
    follow_s: float
    lag_p50_min: float
    lag_most_min: float
    calm_min: float
    mb: int

    @property
    def pass_s(self) -> float:
        return self.store_s + self.follow_s


@dataclass(frozen=True, slots=True)
class Day:
    """engineers, before: how many, and rows of records before the day. speed: of its clock."""

    engineers: int
    before: int
    speed: float
    steps: Sequence[Step]

    @property
    def rows(self) -> int:
        return sum(step.rows for step in self.steps)


def written(day: Day, path: Path) -> None:
    """The figures as CSV, a line for each pass, after one that says of what."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow([day.engineers, day.before, day.speed])
        table.writerow([one.name for one in fields(Step)])
        table.writerows(asdict(step).values() for step in day.steps)


def read(path: Path) -> Day:
    """What `written` wrote."""
    with path.open(encoding="utf-8", newline="") as file:
        (engineers, before, speed), _, *rows = csv.reader(file)
    steps = [
        Step(float(until), int(many), int(records), *_five(row), int(mb))
        for until, many, records, *row, mb in rows
    ]
    return Day(int(engineers), int(before), float(speed), steps)


def _five(cells: Sequence[str]) -> tuple[float, float, float, float, float]:
    store, follow, middle, most, calm = map(float, cells)
    return store, follow, middle, most, calm
