"""The kinds of vectors that this product can calculate. To add one: a function from `given` to an
answer, a line here, and a paragraph in docs/conformance.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from conformance import (
    calendars,
    charts,
    delivery,
    items,
    lines,
    money,
    samples,
    tools,
    working_days,
)
from metrics.registry import METRICS

Answer = Mapping[str, Any]
Runner = Callable[[Mapping[str, Any]], Answer]

KINDS: Final[dict[str, Runner]] = {
    "sample": samples.sample,
    "order_ranks": samples.ranks,
    "share": samples.share,
    "periods": calendars.calendar_periods,
    "process_behaviour": charts.process_behaviour,
    "throughput_forecast": charts.throughput_forecast,
    "items": items.flow_of_items,
    "time_by_tool": tools.time_by_tool_of_items,
    "delivery": delivery.delivery_of_services,
    "working_time": working_days.between,
    "working_items": working_days.working_items,
    "delay_profile": money.delay_profile,
    "order_of_work": money.order_of_work,
    "path_of_shares": lines.path_of_shares,
    "line_of_steps": lines.line_of_steps,
    "queue_wait": lines.queue_wait,
}
"""By the name that vectors give."""

_CONVENTIONS: Final = (
    "nearest_rank@1",
    "order_statistic_interval@1",
    "wilson@1",
    "periods@1",
    "item_history@1",
    "stage_time@1",
    "working_time@1",
    "delay_profile@1",
    "order_of_work@1",
    "rolled_complete_accurate@1",
    "line_of_steps@1",
    "queue_wait@1",
)


def definitions() -> frozenset[str]:
    """What this product computes: its metrics, and conventions that no single metric owns."""
    metrics = {f"{metric.slug}@{metric.version}" for metric in METRICS.values()}
    return frozenset(metrics | set(_CONVENTIONS))
