"""What the items of a stream are planned for, and when they are due, as their tracker tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from store import frames

_RELEASES = ["release_id", "external_id", "name", "url", "due_on", "released", "archived"]


@dataclass(frozen=True)
class Planned:
    """releases: those that items of the stream are planned for, as in `frames.planned_releases`.
    items: item_id, release_id; an item may be planned for several. due: by item, of the stream or
    above one of it, the day until the end of which it is due, as in 2026-12-24.
    """

    releases: pd.DataFrame = field(default_factory=lambda: _empty(_RELEASES))
    items: pd.DataFrame = field(default_factory=lambda: _empty(["item_id", "release_id"]))
    due: Mapping[int, str] = field(default_factory=dict)

    def same(self, other: Planned) -> bool:
        """Whether both say the same."""
        return (
            self.due == other.due
            and self.items.equals(other.items)
            and self.releases.equals(other.releases)
        )


def _empty(names: list[str]) -> pd.DataFrame:
    return pd.DataFrame({name: np.empty(0, np.int64) for name in names})


def planned_of(session: Session, stream_id: int, items: Iterable[int]) -> Planned:
    """Of a stream; items: those of it and what stands above them."""
    planned = frames.planned_items(session, stream_id)
    releases = frames.planned_releases(session, planned["release_id"].unique().tolist())
    due = frames.due_days(session, items)
    days = {int(item): str(day) for item, day in zip(due["item_id"], due["due_on"], strict=True)}
    return Planned(releases, planned, days)
