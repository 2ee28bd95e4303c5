"""What a detector found: whether it asks, what it saw, and the things behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

Kind = Literal["item", "deployment", "incident"]


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing behind a question: `id` is ours, `ts` when it happened, `note` what was seen."""

    kind: Kind
    id: int
    ts: int
    note: str


@dataclass(frozen=True)
class Finding:
    """asked: whether the pattern passes its threshold. seen: it in a sentence. figures: what was
    counted, also where nothing is asked; None is not known. proofs: in order of time, all that fit
    the pattern, also where they are too few to ask. not_looked_at: why nothing can be said, or "".
    """

    asked: bool
    seen: str
    figures: Mapping[str, float | None] = field(default_factory=dict)
    proofs: tuple[Proof, ...] = ()
    not_looked_at: str = ""

    @property
    def since_ts(self) -> int | None:
        """When the first of it happened; None where there is none."""
        return self.proofs[0].ts if self.proofs else None


def not_looked_at(why: str) -> Finding:
    """Nothing can be said, and why."""
    return Finding(False, "", not_looked_at=why)


def proofs_of(kind: Kind, rows: pd.DataFrame, *, id: str, ts: str, note: str) -> tuple[Proof, ...]:
    """A proof for each row, from the columns that hold its id, time and note; in order of time."""
    columns = zip(rows[id].tolist(), rows[ts].tolist(), rows[note].tolist(), strict=True)
    found = [Proof(kind, int(one), int(at), str(text)) for one, at, text in columns]
    return tuple(in_order(found))


def in_order(proofs: Iterable[Proof]) -> list[Proof]:
    """By time, then id."""
    return sorted(proofs, key=lambda one: (one.ts, one.id))
