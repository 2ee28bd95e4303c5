"""A simulated company, collected once into a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from core.config_file import load_settings
from core.settings import Settings
from pipeline.database import Database, opened
from pipeline.sync import SyncReport, sync
from simulator.config import company_config, company_secrets
from simulator.model import World
from simulator.rough_habits import Roughness
from simulator.server import CompanyServer, running
from simulator.truth import Truth, truth_of
from simulator.world import Hosting, build_world
from tests.migrated import migrated

Edition = Literal["cloud", "datacenter"]
NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Company:
    """What was simulated, what is true of it, and what Headwater made of it."""

    world: World
    truth: Truth
    server: CompanyServer
    settings: Settings
    database: Database
    report: SyncReport
    config: Path


@contextmanager
def collected(
    home: Path,
    *,
    seed: int,
    items: int,
    url: str = "",
    jira: Edition = "cloud",
    code: Hosting = "gitlab",
    habits: Roughness | None = None,
) -> Iterator[Company]:
    """Build, serve and collect a company; `url` names another database than a SQLite file, `code`
    where its code lives, `habits` those of a less tidy company.
    """
    world = build_world(seed, NOW, items=items, hosting=code, habits=habits)
    with running(world, jira=jira, code=code) as server:
        config, settings = configured(home, server, world, url=url, jira=jira)
        migrated(settings.database.url)
        with opened(settings.database) as database:
            report = sync(settings, database)
            truth = truth_of(world)
            yield Company(world, truth, server, settings, database, report, config)


def configured(
    home: Path,
    server: CompanyServer,
    world: World,
    *,
    url: str = "",
    jira: Edition = "cloud",
) -> tuple[Path, Settings]:
    """The company's configuration file with its secrets beside it, and its settings."""
    text = company_config(world, server.urls, directory=home, database_url=url, jira=jira)
    for name, value in company_secrets().items():
        (home / name).write_text(value, encoding="utf-8")
        text = text.replace(f'"env:{name}"', f'"file:{name}"')
    config = home / "headwater.toml"
    config.write_text(text, encoding="utf-8")
    return config, load_settings(config, {})
