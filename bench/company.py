"""The simulated company in a process of its own, so that it takes no time from who reads it.

Prints the address of its tools and serves them until its input ends. `--delay`: seconds that every
answer takes. `--speed`: the vendors' limits are kept, on clocks so many times as fast as ours.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from core.config_file import load_settings
from core.settings import Settings
from simulator.config import company_config, company_secrets
from simulator.faults import Fault, Faults
from simulator.model import World
from simulator.rates import VENDOR_LIMITS
from simulator.server import running
from simulator.world import Hosting, build_world

_NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)


def world_of(items: int, code: Hosting = "gitlab") -> World:
    """The same company for everyone who asks."""
    return build_world(1, _NOW, items=items, hosting=code)


@contextmanager
def company(
    folder: Path,
    *,
    items: int,
    delay: float = 0.0,
    speed: float = 0.0,
    code: Hosting = "gitlab",
) -> Iterator[Settings]:
    """The running company, and settings to read it; the database is a SQLite file in the folder.

    speed: its tools keep their rate limits, on clocks so much faster than ours; 0: they have none.
    """
    asked = {"items": items, "delay": delay, "speed": speed, "code": code}
    command = [sys.executable, "-m", "bench.company"]
    command += [f"--{name}={value}" for name, value in asked.items()]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        urls = json.loads(process.stdout.readline())
        config = folder / "headwater.toml"
        text = company_config(world_of(items, code), urls, directory=folder)
        config.write_text(text, encoding="utf-8")
        try:
            yield load_settings(config, company_secrets())
        finally:
            process.stdin.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, required=True)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--speed", type=float, default=0.0)
    parser.add_argument("--code", choices=("gitlab", "github"), default="gitlab")
    asked = parser.parse_args()
    slow = [Fault("slow", delay=asked.delay)] if asked.delay else []
    kept = {"limits": VENDOR_LIMITS, "speed": asked.speed} if asked.speed else {}
    faults = Faults(rules=slow, **kept)
    with running(world_of(asked.items, asked.code), faults=faults, code=asked.code) as server:
        print(json.dumps(server.urls), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
