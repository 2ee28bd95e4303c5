"""What every part of the company's making needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Literal

from simulator.rough_habits import Roughness

Hosting = Literal["gitlab", "github"]
"""Where the code lives. GitHub never puts a merge commit on top of a squash commit."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The span and one source of chance per subject, so that they do not disturb each other.

    habits: None: the usual ones.
    """

    seed: int
    start: datetime
    now: datetime
    hosting: Hosting
    habits: Roughness | None = None

    def rng(self, subject: str) -> Random:
        return Random(f"{self.seed}/{subject}")
