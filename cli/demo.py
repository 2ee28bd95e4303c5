"""`headwater demo`: a simulated company, collected through the real connectors, on the
dashboard.
"""

from __future__ import annotations

import json
import logging
import shlex
import socket
from datetime import UTC, datetime
from pathlib import Path

from cli.output import tell, telling
from cli.serve import scheduled, serve_app
from cli.sync import tell_outcome
from connectors.cloudevents import BATCH
from connectors.hook_signatures import Delivery
from core.config_file import load_settings
from core.errors import ConfigError
from core.log import set_up_logging
from core.settings import Settings
from pipeline.database import Database, opened
from pipeline.estimate_files import import_values
from pipeline.events import take_events
from pipeline.sync import sync
from simulator.config import company_config, company_secrets
from simulator.estimates import estimates_csv
from simulator.features import events_of, features_of, releases_of
from simulator.model import World
from simulator.plants import DEMO
from simulator.server import CompanyServer, running
from simulator.world import build_world
from store.migrate import upgrade

_HOME = Path("demo")
_FLAGS = """
[[sources]]
name = "flags"
kind = "events"
hooks = { secrets = ["file:secrets/DEMO_FLAGS_SECRET"] }
"""
_FLAGS_SECRET = "demo-flags"
_AT_ONCE = 1_000


def run_demo(*, port: int, directory: Path | None, seed: int, items: int, once: bool) -> None:
    """Build the company, serve its tools on loopback, collect them, then serve the dashboard."""
    set_up_logging(level=logging.ERROR)
    if not once:
        _require_free(port)
    home = (directory or _HOME).resolve()
    now = datetime.now(UTC).replace(microsecond=0)
    tell(f"Building a company with {items} work items over a year ..")
    world = build_world(seed, now, items=items, plants=DEMO)
    with running(world) as server:
        config = _write_home(home, server, world)
        settings = load_settings(config)
        upgrade(settings.database.url)
        tell(f"Collecting it from {server.url('jira')} and three more ..")
        with opened(settings.database) as database:
            with telling() as progress:
                report = sync(settings, database, progress=progress)
            tell_outcome(report)
            _push_features(settings, database, world)
            _enter_values(settings, database, world, home)
            shown = shlex.quote(_shown(config))
            tell(f"Try: headwater trace {_delivered(world)} --config {shown}")
            if once:
                tell(f"And the dashboard: headwater demo --directory {shlex.quote(_shown(home))}")
                return
            with scheduled(settings, database, wanted=True, kind="demo"):
                serve_app(settings, database, host="127.0.0.1", port=port)


def _push_features(settings: Settings, database: Database, world: World) -> None:
    """What its flag and usage tools tell, through the door for events."""
    told = events_of(features_of(world, releases_of(world)))
    headers = {"authorization": f"Bearer {_FLAGS_SECRET}", "content-type": BATCH}
    for start in range(0, len(told), _AT_ONCE):
        body = json.dumps(told[start : start + _AT_ONCE]).encode()
        take_events(settings, database, Delivery(headers, body))
    tell(f"Told by its flag and usage tools: {len(told)} events")


def _enter_values(settings: Settings, database: Database, world: World, home: Path) -> None:
    """What its product people say that open work is worth, as a file that is kept beside."""
    file = home / "values.csv"
    file.write_text(estimates_csv(world), encoding="utf-8")
    report = import_values(settings, database, file, who="product")
    tell(f"Told by its product people: what {report.changed} items are worth ({_shown(file)})")


def _write_home(home: Path, server: CompanyServer, world: World) -> Path:
    """Configuration, secrets as files beside it, and an empty database."""
    secrets = home / "secrets"
    secrets.mkdir(parents=True, exist_ok=True)
    for name in ("headwater.db", "headwater.db-wal", "headwater.db-shm"):
        (home / name).unlink(missing_ok=True)
    text = company_config(world, server.urls, directory=home)
    for name, value in company_secrets().items():
        (secrets / name).write_text(value, encoding="utf-8")
        text = text.replace(f'"env:{name}"', f'"file:secrets/{name}"')
    (secrets / "DEMO_FLAGS_SECRET").write_text(_FLAGS_SECRET, encoding="utf-8")
    config = home / "headwater.toml"
    config.write_text(text + _FLAGS, encoding="utf-8")
    return config


def _delivered(world: World) -> str:
    """The item that moved most often: the one with most to show."""
    counted = {plan.project for plan in world.streams}
    items = [item for item in world.items if item.project in counted]
    return max(items, key=lambda item: len(item.moves)).key


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ConfigError(
                f"port {port} is taken; choose another: headwater demo --port {port + 1}"
            ) from error


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
