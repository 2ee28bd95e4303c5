"""Workers that are killed while they follow a company; `make workers` does it for minutes."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.e2e.killing import PostgresDatabases
from tests.e2e.working import working
from tests.telling import MEASURED

SEED = 20261123


@pytest.mark.timeout(900)
def test_workers_killed_at_random_store_what_one_undisturbed_pass_does(
    tmp_path: Path, postgres_server: Engine
) -> None:
    with working(tmp_path, PostgresDatabases(postgres_server), seed=SEED, many=2) as made:
        for kills, operations in ((1, 0), (2, 29)):
            made.round(kills=kills, operations=operations)
        made.stop()
        assert made.different() == {}
        assert made.twice == []
        assert len(made.by) > 1, "one worker read everything"
    MEASURED.append(
        f"killed {len(made.killed)} workers ({made.holding} held a source):"
        f" readings {dict(made.readings)} by {len(made.by)} workers"
    )
