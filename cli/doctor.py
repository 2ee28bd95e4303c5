"""`headwater doctor`."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.markup import escape

from cli.output import console, print_json
from cli.setting_up import ready
from pipeline.doctor.examine import Examined, examine
from pipeline.doctor.finding import SEVERITIES, Finding

_COLOURS = {"fault": "red", "warning": "yellow", "note": "dim"}


def run_doctor(config: Path, *, as_json: bool, strict: bool) -> None:
    """Say what was found; exit status 1 where there is a fault, with `strict` also a warning."""
    with ready(config) as (settings, database):
        done = examine(settings, database, config, now=time.time())
    if as_json:
        print_json(
            {
                "checks": list(done.checks),
                **{f"{name}s": _many(done, name) for name in SEVERITIES},
                "findings": [asdict(one) for one in done.findings],
            }
        )
    else:
        _tell(done.findings, done)
    if done.failed or (strict and _many(done, "warning")):
        sys.exit(1)


def _many(done: Examined, severity: str) -> int:
    return sum(one.severity == severity for one in done.findings)


def _tell(findings: Sequence[Finding], done: Examined) -> None:
    for one in findings:
        colour = _COLOURS[one.severity]
        _print(f"[{colour}]{one.severity}[/{colour}] {one.check}: {escape(one.what)}")
        _print(f"  → {escape(one.do)}")
    counts = ", ".join(f"{_many(done, name)} {name}s" for name in SEVERITIES)
    _print(f"{len(done.checks)} checks: {counts if findings else 'nothing found'}")


def _print(words: str) -> None:
    console.print(words, highlight=False, soft_wrap=True)
