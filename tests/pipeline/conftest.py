"""A database that one test has to itself."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from pipeline.database import Database, over


@pytest.fixture
def database(sqlite_engine: Engine) -> Database:
    return over(sqlite_engine)
