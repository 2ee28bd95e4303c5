"""Companies that tests of several files ask about: collected once, a copy for each that asks."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.database import opened
from pipeline.sync import SyncReport
from simulator.faults import Faults
from simulator.server import CompanyServer
from simulator.truth import truth_of
from simulator.world import build_world
from tests.e2e.company import NOW, Company, collected, configured
from tests.once import once

_DATABASE, _REST = "headwater.db", "rest.pickle"


@contextmanager
def shared_company(
    folders: pytest.TempPathFactory, home: Path, *, seed: int, items: int
) -> Iterator[Company]:
    """The company as it was collected, its database one's own; its tools run no more."""

    def make(folder: Path) -> None:
        with collected(folder, seed=seed, items=items) as found:
            rest = found.server.port, found.report
        (folder / _REST).write_bytes(pickle.dumps(rest))

    made = once(folders, f"company-{seed}-{items}", make)
    assert not (made / f"{_DATABASE}-wal").exists(), "what was written last is not in the file"
    shutil.copy(made / _DATABASE, home)
    port, report = _rest(made)
    world = build_world(seed, NOW, items=items)
    server = CompanyServer(Faults(), "cloud", port=port)
    config, settings = configured(home, server, world)
    with opened(settings.database) as database:
        yield Company(world, truth_of(world), server, settings, database, report, config)


def _rest(made: Path) -> tuple[int, SyncReport]:
    port, report = pickle.loads((made / _REST).read_bytes())
    return int(port), report
