"""Vectors of delivery: deployments, incidents and commits of services, and the DORA metrics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from conformance.calendars import Zoned
from conformance.given import iso, seconds, told
from conformance.shipments import Shipments
from metrics import delivery, lead_time
from metrics.change_facts import change_facts
from metrics.delivery_facts import deployment_facts
from metrics.deployment_verdicts import deployment_verdicts
from metrics.incident_facts import incident_facts


class _Asked(Shipments, Zoned):
    pass


def delivery_of_services(given: Mapping[str, Any]) -> dict[str, Any]:
    """deployments, incidents, links, commits, merge_requests, rules, window, as_of, time_zone ->
    the DORA metrics by their names over all the services, and deployments by id: kind, failed
    (yes, no, pending), restored.
    """
    asked = _Asked.model_validate(given)
    inputs = asked.deployment_inputs()
    deployments = deployment_facts(inputs.deployments, inputs.incidents, inputs.links)
    incidents = incident_facts(inputs.incidents, inputs.placed, inputs.verdict_rules)
    changes = change_facts(asked.change_inputs())
    window, as_of = asked.window.window, seconds(asked.as_of)
    reach = {
        "observation_window_s": round(asked.rules.observation_window_hours * 3_600),
        "incident_window_s": round(asked.rules.incident_window_hours * 3_600),
    }
    verdicts = deployment_verdicts(deployments, incidents, as_of=as_of, **reach)
    recovery = delivery.recovery_time(deployments, incidents, window=window, as_of=as_of)
    frequency = delivery.deployment_frequency(
        deployments, window=window, as_of=as_of, tz=asked.time_zone
    )
    word = delivery.bucket(deployments, window=window, as_of=as_of, tz=asked.time_zone)
    return {
        "deployments": _single(asked, deployments, verdicts),
        "change_lead_time": told(lead_time.change_lead_time(changes, window=window)),
        "change_lead_time_by_change": told(
            lead_time.change_lead_time_by_change(changes, window=window)
        ),
        "deployment_frequency": {**told(frequency), "bucket": word},
        "recovery_time": {
            **told(recovery.recovery_time),
            "open": [asked.deployments[number - 1].id for number in recovery.open_deployments],
        },
        "detect_to_restore": told(recovery.detect_to_restore),
        "change_fail_rate": told(
            delivery.change_fail_rate(deployments, incidents, window=window, as_of=as_of, **reach)
        ),
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
