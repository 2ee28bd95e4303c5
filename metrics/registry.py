"""The list of metrics: what each is called, its definition's version, what grades it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from metrics import (
    ageing,
    blocked,
    calibration,
    cfd,
    cost,
    delivery,
    delivery_cycle,
    flow,
    forecast,
    lead_time,
    little,
    map_measure,
    predictability,
    run_chart,
    sequencing,
    shared_queue,
    sle,
    team_time,
    time_by_tool,
    value_live,
    value_return,
    value_stock,
    value_use,
    xmr,
)
from metrics.envelope import Definition, InFlight


@dataclass(frozen=True)
class Metric:
    """One metric. `required`: the coverages that grade it; `in_flight`: see
    `metrics/envelope.py`; `also`: names under which others publish the same. The function documents
    the rest.
    """

    slug: str
    title: str
    unit: str
    version: int
    required: tuple[str, ...]
    function: Callable[..., object]
    in_flight: InFlight = "no"
    also: tuple[str, ...] = ()

    @property
    def definition(self) -> Definition:
        return Definition(self.slug, self.version, self.required, self.in_flight)


_FLOW = ("C6", "C8")
_FAILURES = ("C3", "C5")
_LIVE = ("C1", "C3")

_ALL = (
    Metric("flow_time", "Flow time", "d", 1, _FLOW, flow.flow_time),
    Metric("idea_to_done", "Idea to done", "d", 1, _FLOW, flow.idea_to_done),
    Metric(
        "idea_to_release", "Idea to release", "d", 1, ("C1", "C3", *_FLOW), flow.idea_to_release
    ),
    Metric("time_by_tool", "Time by tool", "d", 1, ("C1", "C3", *_FLOW), time_by_tool.time_by_tool),
    Metric("velocity", "Flow velocity", "items", 1, _FLOW, flow.velocity),
    Metric("load", "Flow load", "items", 1, _FLOW, flow.load, in_flight="only"),
    Metric("efficiency", "Flow efficiency", "ratio", 1, ("C6", "C7", "C8"), flow.efficiency),
    Metric("distribution", "Flow distribution", "share", 1, _FLOW, flow.distribution),
    Metric("reopen_rate", "Reopen rate", "ratio", 1, _FLOW, flow.reopen_rate),
    Metric("discard_rate", "Discard rate", "ratio", 1, _FLOW, flow.discard_rate),
    Metric("predictability", "Flow predictability", "ratio", 1, (), predictability.predictability),
    Metric("littles_law", "Little's law", "ratio", 1, _FLOW, little.littles_law, in_flight="also"),
    Metric("ageing", "Ageing work in progress", "items", 1, _FLOW, ageing.ageing, in_flight="also"),
    Metric("sle", "Service level expectation", "d", 1, _FLOW, sle.sle),
    Metric("value_stream_map", "Value stream map", "d", 1, _FLOW, map_measure.value_stream_map),
    Metric("team_time", "Time by team", "d", 1, _FLOW, team_time.team_time),
    Metric("blocked_time", "Blocked time", "d", 1, _FLOW, blocked.blocked_time, in_flight="also"),
    Metric("change_lead_time", "Change lead time", "h", 1, ("C3",), lead_time.change_lead_time),
    Metric(
        "change_lead_time_by_change",
        "Change lead time by merge request",
        "h",
        1,
        ("C3",),
        lead_time.change_lead_time_by_change,
        also=("first_commit_to_deploy",),
    ),
    Metric("merge_to_deploy", "Merge to deploy", "h", 1, ("C3",), delivery_cycle.merge_to_deploy),
    Metric("delivery_cycle", "Delivery cycle", "h", 1, ("C3",), delivery_cycle.delivery_cycle),
    Metric(
        "deployment_frequency",
        "Deployment frequency",
        "deployments",
        1,
        (),
        delivery.deployment_frequency,
    ),
    Metric(
        "recovery_time",
        "Failed deployment recovery time",
        "h",
        1,
        _FAILURES,
        delivery.recovery_time,
    ),
    Metric(
        "detect_to_restore",
        "Detection to restore",
        "h",
        1,
        _FAILURES,
        delivery.detect_to_restore,
    ),
    Metric(
        "change_fail_rate", "Change fail rate", "ratio", 1, _FAILURES, delivery.change_fail_rate
    ),
    Metric(
        "deployment_rework_rate",
        "Deployment rework rate",
        "ratio",
        1,
        _FAILURES,
        delivery.deployment_rework_rate,
    ),
    Metric(
        "delay_cost",
        "Delay cost",
        "cents",
        2,
        ("C6", "C8", "C11"),
        cost.delay_cost,
        in_flight="also",
    ),
    Metric("idea_to_live", "Idea to live", "d", 1, (), value_live.idea_to_live),
    Metric("time_to_first_use", "Time to first use", "d", 1, (), value_use.time_to),
    Metric("time_to_adoption", "Time to adoption", "d", 1, (), value_use.time_to),
    Metric(
        "unexposed",
        "Deployed and not switched on",
        "items",
        1,
        _LIVE,
        value_stock.unexposed,
        in_flight="only",
    ),
    Metric("realised_value", "Realised value", "ratio", 1, (), value_return.realised_value),
    Metric(
        "outcome_coverage", "Outcome coverage", "ratio", 1, _LIVE, value_return.outcome_coverage
    ),
    Metric("sequence", "Order of work", "cents", 1, (), sequencing.best_order),
    Metric("cfd", "Cumulative flow", "items", 1, _FLOW, cfd.crossings, in_flight="also"),
    Metric("run_chart", "Throughput run chart", "items", 1, _FLOW, run_chart.run_chart),
    Metric("xmr", "Process behaviour chart", "items or d", 1, _FLOW, xmr.xmr),
    Metric("forecast_when", "Forecast: when", "d", 1, _FLOW, forecast.forecast_when),
    Metric(
        "forecast_how_many", "Forecast: how many", "items", 1, _FLOW, forecast.forecast_how_many
    ),
    Metric("forecast_queue", "Forecast: queue", "d", 1, _FLOW, shared_queue.arrivals),
    Metric(
        "forecast_calibration",
        "Calibration of forecasts",
        "ratio",
        1,
        _FLOW,
        calibration.backtest,
    ),
)

METRICS: dict[str, Metric] = {metric.slug: metric for metric in _ALL}
