"""A small company's people: none in clear, each joined to one, and handoffs as they really were."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import select
from structlog._config import BoundLoggerLazyProxy
from structlog.testing import capture_logs

from core.frames import to_ts
from pipeline.database import Database, opened
from pipeline.handoffs import NOBODY, AssigneeHandoffs, handoffs_of
from simulator.model import Item, Person, World
from store import models
from store.settings import people_key, pseudonym
from tests.e2e.company import NOW
from tests.e2e.little import little_company
from tests.e2e.small import synced


@dataclass(frozen=True)
class Collected:
    world: World
    folder: Path
    database: Database
    logs: list[Any]


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collected]:
    folder = tmp_path_factory.mktemp("people")
    with little_company(items=80) as company:
        _, settings = company.home(folder)
        _forget_loggers()
        with capture_logs() as logs:
            assert not synced(settings).failed
        with opened(settings.database) as database:
            yield Collected(company.world, folder, database, logs)


def _forget_loggers() -> None:
    """A logger that wrote before keeps where to, and at which level: what is captured later would
    miss it.
    """
    structlog.reset_defaults()
    for module in list(sys.modules.values()):
        log = getattr(module, "log", None)
        if isinstance(log, BoundLoggerLazyProxy):
            vars(log).pop("bind", None)


def _clear(one: Person) -> set[str]:
    return {one.name, one.username, one.email, one.account_id}


def test_no_address_name_or_username_is_in_the_database_or_the_log(collected: Collected) -> None:
    files = [path for path in collected.folder.iterdir() if ".db" in path.name]
    stored = b"".join(path.read_bytes() for path in files).lower()
    told = str(collected.logs).lower()
    assert len(stored) > 1e6
    assert "people_joined" in told
    for text in set().union(*(_clear(one) for one in collected.world.people if not one.bot)):
        assert text.lower().encode() not in stored
        assert text.lower() not in told


def _identities(collected: Collected, one: Person) -> tuple[int, set[int], set[bool]]:
    """How many accounts of someone are known, whom they are taken for, and whether for a bot."""
    with collected.database.read() as session:
        key = people_key(session)
        names = [pseudonym(key, text) for text in _clear(one)]
        statement = (
            select(models.identity.c.identity_id, models.identity.c.bot)
            .join(models.person, models.person.c.id == models.identity.c.person_id)
            .where(models.person.c.pseudonym.in_(names))
        )
        rows = session.execute(statement).all()
    return len(rows), {row[0] for row in rows}, {bool(row[1]) for row in rows}


def test_all_accounts_of_a_person_are_one_identity_and_nobody_elses(collected: Collected) -> None:
    found = [_identities(collected, one) for one in collected.world.people if not one.bot]
    several = [identities for accounts, identities, _ in found if accounts > 2]
    assert len(several) > 3
    assert all(len(identities) <= 1 for _, identities, _ in found)
    assert len(set().union(*several)) == len(several)
    assert not any(True in bots for _, _, bots in found)


def test_bots_are_bots_at_every_tool(collected: Collected) -> None:
    found = [_identities(collected, one) for one in collected.world.people if one.bot]
    known = [bots for accounts, _, bots in found if accounts]
    assert known
    assert all(bots == {True} for bots in known)


def test_handoffs_are_counted_as_the_company_made_them(collected: Collected) -> None:
    counted = 0
    for item in collected.world.items:
        with collected.database.read() as session:
            statement = select(models.work_item.c.id).where(models.work_item.c.key == item.key)
            found = session.execute(statement).scalar_one_or_none()
            if found is None:
                continue
            told = handoffs_of(session, found, as_of_ts=to_ts(NOW))
        people = _assignees(item)
        if not people:
            assert told == NOBODY
            continue
        changes = sum(1 for before, after in pairwise(people) if before != after)
        assert isinstance(told, AssigneeHandoffs)
        assert told.between_people == changes
        counted += changes
    assert counted > 5


def _assignees(item: Item) -> list[str]:
    edits = [edit for edit in item.edits if edit.field == "assignee"]
    ordered = sorted(edits, key=lambda edit: (edit.at, edit.id))
    return [name for edit in ordered for name in (edit.old, edit.new) if name]
