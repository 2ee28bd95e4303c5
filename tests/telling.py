"""Lines that tests add to the end of the test run: figures measured, and what was left out."""

from __future__ import annotations

SEEDS = "HEADWATER_SEEDS"
"""Names the seeds that this run of the tests drew."""
MEASURED: list[str] = []
"""Figures that a person wants to see although the test passed."""


def measured(line: str) -> None:
    """Print this line when the run ends."""
    MEASURED.append(line)
