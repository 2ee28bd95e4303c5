"""Finds out what should be linked and is not, for every stream and service, and counts it by day.

Nothing is written here: the measuring stage stores it with the facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE
from core.records import Entity
from core.settings import Settings
from correlator.evidence import Evidence
from correlator.near_evidence import Tickets, known_tickets
from correlator.unlinked import (
    ROW,
    Code,
    counted_commits,
    meant_items,
    suggested,
    unlinked_commits,
    unlinked_deployments,
    unlinked_incidents,
    unlinked_items,
)
from metrics.incident_facts import LOOSE, PROXIMITY, UNATTRIBUTED
from metrics.mapping import Ints
from metrics.periods import Window, edges, periods
from pipeline.service_facts import Delivered
from pipeline.stream_facts import StreamFacts
from pipeline.unlinked_scopes import (
    paths_of_streams,
    repository_scopes,
    scoped,
    scopes_frame,
    service_scopes,
)
from store import frames
from store.unlinked import ALL, ticket_times

_KEY = ["entity", "entity_id", "scope", "scope_id"]
_DAY = ["scope", "scope_id", "entity", "day_ts"]
_LATEST = 4_102_444_800  # 2100: what is dated later is counted then


@dataclass(frozen=True, slots=True)
class Unlinked:
    """Frames with the columns of the tables `unlinked` and `unlinked_day`."""

    rows: pd.DataFrame
    days: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of thing: population: entity_id, ts, bot, scope, scope_id; rows: ROW and scope."""

    entity: Entity
    population: pd.DataFrame
    rows: pd.DataFrame


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
    rows = [one.rows.assign(entity=int(one.entity)) for one in kinds]
    days = [_days(one, settings.server.timezone) for one in kinds]
    return Unlinked(
        pd.concat(rows, ignore_index=True).drop_duplicates(_KEY), pd.concat(days, ignore_index=True)
    )


def _commits(
    session: Session, settings: Settings, found: Delivered
) -> tuple[_Kind, dict[int, str]]:
    evidence = found.loaded.evidence
    requested = frames.links(session, Entity.COMMIT, Entity.MERGE_REQUEST)["a_id"]
    counted = counted_commits(evidence, found.landed)
    code = Code(counted, found.written["commit_id"], requested)
    orphans = counted[~counted["commit_id"].isin(code.linked)]
    tickets = _tickets(session, evidence) if len(orphans) else Tickets({}, frozenset())
    suggestions = suggested(orphans, tickets)
    rows = unlinked_commits(evidence, code, suggestions, tickets.projects)
    population = counted[["commit_id", "repository_id", "committed_ts", "author_bot"]]
    population = population.set_axis(["entity_id", "of", "ts", "bot"], axis=1)
    homes = population[["entity_id", "of"]]
    scopes = repository_scopes(session, settings, evidence.repositories)
    kind = _Kind(
        Entity.COMMIT,
        scoped(population, scopes),
        scoped(rows.merge(homes, on="entity_id"), scopes),
    )
    return kind, meant_items(suggestions, counted)


def _tickets(session: Session, evidence: Evidence) -> Tickets:
    titled = evidence.item_keys[["key", "item_id"]].merge(ticket_times(session), on="item_id")
    return known_tickets(titled, pd.Series(sorted(evidence.finder.projects), dtype=object))


def _items(
    session: Session,
    settings: Settings,
    found: Delivered,
    made: Sequence[StreamFacts],
    meant: dict[int, str],
) -> _Kind:
    evidence = found.loaded.evidence
    requests = _named_requests(session, evidence.merge_requests)
    owned = paths_of_streams(settings)
    read = set(evidence.repositories["path"])
    populations, rows = [], []
    for one in made:
        facts = _present_facts(session, one)
        done = facts[(facts["done_ts"] != NONE) & facts["expects_code"].to_numpy(np.bool_)]
        done = done.sort_values(["item_id", "episode"]).drop_duplicates("item_id", keep="last")
        done = done.assign(ts=done["done_ts"], entity_id=done["item_id"], of=one.stream_id)
        bare = done[~done["has_code"].to_numpy(np.bool_)]
        has = bool(owned[one.stream.name] & read)
        populations.append(done[["entity_id", "ts", "of"]])
        rows.append(unlinked_items(bare, requests, meant, read=has).assign(of=one.stream_id))
    scopes = scopes_frame((one.stream_id, "stream", one.stream_id) for one in made)
    return _Kind(
        Entity.ITEM,
        scoped(_together(populations, ["entity_id", "ts", "of"]).assign(bot=False), scopes),
        scoped(_together(rows, [*ROW, "of"]), scopes),
    )


