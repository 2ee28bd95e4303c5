"""P18: a working day of a company in a few minutes: how late its facts are, and what a pass takes.

The clock of the company runs so much faster than ours that its day ends in time. What happened in
a quarter of an hour can be read once that is over; a pass takes all that can be read by then, and
one follows the other. `python -m bench.p18_day --engineers 10000 --seconds 860` draws the picture
of docs/benchmarks.md, from the figures that it writes beside it.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Final

import structlog
from sqlalchemy import func, select

from bench.day_chart import day_chart
from bench.day_figures import Day, Step, read, written
from bench.day_store import DayStore, day_store, records_of
from bench.measuring import Outcome, peak_mb
from bench.workday import BEGIN, QUARTERS, Happened, Workday
from core.records import WorkItem
from store.models import build, deployment, git_commit, incident, merge_request, transition
from store.models import work_item as items

_QUARTER_S: Final = 900
_SMALL: Final = (500, 1, 30.0)
_FULL: Final = (10_000, 1, 860.0)
_TABLES: Final = {
    "items": items, "status changes": transition, "commits": git_commit,
    "merge requests": merge_request, "builds": build, "deployments": deployment,
    "incidents": incident,
}  # fmt: skip


def run(*, full: bool) -> Iterator[Outcome]:
    """full: 10,000 engineers in 14 minutes; small: a twentieth of them, in half a minute."""
    day = lived(*(_FULL if full else _SMALL))
    longest = max(day.steps, key=lambda step: step.pass_s)
    late = max(step.lag_most_min for step in day.steps)
    yield Outcome(
        "P18",
        f"the longest pass of a day, its clock {day.speed:,.0f} x as fast; latest fact"
        f" {late:.0f} of its minutes",
        f"{day.engineers:,} engineers, {day.rows:,} rows after {day.before:,}",
        f"{longest.quarters} x a quarter of an hour, as fast",
        longest.quarters * _QUARTER_S / day.speed,
        longest.pass_s,
        None,
        peak_mb(),
    )


def lived(engineers: int, days: int, seconds: float) -> Day:
    """The day of so many engineers in so many seconds, after some days of the same."""
    work = Workday(engineers, days)
    with day_store(work) as store:
        for part in work.before():
            store.store(records_of(part))
        store.bring_up_to_date()
        before = work.made.total()
        steps = list(_steps(work, store, seconds / QUARTERS))
        _require_whole(work.made, store)
    return Day(engineers, before, _QUARTER_S * QUARTERS / seconds, steps)


def _steps(work: Workday, store: DayStore, quarter_s: float) -> Iterator[Step]:
    began, done, known = time.monotonic(), 0, work.made.total()
    while done < QUARTERS:
        time.sleep(max(0.0, began + (done + 1) * quarter_s - time.monotonic()))
        until = min(QUARTERS, int((time.monotonic() - began) / quarter_s))
        happened = [one for number in range(done, until) for one in work.quarter(number)]
        _forget_peak()
        begins = time.monotonic()
        store.store(records_of(happened))
        stored = time.monotonic()
        store.bring_up_to_date()
        ended = time.monotonic()
        seen_s = (ended - began) / quarter_s * _QUARTER_S
        lags = _lags(happened, seen_s)
        yield Step(
            until_h=until / 4,
            quarters=until - done,
            rows=work.made.total() - known,
            store_s=round(stored - begins, 2),
            follow_s=round(ended - stored, 2),
            lag_p50_min=round(median(lags) / 60, 1),
            lag_most_min=round(max(lags) / 60, 1),
            calm_min=round((_QUARTER_S + ended - begins) / 60, 1),
            mb=_peak_mb(),
        )
        done, known = until, work.made.total()


def _lags(happened: Sequence[Happened], seen_s: float) -> list[float]:
    """Seconds of the company until each was seen; what is told of a ticket again happened before.

    A quarter in which nothing happens has its end as its only event.
    """
    begin = BEGIN.timestamp()
    found = [seen_s - (at.timestamp() - begin) for at, one in happened if type(one) is not WorkItem]
    return found or [seen_s % _QUARTER_S]


def _require_whole(made: Counter[str], store: DayStore) -> None:
    """All of it is stored, and linked and measured as all at once would be."""
    with store.database.read() as session:
        for name, table in _TABLES.items():
            stored = session.execute(select(func.count()).select_from(table)).scalar()
            assert stored == made[name], (name, stored, made[name])
    again = store.bring_up_to_date(everything=True)
    assert (again.links.changed, again.facts.changed) == (0, 0), again


def _forget_peak() -> None:
    """What the kernel tells as the most from now on is the most from now on."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak_mb() -> int:
    told = Path("/proc/self/status").read_text(encoding="ascii")
    return int(told.partition("VmHWM:")[2].split()[0]) // 1024


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engineers", type=int, default=_FULL[0])
    parser.add_argument("--days", type=int, default=_FULL[1], help="of history before the day")
    parser.add_argument("--seconds", type=float, default=_FULL[2], help="that the day takes")
    parser.add_argument("--into", type=Path, default=Path("docs/benchmarks-day.svg"))
    asked = parser.parse_args()
    figures = asked.into.with_suffix(".csv")
    written(lived(asked.engineers, asked.days, asked.seconds), figures)
    asked.into.write_text(day_chart(read(figures)), encoding="utf-8")


if __name__ == "__main__":
    main()
