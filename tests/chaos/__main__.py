"""`make chaos SEEDS=20 FROM=1 LOG=chaos.log`: troubles in random order, a line for each seed.

Exit status 1 where something did not hold. Lines are appended to the log as they come, so that many
runs make one report; each seed can be repeated alone.
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from tests.chaos.lived import chaos


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--from", type=int, default=1, dest="first")
    parser.add_argument("--log", type=Path, default=None, help="append the lines to this file, too")
    given = parser.parse_args()
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
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
