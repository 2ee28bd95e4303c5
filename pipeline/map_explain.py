"""The deliveries behind the numbers of a map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from core.errors import BadRequestError
from pipeline.explain import explained, item_rows
from pipeline.map_facts import MapFacts, map_facts
from pipeline.map_inside import step_named
from pipeline.question import Question
from pipeline.snapshot import StreamFacts

Answer = dict[str, Any]
_KEYS = ["item_id", "episode"]


@dataclass(frozen=True, slots=True)
class MapPart:
    """Which part of a map: all of it, a step, a move between two steps, or one between teams."""

    step: str | None = None
    from_step: str | None = None
    to_step: str | None = None
    from_team: str | None = None
    to_team: str | None = None

    def checked(self) -> None:
        """`BadRequestError` where half of a pair is there, or more than one part is asked for."""
        pairs = ((self.from_step, self.to_step), (self.from_team, self.to_team))
        for (begin, end), what in zip(pairs, ("step", "team"), strict=True):
            if (begin is None) != (end is None):
                raise BadRequestError(f"from_{what}, to_{what}: give both, or neither")
        chosen: Sequence[bool] = [self.step is not None, *(one[0] is not None for one in pairs)]
        if sum(chosen) > 1:
            raise BadRequestError("step: ask for a step, for a move or for a handoff, not for two")


def explain_map(
    session: Session, stream: StreamFacts, asked: Question, part: MapPart, *, clock: str = ""
) -> Answer:
    """Deliveries with their seconds: between the boundaries, in a step, or lost in the loops
    between two steps. Those that the map leaves out, with the reason.
    """
    part.checked()
    made = map_facts(session, stream, asked, clock=clock)
    rows = item_rows(_chosen(made, part))
    return explained("value_stream_map", asked, rows, item_rows(made.found.left_out))


def _chosen(made: MapFacts, part: MapPart) -> pd.DataFrame:
    lives = made.lives.drop(columns=[name for name in ("seconds",) if name in made.lives])
    if part.step is not None:
        number = step_named(made, part.step).number
        own = made.rows[made.rows["step"] == number]
        spent = own.assign(seconds=own["end_ts"] - own["start_ts"])
        return _with(lives, spent)
    if part.from_step is not None and part.to_step is not None:
        u, v = (step_named(made, name).number for name in (part.from_step, part.to_step))
        back = made.loops[(made.loops["from_step"] == u) & (made.loops["to_step"] == v)]
        if u > v:
            return _with(lives, back.assign(seconds=back["lost_s"]))
        moved = made.moves[(made.moves["from_step"] == u) & (made.moves["to_step"] == v)]
        return lives.merge(moved[_KEYS].drop_duplicates(), on=_KEYS)
    if part.from_team is not None:
        hands = made.handoffs
        own = hands[(hands["from_team"] == part.from_team) & (hands["to_team"] == part.to_team)]
        return lives.merge(own[_KEYS].drop_duplicates(), on=_KEYS)
    return lives.assign(seconds=lives["finish_ts"] - lives["begin_ts"])


def _with(lives: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    sums = rows.groupby(_KEYS, as_index=False)["seconds"].sum()
    return lives.merge(sums, on=_KEYS)
