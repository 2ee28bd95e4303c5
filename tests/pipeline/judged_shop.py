"""A shop whose code goes live commit by commit, and people who judge what is linked there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from core.frames import NONE
from core.records import Commit, Deployment, Entity, Project, Record, Ref, Repository, Result
from pipeline.database import Database
from pipeline.sync import bring_up_to_date
from store import frames, verdicts
from store.models import link, work_item
from store.verdict_ends import End
from tests.pipeline.shop import DAY, START, STATUSES, item, save, settings_of, stream

SETTINGS = settings_of(stream(), services=[{"name": "shop", "repositories": ["acme/shop"]}])
SHAS = ("a" * 40, "b" * 40, "c" * 40, "d" * 40)
ITEM = End(Entity.ITEM, "jira", "", "1")
OTHER = End(Entity.ITEM, "jira", "", "2")
COMMITS = [End(Entity.COMMIT, "gitlab", "7", sha) for sha in SHAS]


def tickets(key: str = "SHOP-1") -> Sequence[Record]:
    """Two, the first of which may be called otherwise."""
    return [*STATUSES, Project("10", "SHOP", "Shop"), *item(1, key=key), *item(2)]


def code() -> Sequence[Record]:
    """SHOP-1 in two of four commits; each commit is deployed on its own, a day after the one
    before.
    """
    messages = ("base", "begin", "SHOP-1 pay", "SHOP-1 repay")
    return [
        Repository("7", "acme/shop", "main", "https://g.example/acme/shop"),
        Ref("7", "branch", "main", SHAS[-1]),
        *(
            Commit("7", sha, START + n * DAY, START + n * DAY, text, SHAS[n - 1 : n])
            for n, (sha, text) in enumerate(zip(SHAS, messages, strict=True))
        ),
        *(
            Deployment(
                str(n),
                "production",
                Result.SUCCESS,
                START + n * DAY,
                repository="7",
                sha=sha,
                ref="main",
                finished_at=START + n * DAY + timedelta(hours=1),
            )
            for n, sha in enumerate(SHAS)
        ),
    ]


def opened(database: Database) -> Database:
    """The shop when SHOP-1 went live with its last commit, on day 3."""
    save(database, *tickets())
    save(database, *code(), source="gitlab")
    bring_up_to_date(SETTINGS, database)
    assert released(database) == {"1": live(3), "2": NONE}
    return database


def live(day: int) -> int:
    return int((START + day * DAY + timedelta(hours=1)).timestamp())


def released(database: Database) -> dict[str, int]:
    """When each item went live, by its id at the tracker."""
    with database.read() as session:
        number = int(frames.value_streams(session)["stream_id"].iloc[0])
        facts = frames.item_facts(session, number).set_index("item_id")["released_ts"]
        rows = session.execute(select(work_item.c.id, work_item.c.external_id))
        return {name: int(facts[one]) for one, name in rows}


def say(database: Database, a: End, b: End, answer: str, why: str = "seen it") -> None:
    with database.writing() as session:
        verdicts.add(session, (a, b), answer=answer, who="anna", why=why, ts=1_795_132_800)


def links(database: Database) -> set[tuple[str, int, int]]:
    """Rule and both ends of each."""
    with database.read() as session:
        rows = session.execute(select(link.c.rule, link.c.a_id, link.c.b_id))
        return {(rule, a, b) for rule, a, b in rows}
