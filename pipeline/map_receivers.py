"""What the receivers of work say of it, beside what their sending back shows (V4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from core.map_settings import ReceiverSurvey
from metrics.map_steps import Step
from pipeline.map_numbers import share_of

Answer = dict[str, Any]

NO_SURVEY = "no receiver was asked"


def said_by_receivers(
    surveys: Sequence[ReceiverSurvey],
    before: Step,
    after: Step,
    *,
    until: date,
    proxy: float | None,
) -> Answer | None:
    """The last survey of an edge up to a day; None where nobody was asked. Those of one day are
    one. proxy: the share that was not sent back, an upper bound.
    """
    own = [
        one
        for one in surveys
        if one.from_ in _names(before) and one.to in _names(after) and one.on <= until
    ]
    if not own:
        return None
    last = max(one.on for one in own)
    told = [one for one in own if one.on == last]
    share = share_of(sum(one.usable for one in told), sum(one.answers for one in told))
    return {
        **share,
        "on": last.isoformat(),
        "missing": list(dict.fromkeys(word for one in told for word in one.missing)),
        "repaired_in_silence": None if proxy is None else max(0.0, proxy - share["share"]),
    }


def _names(step: Step) -> set[str]:
    return {step.name, *step.stages, *step.queues}
