"""Brings the links up to date and marks the items whose links changed for measuring."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.records import Entity
from core.settings import Settings
from correlator.rules import KINDS, Correlated, correlate_judged
from pipeline.clock import now_ts
from pipeline.database import Database
from pipeline.evidence import load_evidence
from pipeline.people import store_people, tell_people, who_is_who
from pipeline.progress import Progress, Silent
from pipeline.stages import CORRELATE, CORRELATING, MEASURE
from store import dirty, links, verdicts
from store.approvals import fill_approvals


@dataclass(frozen=True, slots=True)
class CorrelateReport:
    """`changed`: links that were added, altered or withdrawn. `ran` False: nothing waited."""

    changed: int = 0
    total: int = 0
    ran: bool = False

    def __add__(self, later: CorrelateReport) -> CorrelateReport:
        """Both runs, the later one after this."""
        return CorrelateReport(
            self.changed + later.changed, later.total or self.total, self.ran or later.ran
        )


def correlate(
    settings: Settings,
    database: Database,
    *,
    progress: Progress | None = None,
    everything: bool = False,
) -> CorrelateReport:
    """Links of all records, if any record changed or a person judged one; only differences are
    written.

    What changed is handed on: items that changed, and items whose links did, wait for measuring.
    """
    tell = progress or Silent()
    with database.writing() as session:
        waiting = dirty.take_on(session, CORRELATE, CORRELATING)
        judged = verdicts.unseen(session)
    if not everything and not judged and not any(waiting.values()):
        return CorrelateReport()
    tell.step("correlate", 0, 2)
    with database.writing() as session:
        fill_approvals(session, waiting[Entity.CHANGE])
    with database.read() as session:
        seen = verdicts.newest(session)  # first: one that comes meanwhile waits for the next run
        found = correlate_judged(load_evidence(session, settings).evidence)
        who = who_is_who(session)
    tell.step("correlate", 1, 2)
    with database.writing() as session:
        changed, touched = _store(session, found)
        for entity, ids in store_people(session, who).items():
            touched[entity] |= ids
        for entity in Entity:
            ids = touched[entity] | set(waiting[entity])
            if ids and entity in _MEASURED:
                dirty.mark(session, MEASURE, entity, ids)
            dirty.clear(session, CORRELATING, entity, waiting[entity])
        verdicts.mark_seen(session, up_to=seen, now_ts=now_ts())
    tell.step("correlate", 2, 2)
    tell_people(who)
    return CorrelateReport(changed, len(found.links), ran=True)


def _store(session: Session, found: Correlated) -> tuple[int, dict[Entity, set[int]]]:
    """Write what differs; how many links that were, and the ids of what they link."""
    touched: dict[Entity, set[int]] = {entity: set() for entity in Entity}
    changed = 0
    now = now_ts()
    for a_kind, b_kind in sorted(KINDS):
        change = links.replace(session, found.links, a_kind=a_kind, b_kind=b_kind, now_ts=now)
        links.replace(
            session, found.overruled, a_kind=a_kind, b_kind=b_kind, now_ts=now, overruled=True
        )
        changed += change.inserted + change.updated + change.deleted
        touched[a_kind] |= change.a_ids
        touched[b_kind] |= change.b_ids
    return changed, touched


_MEASURED = frozenset(
    {
        Entity.ITEM,
        Entity.COMMIT,
        Entity.MERGE_REQUEST,
        Entity.DEPLOYMENT,
        Entity.CHANGE,
        Entity.INCIDENT,
        Entity.REPOSITORY,
    }
)
