"""The names under which `dirty` keeps what waits for each stage of the pipeline, and what a run of
it has taken on.
"""

from __future__ import annotations

from typing import Final

CORRELATE: Final = "correlate"
CORRELATING: Final = "correlating"
MEASURE: Final = "measure"
MEASURING: Final = "measuring"
