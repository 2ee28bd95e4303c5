"""A small company that several tests collect, each into a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.config_file import load_settings
from core.settings import Settings
from pipeline.database import opened
from pipeline.stopping import Stop
from pipeline.sync import SyncReport, sync
from simulator.faults import Faults
from simulator.model import World
from simulator.server import CompanyServer, running
from simulator.world import Hosting, build_world
from tests.e2e.company import NOW, configured
from tests.e2e.dumps import Rows, natural_rows, same_people
from tests.migrated import migrated

ITEMS = 60


class Hasty(Stop):
    """The pauses between retries take no time."""

    def sleep(self, _seconds: float) -> None:
        self.check()


@dataclass(frozen=True)
class Small:
    """The running tools; every database that reads them sees the same addresses."""

    world: World
    server: CompanyServer

    def home(self, folder: Path, *, url: str = "") -> tuple[Path, Settings]:
        """A configuration and a migrated, empty database; `url` names another than a SQLite file
        in the folder.
        """
        folder.mkdir(parents=True, exist_ok=True)
        config, _ = configured(folder, self.server, self.world)
        settings = load_settings(config, {"HEADWATER_DATABASE_URL": url})
        migrated(settings.database.url)
        with opened(settings.database) as database:
            same_people(database.engine)
        return config, settings


@contextmanager
def small_company(items: int = ITEMS, *, code: Hosting = "gitlab") -> Iterator[Small]:
    world = build_world(1, NOW, items=items, hosting=code)
    with running(world, faults=Faults(), code=code) as server:
        yield Small(world, server)


def synced(settings: Settings) -> SyncReport:
    """One pass in this process, without pauses."""
    with opened(settings.database) as database:
        return sync(settings, database, stop=Hasty())


def rows_of(settings: Settings) -> dict[str, Rows]:
    """The rows of its database without surrogate ids and times of passes."""
    with opened(settings.database) as database:
        return natural_rows(database.engine)


def undisturbed(company: Small, folder: Path) -> dict[str, Rows]:
    """What one pass without any trouble makes of the company."""
    _, settings = company.home(folder)
    report = synced(settings)
    assert not report.failed
    assert report.links.total > 0
    assert report.facts.changed > 0
    return rows_of(settings)