def _deployments(session: Session, settings: Settings, found: Delivered) -> _Kind:
    facts = found.facts.deployments if found.facts else frames.deployment_facts(session)
    good = facts[(facts["result"] == "success") & (facts["finished_ts"] != NONE)]
    population = good[["deployment_id", "finished_ts", "service_id"]]
    population = population.set_axis(["entity_id", "ts", "of"], axis=1).assign(bot=False)
    bare = good[good["commits"] == NONE]
    rows = unlinked_deployments(good).assign(of=bare["service_id"].to_numpy())
    scopes = service_scopes(session, settings)
    return _Kind(Entity.DEPLOYMENT, scoped(population, scopes), scoped(rows, scopes))


def _incidents(session: Session, settings: Settings, found: Delivered) -> _Kind:
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

    return _Kind(Entity.INCIDENT, placed(population.assign(bot=False)), placed(rows))


def _present_facts(session: Session, one: StreamFacts) -> pd.DataFrame:
    """The facts of a stream as they will be once these are stored."""
    columns = ["item_id", "episode", "done_ts", "expects_code", "has_code"]
    if one.facts is not None and one.wanted is None:
        return one.facts.items[columns]
    stored = frames.item_facts(session, one.stream_id, names=columns)
    if one.facts is None or one.wanted is None:
        return stored
    kept = stored[~stored["item_id"].isin(one.wanted)]
    return pd.concat([kept, one.facts.items[columns]], ignore_index=True)


def _named_requests(session: Session, requests: pd.DataFrame) -> pd.DataFrame:
    """item_id, number, state of merge requests that name an item."""
    links = frames.links(session, Entity.ITEM, Entity.MERGE_REQUEST)[["a_id", "b_id"]]
    table = links.drop_duplicates().merge(requests, left_on="b_id", right_on="merge_request_id")
    return table.rename(columns={"a_id": "item_id"})[["item_id", "number", "state"]]


def _together(parts: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    if parts:
        return pd.concat(parts, ignore_index=True)
    kinds = {"entity_id": "int64", "ts": "int64", "of": "int64", "bot": "bool"}
    return pd.DataFrame({name: pd.Series(dtype=kinds.get(name, "object")) for name in columns})


def _days(kind: _Kind, zone: str) -> pd.DataFrame:
    """population, unlinked and bots by scope and day; what bots made is in the last alone."""
    table = kind.population
    bare = np.isin(_places(table), _places(kind.rows))
    bot = table["bot"].to_numpy(np.bool_)
    table = table.assign(
        entity=int(kind.entity),
        day_ts=_day_of(table["ts"].to_numpy(np.int64), zone),
        population=(~bot).astype(np.int64),
        unlinked=(bare & ~bot).astype(np.int64),
        bots=(bare & bot).astype(np.int64),
    )
    sums = table.groupby(_DAY, as_index=False)[["population", "unlinked", "bots"]].sum()
    return sums.astype({"scope": "object"})


def _places(frame: pd.DataFrame) -> Ints:
    """A number for each thing in each scope: far faster to look up than the three columns."""
    code = frame["scope"].map({ALL: 0, "stream": 1, "service": 2}).to_numpy(np.int64)
    numbers = frame["entity_id"].to_numpy(np.int64) * 4 + code
    found: Ints = (numbers << 20) + frame["scope_id"].to_numpy(np.int64)
    return found


def _day_of(ts: Ints, zone: str) -> Ints:
    """The midnight in the zone before each time."""
    if not len(ts):
        return ts
    shown = np.clip(ts, 0, _LATEST)
    window = Window(int(shown.min()), int(shown.max()) + 1)
    found = periods(window, interval="day", tz=zone, as_of=window.to_ts)
    starts = edges(found)[:-1]
    return starts[np.searchsorted(starts, shown, side="right") - 1]
