"""`make bench`: runs the benchmarks, prints a line of JSON for each ratio, and writes the page."""

from __future__ import annotations

import argparse
import logging
import os
import platform
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import structlog

from bench import (
    p1_facts,
    p3_recompute,
    p5_upsert,
    p6_load,
    p7_keys,
    p8_releases,
    p9_collect,
    p10_charts,
    p11_views,
    p12_polling,
    p13_dask,
    p14_first_load,
    p15_lab,
    p16_correlate,
    p17_load,
    p18_day,
)
from bench.measuring import ROUNDS, Outcome
from store.copying import COPY_FROM

# P1 brings P2, and P3 brings P4, as they share what they are measured on.
BENCHMARKS: Mapping[str, Callable[..., Iterator[Outcome]]] = {
    "P1": p1_facts.run,
    "P3": p3_recompute.run,
    "P5": p5_upsert.run,
    "P6": p6_load.run,
    "P7": p7_keys.run,
    "P8": p8_releases.run,
    "P9": p9_collect.run,
    "P10": p10_charts.run,
    "P11": p11_views.run,
    "P12": p12_polling.run,
    "P13": p13_dask.run,
    "P14": p14_first_load.run,
    "P15": p15_lab.run,
    "P16": p16_correlate.run,
    "P17": p17_load.run,
    "P18": p18_day.run,
}
_LIBRARIES = ("SQLAlchemy", "psycopg", "pandas", "numpy", "httpx")
_TEMPLATE = Path(__file__).with_name("page.md")


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=("small", "full"), default="small")
    parser.add_argument("--only", choices=list(BENCHMARKS), action="append")
    parser.add_argument("--page", type=Path, help="the page to write, none by default")
    asked = parser.parse_args()
    found = []
    for name in asked.only or list(BENCHMARKS):
        for outcome in BENCHMARKS[name](full=asked.size == "full"):
            print(outcome.line(), flush=True)
            found.append(outcome)
    if asked.page:
        asked.page.write_text(_page(found, asked.size), encoding="utf-8")


def _page(found: Sequence[Outcome], size: str) -> str:
    return _TEMPLATE.read_text(encoding="utf-8").format(
        rounds=ROUNDS,
        rows="\n".join(map(_row, found)),
        when=datetime.now(UTC).date().isoformat(),
        size=f"size {size}",
        machine=_machine(),
        versions=_versions(),
        peak=max(outcome.peak_mb for outcome in found),
        copy_from=COPY_FROM,
    )


def _row(outcome: Outcome) -> str:
    words = {True: "met", False: "**missed**", None: ""}
    wanted, ratio = "" if outcome.target is None else f">= {outcome.target}", f"{outcome.ratio:.2f}"
    if outcome.most is not None:
        wanted, ratio = f"<= {outcome.most} x its time", f"{outcome.multiple:.3g} x its time"
    cells = (
        f"{outcome.id} {outcome.what}",
        outcome.size,
        outcome.baseline,
        f"{outcome.baseline_s:.3f}",
        f"{outcome.product_s:.3f}",
        ratio,
        wanted,
        words[outcome.met],
    )
    return f"| {' | '.join(cells)} |"


def _machine() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in _lines(Path("/proc/cpuinfo"))
            if line.startswith("model name")
        ),
        platform.processor() or platform.machine(),
    )
    load = os.getloadavg()[0]
    return f"{model}, {os.cpu_count()} cores, load {load:.1f}, {platform.system()}"


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def _versions() -> str:
    told = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    return ", ".join([*told, *(f"{name} {version(name)}" for name in _LIBRARIES)])


if __name__ == "__main__":
    main()
