"""`headwater prune`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from rich.markup import escape

from cli.output import console, print_json
from cli.setting_up import ready
from core.duration import duration_text
from core.errors import ConfigError
from pipeline.clock import now_ts
from pipeline.retention import forget_payloads


def run_prune(config: Path, *, dry_run: bool, as_json: bool) -> None:
    """Forget what is older than the configuration says, and say how much that was."""
    with ready(config) as (settings, database):
        kept = settings.retention.raw_payloads
        if kept is None:
            raise ConfigError(
                "nothing is pruned: all payloads are kept for good; to keep them for a while, write"
                ' [retention] with raw_payloads = "400d"'
            )
        gone = forget_payloads(settings, database, now=now_ts(), dry_run=dry_run)
    total = {"payloads": sum(one.payloads for one in gone), "bytes": sum(one.bytes for one in gone)}
    if as_json:
        print_json({"dry_run": dry_run, **total, "streams": [asdict(one) for one in gone]})
        return
    for one in gone:
        _say(f"  {one.source} {one.stream}: {one.payloads:,} payloads, {_size(one.bytes)}")
    done = "would be forgotten" if dry_run else "forgotten"
    _say(
        f"{total['payloads']:,} payloads older than {duration_text(kept)} {done},"
        f" {_size(total['bytes'])}."
    )


def _size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


def _say(line: str) -> None:
    console.print(escape(line), highlight=False, soft_wrap=True)
