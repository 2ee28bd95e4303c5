"""A shop that was read and measured once; each test changes the definitions of its own copy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.database import Database
from tests.pipeline.definitions.remapped_shop import Time, clock, copied, made


@pytest.fixture(scope="package")
def _file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("remapped") / "shop.db"
    made(found)
    return found


@pytest.fixture
def database(_file: Path, tmp_path: Path) -> Iterator[Database]:
    with copied(_file, tmp_path) as found:
        yield found


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Time:
    return clock(monkeypatch)
