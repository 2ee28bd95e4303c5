"""Links that come about a little at a time are those that everything at once would give."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.records import Commit, Entity, MergeRequest, MergeState, Repository
from core.settings import Settings
from pipeline.correlate import correlate
from pipeline.database import Database, over
from pipeline.mapping import apply_mapping
from pipeline.stages import CORRELATE
from store import dirty, frames
from store.migrate import upgrade
from store.records import save_records
from store.session import open_engine
from store.sources import source_ids
from tests.pipeline.random_code import BEGIN, RandomCode
from tests.pipeline.random_deliveries import MANIFESTS, Told

_LOGIN = {"token": "t"}
SETTINGS = Settings.model_validate(
    {
        "sources": [
            {"name": "jira", "kind": "jira", "url": "https://jira.example", "projects": ["SHOP"],
             "auth": {"user": "u", "token": "t"}},
            {"name": "desk", "kind": "jira", "url": "https://desk.example", "projects": ["SHOP"],
             "auth": {"user": "u", "token": "t"}},
            {"name": "gitlab", "kind": "gitlab", "url": "https://git.example",
             "projects": ["shop/web", "shop/api"], "auth": _LOGIN},
            {"name": "jenkins", "kind": "jenkins", "url": "https://ci.example",
             "auth": {"user": "u", "token": "t"}},
            {"name": "snow", "kind": "servicenow", "url": "https://snow.example",
             "auth": {"user": "u", "password": "p"}},
        ],
        "services": [
            {"name": "web", "repositories": ["shop/web"], "configuration_items": ["WEB"]},
            {"name": "api", "repositories": ["shop/api"], "configuration_items": ["api"]},
        ],
    }
)  # fmt: skip


def settings_of(world: RandomCode) -> Settings:
    """With services that are deployed by manifests, where the world has some."""
    if not world.manifests:
        return SETTINGS
    services = [one.model_copy(update={"manifests": (MANIFESTS,)}) for one in SETTINGS.services]
    return SETTINGS.model_copy(update={"services": tuple(services)})


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database without any record."""
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    upgrade(f"sqlite:///{path}")
    return path


@contextmanager
def fresh(empty: Path) -> Iterator[Database]:
    path = empty.with_name("one.db")
    shutil.copy(empty, path)
    engine = open_engine(f"sqlite:///{path}")
    try:
        yield over(engine)
    finally:
        engine.dispose()
        path.unlink()


def arrive(database: Database, told: list[Told], settings: Settings = SETTINGS) -> None:
    """Store what came, and link what it concerns."""
    apply_mapping(settings, database)
    with database.writing() as session:
        ids = source_ids(session)
        for source, record in told:
            touched = save_records(session, ids[source], [record])
            for entity, changed in touched.ids.items():
                dirty.mark(session, CORRELATE, entity, changed)
    correlate(settings, database)


@given(st.integers(0, 1 << 32))
@hypothesis_settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking would take long
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_little_at_a_time_is_everything_at_once(empty: Path, seed: int) -> None:
    random = Random(seed)
    world = RandomCode(random)
    settings = settings_of(world)
    with fresh(empty) as database:
        arrive(database, world.ground(), settings)
        rest = world.arrivals()
        while rest:
            size = random.randint(2, 9)
            arrive(database, rest[:size], settings)
            rest = rest[size:]
            if not rest:
                again = correlate(settings, database, everything=True)
                assert again.changed == 0


def test_a_commit_alone_is_linked_without_reading_the_others(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the property above would be nothing but whole runs."""
    home = Repository("shop/web", "shop/web", "main", "https://git.example/shop/web")
    ticket = RandomCode(Random(1))._ticket("1", "SHOP-1", "SHOP")
    commits = [
        Commit("shop/web", f"{n:040x}", BEGIN, BEGIN, f"SHOP-1: step {n}", ()) for n in range(3)
    ]
    request = MergeRequest(
        "1", "shop/web", 1, "SHOP-1", "", "x", "main", MergeState.MERGED, BEGIN, BEGIN,
        commits=(commits[2].sha,),
    )  # fmt: skip
    with fresh(empty) as database:
        arrive(database, [*RandomCode(Random(1)).ground(), ("gitlab", home), ("jira", ticket)])
        arrive(database, [("gitlab", commits[0]), ("gitlab", commits[1])])
        monkeypatch.setattr("pipeline.correlate.load_evidence", None)
        arrive(database, [("gitlab", commits[2]), ("gitlab", request)])
        with database.read() as session:
            linked = frames.links(session, Entity.ITEM, Entity.COMMIT)
    assert linked["rule"].value_counts().to_dict() == {"key_in_message": 3, "merge_request": 1}
