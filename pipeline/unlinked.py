"""Finds out what should be linked and is not, for every stream and service, and counts it by day.

Nothing is written here: the measuring stage stores it with the facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE
from core.records import Entity
from core.settings import Settings
from correlator.unlinked import (
    Code,
    counted_commits,
    unlinked_deployments,
    unlinked_incidents,
)
from metrics.incident_facts import LOOSE, PROXIMITY, UNATTRIBUTED
from pipeline.service_facts import Delivered
from pipeline.stream_facts import StreamFacts
from pipeline.unlinked_commits import commit_rows
from pipeline.unlinked_days import counted_days
from pipeline.unlinked_items import (
    FACTS,
    Kind,
    done_in,
    items_kind,
    named_requests,
    streams_read,
)
from pipeline.unlinked_scopes import repository_scopes, scoped, service_scopes
from store import frames
from store.unlinked import Part

_KEY = ["entity", "entity_id", "scope", "scope_id"]


@dataclass(frozen=True, slots=True)
class Unlinked:
    """Frames with the columns of the tables `unlinked` and `unlinked_day`; what of the tables they
    replace, None: all.
    """

    rows: pd.DataFrame
    days: pd.DataFrame
    part: Part | None = None


def unlinked_now(
    session: Session, settings: Settings, found: Delivered, made: Sequence[StreamFacts]
) -> Unlinked:
    """As the records, the links and these facts say now. made: facts that are not stored yet."""
    commits, meant = _commits(session, settings, found)
    kinds = [
        _items(session, settings, found, made, meant),
        commits,
        _deployments(session, settings, found),
        _incidents(session, settings, found),
    ]
    zone = settings.server.timezone
    rows = [one.rows.assign(entity=int(one.entity)) for one in kinds]
    days = [counted_days(one.entity, one.population, one.rows, zone) for one in kinds]
    return Unlinked(
        pd.concat(rows, ignore_index=True).drop_duplicates(_KEY), pd.concat(days, ignore_index=True)
    )


def _commits(session: Session, settings: Settings, found: Delivered) -> tuple[Kind, dict[int, str]]:
    evidence = found.loaded.evidence
    requested = frames.link_pairs(session, Entity.COMMIT, Entity.MERGE_REQUEST)["a_id"]
    counted = counted_commits(evidence, found.landed)
    code = Code(counted, found.written["commit_id"], requested)
    rows, meant = commit_rows(session, settings, evidence, code)
    population = counted[["commit_id", "repository_id", "committed_ts", "author_bot"]]
    population = population.set_axis(["entity_id", "of", "ts", "bot"], axis=1)
    scopes = repository_scopes(session, settings, evidence.repositories)
    return Kind(Entity.COMMIT, scoped(population, scopes), rows), meant


def _items(
    session: Session,
    settings: Settings,
    found: Delivered,
    made: Sequence[StreamFacts],
    meant: dict[int, str],
) -> Kind:
    evidence = found.loaded.evidence
    requests = named_requests(session, evidence.merge_requests)
    read = streams_read(settings, evidence.repositories)
    done = [
        done_in(one.stream_id, _present_facts(session, one), read=one.stream.name in read)
        for one in made
    ]
    return items_kind(done, requests, meant)


def _deployments(session: Session, settings: Settings, found: Delivered) -> Kind:
    facts = found.facts.deployments if found.facts else frames.deployment_facts(session)
    good = facts[(facts["result"] == "success") & (facts["finished_ts"] != NONE)]
    population = good[["deployment_id", "finished_ts", "service_id"]]
    population = population.set_axis(["entity_id", "ts", "of"], axis=1).assign(bot=False)
    bare = good[good["commits"] == NONE]
    rows = unlinked_deployments(good).assign(of=bare["service_id"].to_numpy())
    scopes = service_scopes(session, settings)
    return Kind(Entity.DEPLOYMENT, scoped(population, scopes), scoped(rows, scopes))


def _incidents(session: Session, settings: Settings, found: Delivered) -> Kind:
    """Duplicates are left out: they are counted with their original."""
    incidents = found.loaded.evidence.incidents
    incidents = incidents[incidents["duplicate_of_external_id"] == ""]
    facts = found.facts.incidents if found.facts else frames.incident_facts(session)
    services = facts[["incident_id", "service_id"]].drop_duplicates()
    services = services.set_axis(["entity_id", "of"], axis=1)
    population = incidents[["incident_id", "opened_ts"]].set_axis(["entity_id", "ts"], axis=1)
    told = incidents[["incident_id"]].merge(
        facts[["incident_id", "method", "reason"]], on="incident_id", how="left"
    )
    # What belongs to no service has no facts.
    told = told.fillna({"method": UNATTRIBUTED, "reason": "service_unknown"})
    told["reason"] = told["reason"].where(told["method"] != PROXIMITY, "time_alone")
    reasons = told[told["method"].isin(LOOSE)].drop_duplicates("incident_id")
    rows = unlinked_incidents(incidents, reasons)
    scopes = service_scopes(session, settings)

    def placed(frame: pd.DataFrame) -> pd.DataFrame:
        table = frame.merge(services, on="entity_id", how="left")
        return scoped(table.assign(of=table["of"].fillna(NONE).astype("int64")), scopes)

    return Kind(Entity.INCIDENT, placed(population.assign(bot=False)), placed(rows))


def _present_facts(session: Session, one: StreamFacts) -> pd.DataFrame:
    """The facts of a stream as they will be once these are stored."""
    if one.facts is not None and one.wanted is None:
        return one.facts.items[FACTS]
    stored = frames.item_facts(session, one.stream_id, names=FACTS)
    return with_made(stored, one)


def with_made(stored: pd.DataFrame, one: StreamFacts) -> pd.DataFrame:
    """Stored facts of a stream, with those that were made in the place of what they replace."""
    if one.facts is None or one.wanted is None:
        return stored
    kept = stored[~stored["item_id"].isin(one.wanted)]
    return pd.concat([kept[FACTS], one.facts.items[FACTS]], ignore_index=True)
