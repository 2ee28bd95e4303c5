"""Which columns of which facts each metric reads: so a change of a fact says what it restates."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from pipeline.service_measures import DORA_SLUGS
from pipeline.stream_measures import FLOW_SLUGS

Reads = Mapping[str, Sequence[str]]

_ENDS = ("kind", "done_ts", "cancelled_ts")
_TIMED = ("kind", "committed_ts", "done_ts", "cancelled_ts", "start_reason")
_RELEASED = ("released_ts", "first_released_ts", "release_reason")
_PARTS = ("active_s", "waiting_s")
_OF_REQUESTS = ("committed_ts", "deployed_ts", "excluded", "merge_request_id")
_LIVE = ("finished_ts", "result", "kind")
_BLAME = ("deployment_id", "method", "confidence", "verdict", "opened_ts")

_READS: Mapping[str, Reads] = {
    "flow_time": {"item_fact": _TIMED},
    "idea_to_done": {"item_fact": ("kind", "idea_ts", "done_ts")},
    "idea_to_release": {
        "item_fact": ("kind", "idea_ts", "done_ts", "released_ts", "release_reason")
    },
    "time_by_tool": {
        "item_fact": ("kind", "done_ts", "released_ts", "release_reason"),
        "tool_time": (),
    },
    "velocity": {"item_fact": ("kind", "done_ts")},
    "load": {"item_fact": ("kind", "committed_ts", "done_ts", "cancelled_ts")},
    "efficiency": {"item_fact": (*_TIMED, *_PARTS, "blocked_s", "unknown_s", "ignored_s")},
    "distribution": {"item_fact": ("kind", "done_ts", "active_s")},
    "reopen_rate": {"item_fact": ("kind", "done_ts", "reopened")},
    "discard_rate": {"item_fact": (*_ENDS, "committed_ts", "active_s")},
    "delay_cost": {
        "item_fact": (*_ENDS, "committed_ts", "value_cents"),
        "stage_visit": ("state", "start_ts", "end_ts", "stage_id", "episode"),
    },
    "idea_to_live": {"item_fact": ("kind", "idea_ts", *_RELEASED)},
    "time_to_first_use": {"item_fact": ("kind", *_RELEASED)},
    "time_to_adoption": {"item_fact": ("kind", *_RELEASED)},
    "unexposed": {"item_fact": ("kind", "cancelled_ts", "value_cents", *_RELEASED)},
    "realised_value": {"item_fact": ("kind", "value_cents", *_RELEASED)},
    "outcome_coverage": {"item_fact": ("kind", "released_ts")},
    "change_lead_time": {
        "change_fact": ("committed_ts", "deployed_ts", "excluded", "deployment_id"),
    },
    "change_lead_time_by_change": {
        "change_fact": _OF_REQUESTS,
    },
    "merge_to_deploy": {
        "change_fact": _OF_REQUESTS,
        "request_fact": ("opened_ts", "merged_ts"),
    },
    "delivery_cycle": {
        "change_fact": _OF_REQUESTS,
        "request_fact": ("opened_ts", "reviewed_ts", "merged_ts"),
    },
    "deployment_frequency": {"deployment_fact": _LIVE},
    "recovery_time": {
        "deployment_fact": (*_LIVE, "failed", "restored_ts", "restored_by", "incident_id"),
        "incident_fact": (*_BLAME, "resolved_ts"),
    },
    "detect_to_restore": {
        "deployment_fact": (*_LIVE, "failed", "restored_ts", "incident_id"),
        "incident_fact": (*_BLAME, "resolved_ts"),
    },
    "change_fail_rate": {
        "deployment_fact": (*_LIVE, "failed", "incident_id"),
        "incident_fact": _BLAME,
    },
    "deployment_rework_rate": {"deployment_fact": (*_LIVE, "rework")},
}
STREAM_FACTS = ("item_fact", "stage_visit", "tool_time")
SERVICE_FACTS = ("change_fact", "request_fact", "deployment_fact", "incident_fact")


def reads_of(slug: str) -> Reads:
    """By fact the columns that the metric reads; without columns any: where nobody said which, all
    of the facts of its scope.
    """
    known = _READS.get(slug)
    if known is not None:
        return known
    return dict.fromkeys(SERVICE_FACTS if slug in DORA_SLUGS else STREAM_FACTS, ())


def metrics_of(fact: str, columns: Collection[str] | None) -> list[str]:
    """The metrics that such a change restates; columns None: the whole row came or went."""
    slugs = FLOW_SLUGS if fact in STREAM_FACTS else DORA_SLUGS
    found = []
    for slug in slugs:
        read = reads_of(slug).get(fact)
        if read is not None and (columns is None or not read or set(read) & set(columns)):
            found.append(slug)
    return found
