"""`make fuzz-parsers`: the table of parsers under atheris, each in a process of its own.

What it finds is written below `--into` and printed; to try one again: `--only NAME --input FILE`.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
from pathlib import Path

from tests.fuzz.entries import entries

_SEEDS = 200
_LIMIT_MB = 4_096


def main() -> int:
    told = _told()
    folder = Path(os.environ.get("HEADWATER_FIXTURES", ""))
    if not folder.is_dir() or folder == Path():
        print("HEADWATER_FIXTURES names no folder of recorded payloads")
        return 2
    table = entries(folder)
    if told.input:
        table[told.only](Path(told.input).read_bytes())
        return 0
    if told.inside:
        _fuzz(folder, told)
    wanted = [told.only] if told.only else sorted(table)
    failed = [name for name in wanted if _child(name, told)]
    print(f"{len(wanted)} parsers, {told.seconds} s each; failed: {', '.join(failed) or 'none'}")
    return 1 if failed else 0


def _told() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=int, default=60, help="for each parser")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="one parser of the table")
    parser.add_argument("--into", default=".fuzz", help="where inputs are kept from run to run")
    parser.add_argument("--input", default="", help="try this input again")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _child(name: str, told: argparse.Namespace) -> bool:
    """Whether a parser failed."""
    corpus = Path(told.into) / name
    corpus.mkdir(parents=True, exist_ok=True)
    chance = random.Random(told.seed)
    for number in range(_SEEDS):
        (corpus / f"seed-{number}").write_bytes(chance.randbytes(chance.randrange(60)))
    own = ["--only", name, "--into", told.into, "--seconds", str(told.seconds)]
    command = [sys.executable, "-m", "tests.fuzz", "--inside", *own, "--seed", str(told.seed)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    last = next((line for line in done.stderr.splitlines()[::-1] if line.startswith("Done ")), "")
    print(f"{name}: {'FAILED' if done.returncode else 'sound'}  {last}", flush=True)
    if done.returncode:
        print((done.stdout + done.stderr)[-4_000:], flush=True)
    return done.returncode != 0


def _fuzz(folder: Path, told: argparse.Namespace) -> None:
    import atheris

    with atheris.instrument_imports(include=["connectors", "core", "correlator"]):
        for name in [one for one in sys.modules if one.split(".")[0] in _OURS]:
            del sys.modules[name]
        from tests.fuzz.entries import entries as instrumented
    run = instrumented(folder)[told.only]
    flags = [
        f"-max_total_time={told.seconds}", f"-seed={told.seed}", "-timeout=20", "-max_len=120",
        f"-rss_limit_mb={_LIMIT_MB}", f"-artifact_prefix={told.into}/{told.only}-", "-verbosity=1",
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *flags, str(Path(told.into) / told.only)], run)
    atheris.Fuzz()


_OURS = ("connectors", "core", "correlator", "pipeline", "store", "tests", "metrics")

if __name__ == "__main__":
    sys.exit(main())
