"""Somebody of a small company is erased: nothing of them is left, no number changes, and what is
read later does not bring them back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs
from zstandard import ZstdDecompressor

from core.errors import NotFoundError
from core.settings import Settings
from core.stand_ins import PREFIX
from pipeline.access_tokens import list_tokens, make_token
from pipeline.audit_log import list_events, note
from pipeline.database import Database, opened
from pipeline.erasing import erase, look
from pipeline.export_formats import format_named
from pipeline.export_wanted import Filters, wanted_rows
from pipeline.exporting import export_folder
from pipeline.handoffs import handoffs_of
from pipeline.sync import sync
from pipeline.verdicts import Asked, judge
from simulator.model import Person
from store.export_tables import TABLES
from store.models import identity, metadata, raw_record, work_item
from store.sign_ins import SignIn, add_sign_in
from tests.e2e.dumps import FACTS
from tests.e2e.little import little_company
from tests.e2e.small import Small, synced

_THAT_STAY = (*FACTS, "transition", "commit_parent", "block", "worklog", "review")
"""Tables that numbers are made of: no row of theirs may change."""
_LATER = 2_000_000_000


@dataclass
class Home:
    company: Small
    settings: Settings
    anna: Person
    folder: Path

    @property
    def words(self) -> list[str]:
        anna = self.anna
        return [one.casefold() for one in (anna.name, anna.username, anna.email, anna.account_id)]

    def found(self, text: str) -> list[str]:
        return [one for one in self.words if one in text.casefold()]


@pytest.fixture(scope="module")
def company() -> Iterator[tuple[Small, Person]]:
    """Somebody's words in titles, messages, branches and descriptions, as people write them."""
    with little_company(items=12) as found:
        anna = max(
            (one for one in found.world.people if not one.bot),
            key=lambda one: sum(commit.author is one for commit in found.world.commits),
        )
        items, commits, requests = (
            found.world.items,
            found.world.commits,
            found.world.merge_requests,
        )
        items[0].title = f"Ask {anna.name} about the cart"
        items[1].title = f"({anna.email}) wrote: it is slow"
        for commit in commits[:3]:
            commit.message += f"\n\nCo-authored-by: {anna.name} <{anna.email.upper()}>"
        requests[0].title += f" for @{anna.username}"
        yield found, anna


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, company: tuple[Small, Person], tmp_path: Path) -> Home:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    found, anna = company
    _, settings = found.home(tmp_path, url=url)
    assert not synced(settings).failed
    return Home(found, settings, anna, tmp_path)


def _said(home: Home, database: Database) -> None:
    """What the product itself keeps of the same person: verdicts, a token, a sign-in, the log."""
    anna, keys = home.anna, [one.key for one in home.company.world.items]
    with database.read() as session:
        stored = [key for key in keys if _item(session, key)]
    sha = home.company.world.commits[0].sha
    judge(
        database,
        Asked("a", "item", stored[0]),
        Asked("b", "commit", sha),
        answer="confirmed",
        who=anna.email,
        why=f"{anna.name} told me",
    )
    make_token(
        home.settings,
        database,
        name=anna.username,
        role="viewer",
        streams=(),
        lasts=timedelta(days=1),
        who=anna.email,
        now=_LATER,
    )
    note(database, "signed_in", who=anna.email, subject=anna.email, ts=_LATER, told=anna.name)
    with database.writing() as session:
        add_sign_in(session, "f" * 64, SignIn(anna.email, "admin", "", None, _LATER), ts=_LATER)


def _item(session: Session, key: str) -> int | None:
    return session.execute(select(work_item.c.id).where(work_item.c.key == key)).scalar()


def _numbers(home: Home, database: Database) -> dict[str, Any]:
    """The tables that numbers are made of, who is who, and the handoffs of every item."""
    told: dict[str, Any] = {}
    with database.read() as session:
        for name in _THAT_STAY:
            table = metadata.tables[name]
            columns = [one for one in table.c if one.key != "known_ts"]
            told[name] = sorted(map(repr, session.execute(select(*columns)).all()))
        joined: dict[int, set[int]] = {}
        for row in session.execute(select(identity)):
            joined.setdefault(row.identity_id, set()).add(row.person_id)
        told["who is who"] = sorted(map(sorted, joined.values()))
        for item in home.company.world.items:
            number = _item(session, item.key)
            if number is not None:
                told[item.key] = handoffs_of(session, number, as_of_ts=_LATER)
    return told


def _everything(engine: Engine) -> str:
    """Every cell of every table, as a dump has them, and what raw payloads hold."""
    unpack, parts = ZstdDecompressor(), []
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                parts += [str(one) for one in row if isinstance(one, str)]
        for payload in connection.execute(select(raw_record.c.payload)).scalars():
            parts.append(unpack.decompress(payload).decode().encode().decode("unicode_escape"))
    return "\n".join(parts)


def _exported(home: Home, database: Database) -> str:
    folder = home.folder / "exported"
    wanted = wanted_rows(home.settings, Filters())
    export_folder(home.settings, database, folder, format_named("csv"), TABLES, wanted)
    return "\n".join(path.read_text(encoding="utf-8") for path in folder.iterdir())


def test_nothing_of_somebody_is_left_and_no_number_changes(home: Home) -> None:
    with opened(home.settings.database) as database:
        _said(home, database)
        before = _numbers(home, database)
        assert len(home.found(_everything(database.engine))) == 4  # all of it is there to be found
        told = look(database, home.anna.email)
        assert not told["erased"]
        assert told["sign_ins_ended"] == 1
        assert told["tokens"] == [home.anna.username]
        assert len(home.found(_everything(database.engine))) == 4  # a look changes nothing
        with capture_logs() as logs:
            done = erase(database, home.anna.username, who=home.anna.email)
        assert done["erased"]
        assert done["scrubbed"]
        assert {one["table"]: one["rows"] for one in done["changed"]} == {
            one["table"]: one["rows"] for one in told["changed"]
        }
        assert sum(one["accounts"] for one in done["accounts"]) > 1
        assert _numbers(home, database) == before
        assert home.found(_everything(database.engine)) == []
        assert home.found(_exported(home, database) + str(logs) + str(done)) == []
        assert any(one["name"].startswith(PREFIX) for one in list_tokens(database, now=_LATER))
        with database.read() as session:
            line = list_events(session, cursor=None, limit=1)["items"][0]
        assert line["action"] == "person_erased"
        assert home.found(str(line)) == []
        with pytest.raises(NotFoundError):
            look(database, home.anna.email)
    assert all(home.found(_text_of(path)) == [] for path in home.folder.glob("headwater.db*"))
    _read_again(home, before)


def _read_again(home: Home, before: dict[str, Any]) -> None:
    """Everything is asked for once more: the tools still tell the name."""
    with opened(home.settings.database) as database:
        assert not sync(home.settings, database, full=True).failed
        assert home.found(_everything(database.engine)) == []
        assert _numbers(home, database) == before


def _text_of(path: Path) -> str:
    return path.read_bytes().decode("latin-1")
