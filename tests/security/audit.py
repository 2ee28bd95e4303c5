"""`make audit`: whether a package of the locks has a known hole.

Tells what was not looked up: an index without advisories answers nothing, which is no good news.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOCKS = ("requirements.txt", "requirements-dev.txt")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Lines for people, and the exit status: 0 sound or not to be told, 1 a hole, 3 (when strict)
    not to be told.
    """

    lines: list[str]
    status: int


def judged(lock: str, told: Mapping[str, Any] | None, why: str = "", *, strict: bool) -> Verdict:
    """told: the JSON of pip-audit, None where it gave none, with `why`."""
    found: Iterable[Mapping[str, Any]] = told.get("dependencies", []) if told else []
    holes = [
        f"{lock}: {one['name']} {one['version']}: {hole['id']}, mended in"
        f" {', '.join(hole['fix_versions']) or 'no version yet'}"
        for one in found
        for hole in one.get("vulns", ())
    ]
    audited = sum(1 for one in found if "skip_reason" not in one)
    missed = sorted(one["name"] for one in found if "skip_reason" in one)
    lines = [*holes, f"{lock}: {audited} packages looked up, {len(holes)} known holes"]
    if audited and not missed:
        return Verdict(lines, 1 if holes else 0)
    what = f"{len(missed)} packages ({', '.join(missed[:5])}, ..)" if missed else "no package"
    if audited:
        lines.append(f"{lock}: NOT LOOKED UP: {what}")
    else:
        lines = [
            f"{lock}: NOT AUDITED: the advisories can't be reached from here"
            f"{f' ({why[:200]})' if why else ''}; run make audit where they can be"
        ]
    return Verdict(lines, 1 if holes else 3 if strict else 0)


def _asked(lock: str) -> tuple[Mapping[str, Any] | None, str]:
    command = [
        str(Path(sys.executable).parent / "pip-audit"), "--disable-pip", "--require-hashes",
        "--requirement", lock, "--format", "json", "--progress-spinner", "off", "--timeout", "15",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, type(error).__name__
    try:
        return json.loads(done.stdout), ""
    except json.JSONDecodeError:
        return None, (done.stderr.strip().splitlines() or ["no answer"])[-1]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.security.audit")
    parser.add_argument("--strict", action="store_true", help="fail where nothing can be told")
    strict = parser.parse_args().strict
    verdicts = [judged(lock, *_asked(lock), strict=strict) for lock in LOCKS]
    for one in verdicts:
        print("\n".join(one.lines))
    return max(one.status for one in verdicts)


if __name__ == "__main__":
    sys.exit(main())
