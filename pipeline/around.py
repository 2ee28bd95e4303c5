"""What a pass has to read of items: all of them, or what waits and what hangs together with it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import pandas as pd
from sqlalchemy.orm import Session

from core.frames import NONE
from core.records import Entity
from core.settings import Settings
from correlator.confidence import surely_linked
from pipeline.service_facts import Delivered
from pipeline.upstream import Upstream, below, upstream_of
from store import frames

RELEASE = ["first_released_ts", "released_ts", "release_reason", "has_code"]
_LAST = ["item_id", "episode", "idea_ts", *RELEASE]
_STORED = ["stream_id", "done_ts", "expects_code", *_LAST]

MOST = 20_000
"""Beyond so many items that wait it is quicker to read all."""


@dataclass(frozen=True, slots=True)
class Around:
    """ids: the items of which a fact may be another one now; None: any. upstream: of those. stored:
    their facts as they are stored, `_STORED`; None: to be read. found: what deliveries say now; it
    is read at the first call.
    """

    ids: set[int] | None
    upstream: Upstream
    stored: pd.DataFrame | None
    found: Callable[[], Delivered]

    @property
    def released(self) -> set[int] | None:
        """Those of `ids` that are released by the stored facts: of no others are times by tool
        stored.
        """
        if self.stored is None:
            return self.ids
        return set(self.stored.loc[self.stored["released_ts"] != NONE, "item_id"].tolist())

    def stored_facts(self, session: Session, stream_id: int) -> pd.DataFrame:
        """The same of one stream; `_LAST` of them, where all are read."""
        if self.stored is None:
            return frames.item_facts(session, stream_id, names=_LAST)
        return self.stored[self.stored["stream_id"] == stream_id]

    def releases(self, session: Session, present: Collection[int]) -> pd.DataFrame:
        """When the code of items went live, see `item_releases`; of these at least. present: items
        of a stream that are there.

        Where items alone changed no release did: the stored ones hold. Of an item that no stream
        has facts of the deliveries tell, and only where it has a commit at all.
        """
        if self.stored is None:
            return self.found().releases
        last = self.stored.drop_duplicates("item_id", keep="last")
        known = last.loc[last["has_code"], ["item_id", *RELEASE]]
        new = set(present) - set(last["item_id"].tolist())
        if not new or not _has_commits(session, new):
            return known
        every = self.found().releases
        return pd.concat([known, every[every["item_id"].isin(new)]], ignore_index=True)


def around_all(session: Session, settings: Settings, found: Callable[[], Delivered]) -> Around:
    """All there is to read."""
    return Around(None, upstream_of(session, settings), None, found)


def around_items(
    session: Session,
    settings: Settings,
    item_ids: Collection[int],
    streams: Collection[int],
    found: Callable[[], Delivered],
) -> Around:
    """What is to be read where these items alone changed. streams: ids of all that are configured.

    Another idea have those below them, another block those behind them; whose blocks by which rule
    is found out later.
    """
    ids = set(item_ids) | below(session, settings, item_ids)
    if any(one.blocked.links for one in settings.streams):
        ids |= frames.behind(session, item_ids)
    stored = frames.facts_of_items(session, ids, names=_STORED)
    stored = stored[stored["stream_id"].isin(streams)]
    return Around(ids, upstream_of(session, settings, ids), stored, found)


def mending_moved(session: Session, settings: Settings, item_ids: Collection[int]) -> bool:
    """Whether a hotfix may be rework now and was not, or the other way round, as one of these items
    is a defect now or is none.
    """
    hotfixes = frames.hotfixes(session)
    if hotfixes.empty:
        return False
    commits = frames.link_pairs(session, Entity.ITEM, Entity.COMMIT, a_ids=item_ids)
    brought = frames.link_pairs(
        session, Entity.COMMIT, Entity.DEPLOYMENT, a_ids=set(commits["b_id"].tolist())
    )
    table = commits.merge(brought, left_on="b_id", right_on="a_id", suffixes=("", "_brought"))
    table = table.merge(hotfixes, left_on="b_id_brought", right_on="deployment_id")
    if table.empty:
        return False
    types = frames.items_of(session, table["a_id"].tolist()).set_index("item_id")["type"]
    defect = table["a_id"].map(types).isin(settings.types.defect)
    return bool((defect != table["rework"]).any())


def _has_commits(session: Session, item_ids: Collection[int]) -> bool:
    pairs = frames.link_pairs(session, Entity.ITEM, Entity.COMMIT, a_ids=item_ids)
    return len(surely_linked(pairs)) > 0
