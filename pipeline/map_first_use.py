"""From release to first use, where something tells of use."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.frames import NONE
from metrics.map_times import LEVELS
from metrics.stats import percentiles
from pipeline.map_facts import MapFacts
from pipeline.map_numbers import told_percentiles
from pipeline.question import Question
from pipeline.snapshot import StreamFacts
from pipeline.value_measures import valued_items

Answer = dict[str, Any]


def first_use(stream: StreamFacts, made: MapFacts, asked: Question) -> Answer:
    """Days from release to first use of the deliveries that are known to be in use; null, with the
    reason, where nothing tells.
    """
    told = valued_items(stream, made.lives, asked.as_of)
    used = told[(told["first_use_ts"] != NONE) & (told["released_ts"] != NONE)]
    seconds = (used["first_use_ts"] - used["released_ts"]).to_numpy(np.float64)
    found = told_percentiles(percentiles(np.maximum(seconds, 0), LEVELS))
    reason = None if len(used) else "nothing tells when a delivery was first used"
    return {**{name: found[name] for name in ("p50_d", "p85_d", "observed", "n")}, "reason": reason}
