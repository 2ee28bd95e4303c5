"""Brings the links up to date and marks the items whose links changed for measuring."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from core.records import Entity
from core.settings import Settings
from core.tracing import span
from correlator.identities import Identities
from correlator.linking import Linked, Scope, linked, owner
from correlator.rules import RULES
from correlator.rules_code import CODE_RULES
from pipeline.clock import now_ts
from pipeline.database import Database
from pipeline.evidence import Known, known_to, load_evidence
from pipeline.ground import ground_of
from pipeline.neighbourhood import Ids, names_incidents, neighbourhood
from pipeline.partial import load_scope
from pipeline.people import store_people, tell_people, who_is_who
from pipeline.progress import Progress, Silent
from pipeline.stages import CORRELATE, CORRELATING, MEASURE
from pipeline.verdict_reach import reaches_out
from store import dirty, frames, links, verdicts
from store.approvals import fill_approvals
from store.mentions import replace_mentions
from store.settings import get_setting, set_setting


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


@span("link")
def correlate(
    settings: Settings,
    database: Database,
    *,
    progress: Progress | None = None,
    everything: bool = False,
) -> CorrelateReport:
    """Links of what changed and of what hangs together with it; only differences are written.
    Where a delivery may be concerned, a person judged a link, what links rest on besides the
    records is another (`ground_of`), or `everything` is asked for, the links of all records.

    What changed is handed on: items that changed, and items whose links did, wait for measuring.
    """
    tell = progress or Silent()
    with database.writing() as session:
        waiting = dirty.take_on(session, CORRELATE, CORRELATING)
        everything = everything or verdicts.unseen(session)
    if not everything and not any(waiting.values()) and not _moved(settings, database):
        return CorrelateReport()
    tell.step("correlate", 0, 2)
    with database.writing() as session:
        fill_approvals(session, waiting[Entity.CHANGE])
    with database.read() as session:
        made = _made(session, settings, waiting, everything=everything)
    tell.step("correlate", 1, 2)
    with database.writing() as session:
        changed, total = _written(session, made, waiting)
    tell.step("correlate", 2, 2)
    tell_people(made.who)
    return CorrelateReport(changed, total, ran=True)


_GROUND = "correlated_on"


@dataclass(frozen=True, slots=True)
class _Made:
    """What a run found. scope: None where it was about everything. seen: the newest verdict in
    view. moved: whether links were made before, on another ground.
    """

    scope: Scope | None
    found: Linked
    who: Identities
    seen: int
    ground: str
    moved: bool


def _moved(settings: Settings, database: Database) -> bool:
    """Whether the ground is another than that of the links; not where nothing was ever linked."""
    with database.read() as session:
        before = get_setting(session, _GROUND)
        if before is None:
            return False
        return before != ground_of(session, settings, known_to(session, settings))


def _made(session: Session, settings: Settings, waiting: Ids, *, everything: bool) -> _Made:
    seen = verdicts.newest(session)  # first: one that comes meanwhile waits for the next run
    known = known_to(session, settings)
    before, ground = get_setting(session, _GROUND), ground_of(session, settings, known)
    whole = everything or before != ground
    whole |= any(one.manifests for one in settings.services)  # any text may name a version
    scope, found = _linked(session, settings, known, None if whole else waiting)
    moved = before is not None and before != ground
    return _Made(scope, found, who_is_who(session), seen, ground, moved)


def _written(session: Session, made: _Made, waiting: Ids) -> tuple[int, int]:
    """Store it, and mark what is to be measured; how many links changed, and how many there are."""
    changed, touched = _store(session, made.found, made.scope)
    set_setting(session, _GROUND, made.ground)
    for entity, ids in store_people(session, made.who).items():
        touched[entity] |= ids
    if made.moved:  # deliveries may mean something else now also where no link says so
        touched[Entity.REPOSITORY].update(frames.repositories(session)["repository_id"].tolist())
        touched[Entity.DEPLOYMENT].update(frames.deployments(session)["deployment_id"].tolist())
        touched[Entity.INCIDENT].update(frames.incidents(session)["incident_id"].tolist())
    for entity in Entity:
        ids = touched[entity] | set(waiting[entity])
        if ids and entity in _MEASURED:
            dirty.mark(session, MEASURE, entity, ids)
        dirty.clear(session, CORRELATING, entity, waiting[entity])
    verdicts.mark_seen(session, up_to=made.seen, now_ts=now_ts())
    whole = made.scope is None
    return changed, len(made.found.links) if whole else links.count_links(session)


def _linked(
    session: Session, settings: Settings, known: Known, waiting: Ids | None
) -> tuple[Scope | None, Linked]:
    """The links of what waits (None: of everything), and for what they are all links."""
    if waiting is not None:
        found = neighbourhood(session, known, waiting)
        if found is not None:
            evidence, scope = load_scope(session, known, found)
            made = linked(evidence, scope)
            out = reaches_out(session, evidence.verdicts, waiting, scope.ids)
            if not out and not names_incidents(session, made.links):
                return scope, made
    return None, linked(load_evidence(session, settings).evidence)


def _store(
    session: Session, found: Linked, scope: Scope | None
) -> tuple[int, dict[Entity, set[int]]]:
    """Write what differs; how many links that were, and the ids of what they link."""
    touched: dict[Entity, set[int]] = {entity: set() for entity in Entity}
    changed = 0
    now = now_ts()
    rules = RULES if scope is None else CODE_RULES
    refusing = len(found.overruled) > 0 or links.any_overruled(session)
    for a_kind, b_kind in sorted({(rule.a, rule.b) for rule in rules}):
        end, entity = owner(a_kind, b_kind)
        ids = None if scope is None else scope.ids[entity]
        replace = partial(
            links.replace,
            session,
            a_kind=a_kind,
            b_kind=b_kind,
            now_ts=now,
            a_ids=ids if end == "a_id" else None,
            b_ids=ids if end == "b_id" else None,
        )
        if refusing:
            replace(found.overruled, overruled=True)
        change = replace(found.links)
        changed += change.inserted + change.updated + change.deleted
        touched[a_kind] |= change.a_ids
        touched[b_kind] |= change.b_ids
    replace_mentions(session, found.mentions, None if scope is None else scope.ids)
    return changed, touched


_MEASURED = frozenset(
    {
        Entity.ITEM,
        Entity.COMMIT,
        Entity.MERGE_REQUEST,
        Entity.BUILD,
        Entity.DEPLOYMENT,
        Entity.CHANGE,
        Entity.INCIDENT,
        Entity.REPOSITORY,
    }
)
