"""The names under which `dirty` keeps what waits for each stage of the pipeline."""

from __future__ import annotations

from typing import Final

CORRELATE: Final = "correlate"
MEASURE: Final = "measure"
