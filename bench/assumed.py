"""What docs/scaling.md assumes of a company: read from the page, so that both say the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_PAGE: Final = Path(__file__).parents[1] / "docs" / "scaling.md"
_ROW: Final = re.compile(r"\| ([a-z ]+) \| ([\d.]+) \|")
BUSIEST: Final = 0.2
"""The share of a day's work in its busiest hour."""


def records_of_a_day() -> Mapping[str, float]:
    """How many records of each kind one engineer makes on a working day."""
    text = _PAGE.read_text(encoding="utf-8").partition("## What is assumed")[2]
    return {name: float(number) for name, number in _ROW.findall(text.partition("\n## ")[0])}
