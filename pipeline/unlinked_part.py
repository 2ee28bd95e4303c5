"""What of the unlinked things may be others where nothing but items changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
from sqlalchemy.orm import Session

from core.records import Entity
from core.settings import Settings
from pipeline.around import Around
from pipeline.evidence import known_to
from pipeline.stream_facts import StreamFacts
from pipeline.unlinked import Unlinked, with_made
from pipeline.unlinked_commits import known_orphans
from pipeline.unlinked_days import COUNTS, DAY, counted_days
from pipeline.unlinked_items import (
    FACTS,
    Done,
    Kind,
    done_in,
    items_kind,
    named_requests,
    streams_read,
)
from store import frames
from store.unlinked import Part, days_of, suggested_items


def unlinked_around(
    session: Session, settings: Settings, around: Around, made: Sequence[StreamFacts]
) -> Unlinked | None:
    """The rows of the items around, and of those of which another commit is suggested now; the
    days on which another number of items was done, or of them is not linked. Of commits without
    ticket, which may mean a ticket that is called or dated otherwise now, all rows. None: nothing
    is another than before.
    """
    again = known_orphans(session, settings)
    ids = {number for one in made for number in one.wanted or ()}
    stored = around.stored
    assert stored is not None
    if again is not None:
        ids |= suggested_items(session) | again[1].keys()
        if more := ids - (around.ids or set()):
            found = frames.facts_of_items(session, more, names=stored.columns.tolist())
            stored = pd.concat([stored, found], ignore_index=True)
    if again is None and not _expects_code(made, stored):
        return None
    before, now = _done(made, stored[stored["item_id"].isin(ids)])
    if again is None and all(a.items.equals(b.items) for a, b in zip(before, now, strict=True)):
        return None
    orphans, meant = (None, {}) if again is None else again
    was, kind = _kinds(session, settings, made, before, now, meant)
    days, moved = _days(session, was, kind, settings.server.timezone)
    rows = [kind.rows.assign(entity=int(Entity.ITEM))]
    part = Part({Entity.ITEM: ids}, Entity.ITEM, moved)
    if orphans is not None:
        rows.append(orphans.assign(entity=int(Entity.COMMIT)))
        part.ids[Entity.COMMIT] = set(orphans["entity_id"].tolist())
    return Unlinked(pd.concat(rows, ignore_index=True), days, part)


def _expects_code(made: Sequence[StreamFacts], stored: pd.DataFrame) -> bool:
    """Whether any of the items should have code, by its facts before or now."""
    now = [one.facts.items for one in made if one.facts is not None]
    return any(bool(facts["expects_code"].any()) for facts in (stored, *now))


def _done(made: Sequence[StreamFacts], stored: pd.DataFrame) -> tuple[list[Done], list[Done]]:
    """Before and now, of the same items. stored: the facts before these."""
    before, now = [], []
    for one in made:
        own = stored.loc[stored["stream_id"] == one.stream_id, FACTS]
        before.append(done_in(one.stream_id, own, read=True))
        now.append(done_in(one.stream_id, with_made(own, one), read=True))
    return before, now


def _kinds(
    session: Session,
    settings: Settings,
    made: Sequence[StreamFacts],
    before: Sequence[Done],
    now: Sequence[Done],
    meant: dict[int, str],
) -> tuple[Kind, Kind]:
    """Before, without its reasons, and now."""
    bare = {int(item) for one in now for item in one.items["item_id"][~one.items["has_code"]]}
    known = known_to(session, settings) if bare else None
    pairs = frames.link_pairs(session, Entity.ITEM, Entity.MERGE_REQUEST, a_ids=bare)
    requests = frames.merge_requests(session, request_ids=set(pairs["b_id"].tolist()))
    if known is not None:
        requests = known.within(requests)
        read = streams_read(settings, known.repositories)
        now = [
            replace(own, read=one.stream.name in read) for one, own in zip(made, now, strict=True)
        ]
    named = named_requests(session, requests, bare)
    return items_kind(before, named[:0], {}), items_kind(now, named, meant)


def _days(session: Session, was: Kind, now: Kind, zone: str) -> tuple[pd.DataFrame, set[int]]:
    """All of the days that have other numbers than before, as they are now, and which those are."""
    before, after = (counted_days(one.entity, one.population, one.rows, zone) for one in (was, now))
    parts = pd.concat([after, before.assign(**{name: -before[name] for name in COUNTS})])
    moves = parts.groupby(DAY, as_index=False)[COUNTS].sum()
    moved = {int(day) for day in moves["day_ts"][(moves[COUNTS] != 0).any(axis=1)]}
    stored = days_of(session, Entity.ITEM, moved)
    both = pd.concat([stored, moves[moves["day_ts"].isin(moved)]], ignore_index=True)
    sums = both.groupby(DAY, as_index=False)[COUNTS].sum()
    return sums[(sums[COUNTS] != 0).any(axis=1)].astype({"scope": "object"}), moved
