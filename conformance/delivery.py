"""Vectors of delivery: deployments, incidents and commits of services, and the DORA metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pydantic import Field

from conformance.calendars import Zoned
from conformance.given import iso, seconds, told
from conformance.shipments import Shipments
from metrics import delivery, delivery_cycle, lead_time
from metrics.change_facts import change_facts
from metrics.delivery_facts import deployment_facts
from metrics.deployment_verdicts import deployment_verdicts
from metrics.incident_facts import incident_facts
from metrics.periods import Window
from metrics.request_facts import request_facts


class _Asked(Shipments, Zoned):
    week_starts: int = Field(default=0, ge=0, le=6)


@dataclass(frozen=True)
class _Facts:
    """The facts of what a vector tells, and the moments that it asks of."""

    deployments: pd.DataFrame
    incidents: pd.DataFrame
    changes: pd.DataFrame
    requests: pd.DataFrame
    window: Window
    as_of: int
    reach: Mapping[str, int]


def delivery_of_services(given: Mapping[str, Any]) -> dict[str, Any]:
    """deployments, incidents, links, commits, merge_requests, rules, window, as_of, time_zone,
    week_starts (0 Monday) -> the DORA metrics by their names over all the services, and deployments
    by id: kind, failed (yes, no, pending), restored.
    """
    asked = _Asked.model_validate(given)
    facts = _facts(asked)
    verdicts = deployment_verdicts(
        facts.deployments, facts.incidents, as_of=facts.as_of, **facts.reach
    )
    return {
        "deployments": _single(asked, facts.deployments, verdicts),
        **_speed(asked, facts),
        **_failures(asked, facts),
    }


def _facts(asked: _Asked) -> _Facts:
    inputs = asked.deployment_inputs()
    changes = change_facts(asked.change_inputs())
    return _Facts(
        deployments=deployment_facts(inputs.deployments, inputs.incidents, inputs.links),
        incidents=incident_facts(inputs.incidents, inputs.placed, inputs.verdict_rules),
        changes=changes,
        requests=request_facts(changes, asked.requests(), asked.reviews()),
        window=asked.window.window,
        as_of=seconds(asked.as_of),
        reach={
            "observation_window_s": round(asked.rules.observation_window_hours * 3_600),
            "incident_window_s": round(asked.rules.incident_window_hours * 3_600),
        },
    )


def _speed(asked: _Asked, facts: _Facts) -> dict[str, Any]:
    window, changes = facts.window, facts.changes
    weeks: dict[str, Any] = {
        "window": window,
        "as_of": facts.as_of,
        "tz": asked.time_zone,
        "week_starts": asked.week_starts,
    }
    by_change = told(lead_time.change_lead_time_by_change(changes, window=window))
    return {
        "change_lead_time": told(lead_time.change_lead_time(changes, window=window)),
        "change_lead_time_by_change": by_change,
        "merge_to_deploy": told(
            delivery_cycle.merge_to_deploy(changes, facts.requests, window=window)
        ),
        "delivery_cycle": told(
            delivery_cycle.delivery_cycle(changes, facts.requests, window=window)
        ),
        "deployment_frequency": {
            **told(delivery.deployment_frequency(facts.deployments, **weeks)),
            "bucket": delivery.bucket(facts.deployments, **weeks),
        },
    }


def _failures(asked: _Asked, facts: _Facts) -> dict[str, Any]:
    deployments, incidents = facts.deployments, facts.incidents
    window, as_of = facts.window, facts.as_of
    recovery = delivery.recovery_time(deployments, incidents, window=window, as_of=as_of)
    rate = delivery.change_fail_rate(
        deployments, incidents, window=window, as_of=as_of, **facts.reach
    )
    return {
        "recovery_time": {
            **told(recovery.recovery_time),
            "open": [asked.deployments[number - 1].id for number in recovery.open_deployments],
        },
        "detect_to_restore": told(recovery.detect_to_restore),
        "change_fail_rate": told(rate),
        "deployment_rework_rate": told(delivery.deployment_rework_rate(deployments, window=window)),
    }


def _single(
    asked: _Asked, deployments: pd.DataFrame, verdicts: pd.DataFrame
) -> dict[str, dict[str, Any]]:
    rows = pd.concat([deployments, verdicts], axis=1).to_dict("records")
    return {
        asked.deployments[int(row["deployment_id"]) - 1].id: {
            "kind": row["kind"],
            "failed": row["strict"],
            "failed_lenient": row["lenient"],
            "restored": iso(row["restored_ts"]),
            "restored_by": row["restored_by"],
            "rework": bool(row["rework"]),
        }
        for row in rows
    }
