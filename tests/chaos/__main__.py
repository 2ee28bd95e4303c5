"""`make chaos SEEDS=20 FROM=1 LOG=chaos.log`: troubles in random order, a line for each seed.

Exit status 1 where something did not hold. Lines are appended to the log as they come, so that many
runs make one report (`--report FILE...` or `make chaos-report` tells it); each seed can be repeated
alone.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from tests.chaos.lived import chaos
from tests.chaos.report import NotUnderstoodError, last_of, read, report


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--from", type=int, default=1, dest="first")
    parser.add_argument("--log", type=Path, default=None, help="append the lines to this file, too")
    told = "live through nothing: say what these logs come to"
    parser.add_argument("--report", type=Path, nargs="+", metavar="FILE", help=told)
    given = parser.parse_args()
    sys.exit(_told(given.report) if given.report else _lived(given))


def _told(files: Sequence[Path]) -> int:
    """Exit status 1 where the last line of a seed says that something did not hold, 2 where a line
    is not understood.
    """
    try:
        lines = read(files)
    except (NotUnderstoodError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(report(lines)))
    return int(any(line.bad for line in last_of(lines).values()))


def _lived(given: argparse.Namespace) -> int:
    bad = 0
    with TemporaryDirectory(prefix="headwater-") as folder, chaos(Path(folder)) as company:
        for seed in range(given.first, given.first + given.seeds):
            lived = company.lived(seed)
            bad += bool(lived.bad)
            print(lived, flush=True)
            if given.log:
                with given.log.open("a", encoding="utf-8") as log:
                    log.write(f"{lived}\n")
    print(f"{given.seeds} seeds from {given.first}, {bad} with something that did not hold")
    return int(bad > 0)


if __name__ == "__main__":
    main()
