"""P16: linking 1 % new commits beside linking all, and how linking all grows with their number.

Baseline: all records of the estate linked for the first time, links written. New commits come with
their merge requests and builds. Where something was deployed, all is linked again: that is told
too.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.estate import Estate
from bench.measuring import ROUNDS, Outcome, peak_mb
from core.records import Record
from core.settings import Settings
from pipeline.correlate import CorrelateReport, correlate
from pipeline.database import Database, over
from pipeline.mapping import apply_mapping
from pipeline.stages import CORRELATE
from store import dirty
from store.lookup import chunks
from store.migrate import upgrade
from store.records import save_records
from store.session import open_engine
from store.sources import source_ids

_MOST = 0.02
_LINEAR = 2.4
_LOGIN = {"user": "u", "token": "t"}


@dataclass(slots=True)
class _Company:
    database: Database
    settings: Settings
    estate: Estate
    taken: dict[str, list[float]] = field(default_factory=dict)

    def store(self, source: str, records: Iterable[Record]) -> None:
        for part in chunks(records, 20_000):
            with self.database.writing() as session:
                touched = save_records(session, source_ids(session)[source], part)
                for entity, ids in touched.ids.items():
                    dirty.mark(session, CORRELATE, entity, ids)

    def link(self, name: str, *, everything: bool = False) -> CorrelateReport:
        began = time.perf_counter()
        report = correlate(self.settings, self.database, everything=everything)
        self.taken.setdefault(name, []).append(time.perf_counter() - began)
        return report


def run(*, full: bool) -> Iterator[Outcome]:
    """full: up to 400,000 commits instead of 100,000."""
    largest = 400_000 if full else 100_000
    before = 0.0
    for commits in (largest // 4, largest // 2, largest):
        with TemporaryDirectory(prefix="headwater-") as folder, _company(folder, commits) as one:
            total = one.link("all").total
            whole = one.taken["all"][0]
            if before:
                yield _outcome("twice as many commits", commits, before, whole, _LINEAR, total)
            before = whole
            if commits == largest:
                yield from _in_parts(one, commits, whole, total)


def _in_parts(one: _Company, commits: int, whole: float, total: int) -> Iterator[Outcome]:
    for _ in range(ROUNDS):
        one.store("gitlab", one.estate.more(commits // 100, deploy=False))
        one.link("part")
    again = one.link("again", everything=True)
    assert again.changed == 0, "what was linked in parts is not what all at once gives"
    yield _outcome("1 % new commits", commits, whole, median(one.taken["part"]), _MOST, total)
    unchanged = one.taken["again"][0]
    yield _outcome("all again, unchanged", commits, whole, unchanged, None, total)


def _outcome(
    what: str, commits: int, baseline: float, product: float, most: float | None, links: int
) -> Outcome:
    return Outcome(
        "P16",
        f"linking {what}",
        f"{commits:,} commits, {links:,} links",
        "half of them, first time" if what.startswith("twice") else "all, first time",
        baseline,
        product,
        None,
        peak_mb(),
        most,
    )


@contextmanager
def _company(folder: str, commits: int) -> Iterator[_Company]:
    """An estate of so many commits, stored and not linked."""
    url = f"sqlite:///{Path(folder) / 'headwater.db'}"
    upgrade(url)
    engine = open_engine(url)
    homes = max(4, commits // 5_000)
    try:
        one = _Company(over(engine), _settings(homes), Estate(homes, commits // 3))
        apply_mapping(one.settings, one.database)
        one.store("jira", one.estate.tracker())
        one.store("gitlab", one.estate.code())
        one.store("gitlab", one.estate.more(commits))
        yield one
    finally:
        engine.dispose()


def _settings(homes: int) -> Settings:
    names = [f"shop/r{number}" for number in range(homes)]
    return Settings.model_validate(
        {
            "sources": [
                {"name": "jira", "kind": "jira", "url": "https://jira.example",
                 "projects": ["SHOP"], "auth": _LOGIN},
                {"name": "gitlab", "kind": "gitlab", "url": "https://git.example",
                 "projects": names, "auth": {"token": "t"}},
            ],
            "services": [
                {"name": name.replace("/", "-"), "repositories": [name]} for name in names
            ],
        }
    )  # fmt: skip
