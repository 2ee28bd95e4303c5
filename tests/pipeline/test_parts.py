"""Deployments of services that are parts of a repository, or are described in another one, from the
store to the facts.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from connectors.path_lists import PATHS
from core.frames import NONE
from core.records import Commit, CommitPath, Deployment, Record, Ref, Repository, Result
from core.settings import Settings
from pipeline.database import Database
from pipeline.evidence import load_evidence
from pipeline.stages import CORRELATE
from pipeline.sync import bring_up_to_date
from store import cursors, dirty, frames
from store.cursors import StreamKey
from store.records import save_records
from store.sources import SourceRow, ensure_sources

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
CART, LIB = "services/cart/**", "libs/money.py"
SERVICES: list[dict[str, Any]] = [
    {"name": "cart", "repositories": ["shop/mono"], "paths": [CART, LIB]},
    {"name": "shop", "repositories": ["shop/mono"], "manifests": ["ops/clusters"]},
]


def sha(number: int) -> str:
    return f"{number:02x}" * 20


def commit(number: int, *parents: int, home: str = "1", message: str = "work") -> Commit:
    at = START + number * HOUR
    return Commit(home, sha(number), at, at, message, tuple(sha(one) for one in parents))


def deployed(number: int, head: int, home: str = "1") -> Deployment:
    at = START + number * HOUR
    given = {"repository": home, "sha": sha(head), "started_at": at, "finished_at": at}
    return Deployment(str(number), "production", Result.SUCCESS, at, **given)


def settings() -> Settings:
    gitlab = {"name": "gitlab", "kind": "gitlab", "url": "https://g.example"}
    return Settings.model_validate({"sources": [gitlab], "services": SERVICES})


def save(database: Database, *records: Record, read: tuple[str, ...] = ()) -> None:
    with database.writing() as session:
        ids = ensure_sources(session, [SourceRow("gitlab", "gitlab", "https://g.example")])
        saved = save_records(session, ids["gitlab"], records)
        assert saved.skipped == []
        for entity, found in saved.ids.items():
            dirty.mark(session, CORRELATE, entity, found)
        cursors.save_cursor(session, StreamKey(ids["gitlab"], PATHS, "1"), {"whole": list(read)})


HISTORY: tuple[Record, ...] = (
    Repository("1", "shop/mono", "main", "https://g.example/shop/mono"),
    Repository("2", "ops/clusters", "main", "https://g.example/ops/clusters"),
    *(commit(number, *([number - 1] if number > 1 else [])) for number in range(1, 7)),
    *(CommitPath("1", sha(number), CART) for number in (2, 5)),
    CommitPath("1", sha(6), LIB),
    Ref("1", "tag", "v1.0", sha(2), START + 2 * HOUR),
    Ref("1", "tag", "v1.1", sha(4), START + 4 * HOUR),
)


def outcome(database: Database, service: str) -> pd.DataFrame:
    bring_up_to_date(settings(), database)
    with database.read() as session:
        loaded = load_evidence(session, settings())
        ids = frames.services(session).set_index("name")["service_id"]
    table = loaded.releases.deployments
    return table[table["service_id"] == ids[service]]


def claimed(database: Database, service: str) -> dict[str, set[str]]:
    """The shas that each deployment brought, first two letters, of those that are sure."""
    with database.read() as session:
        loaded = load_evidence(session, settings())
        ids = frames.services(session).set_index("name")["service_id"]
    claims = loaded.releases.claims.merge(loaded.evidence.commits, on="commit_id")
    names = loaded.deployments.drop_duplicates("deployment_id")
    claims = claims[(claims["service_id"] == ids[service]) & ~claims["unknown_predecessor"]]
    claims = claims.merge(names[["deployment_id", "external_id"]], on="deployment_id")
    return {str(name): set(rows["sha"].str[:2]) for name, rows in claims.groupby("external_id")}


def test_a_part_counts_what_touches_it_once_its_lists_are_read(database: Database) -> None:
    ran = (deployed(10, 1), deployed(11, 4), deployed(12, 6))
    save(database, *HISTORY, *ran, read=(CART,))
    table = outcome(database, "cart")
    assert table["commits_reason"].tolist()[1:] == ["paths_not_read"] * 2
    assert claimed(database, "cart")["12"] == {"05", "06"}
    save(database, Ref("1", "branch", "main", sha(6)), read=(CART, LIB))
    assert outcome(database, "cart")["commits"].tolist() == [NONE, 1, 2]
    assert claimed(database, "cart") == {"11": {"02"}, "12": {"05", "06"}}
    assert claimed(database, "shop") == {"11": {"02", "03", "04"}, "12": {"05", "06"}}
    with database.read() as session:
        ids = frames.services(session).set_index("name")["service_id"]
        facts = frames.deployment_facts(session, int(ids["cart"]))
    assert facts.sort_values("finished_ts")["commits"].tolist() == [NONE, 1, 2]


def test_the_first_deployment_is_sure_of_what_came_after_the_release_before_it(
    database: Database,
) -> None:
    save(database, *HISTORY, deployed(10, 6))
    table = outcome(database, "shop")
    assert table["commits_reason"].tolist() == ["unknown_predecessor"]
    assert table["previous_release"].tolist() == ["v1.1"]
    assert claimed(database, "shop") == {"10": {"05", "06"}}
    with database.read() as session:
        ids = frames.services(session).set_index("name")["service_id"]
        changes = frames.change_facts(session, int(ids["shop"]))
    assert (changes["excluded"] == "").sum() == 2


def test_a_version_in_the_manifests_deploys_the_service(database: Database) -> None:
    ops = (
        commit(21, home="2", message="Deploy shop 1.0"),
        commit(22, 21, home="2", message="build: automatic update of shop\n\nshop/mono:1.1"),
    )
    save(database, *HISTORY, *ops, deployed(30, 21, "2"), deployed(31, 22, "2"))
    assert outcome(database, "shop")["commits"].tolist() == [NONE, 2]
    assert claimed(database, "shop") == {"31": {"03", "04"}}
    with database.read() as session:
        links = load_evidence(session, settings()).deployments
    assert set(links["commit_by"]) > {f"manifest ops/clusters@{sha(22)[:8]}, tag v1.1"}
