"""The names under which `dirty` keeps what waits for each stage of the pipeline, and what a run of
it has taken on.
"""

from __future__ import annotations

from typing import Final

CORRELATE: Final = "correlate"
CORRELATING: Final = "correlating"
MEASURE: Final = "measure"
MEASURING: Final = "measuring"
LOG: Final = "log"
LOGGING: Final = "logging"

EVENT_LOG: Final = "event_log"
"""The name under which the database remembers the Parquet event log that is appended to; where
there is none, nothing waits for `LOG`.
"""
