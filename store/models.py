"""The tables. Times are epoch seconds UTC in columns ending `_ts`; text lives in dimension tables.

Surrogate ids are integers; `external_id` is the vendor's own and unique within its source. Money is
integer cents. Tables people write to (`verdict` to `exposure_event`) are never dropped by a
rebuild.
"""

from __future__ import annotations

from store.models_code import (
    commit_parent,
    git_commit,
    merge_request,
    merge_request_commit,
    ref,
    repository,
    review,
)
from store.models_delivery import (
    build,
    build_stage,
    change_request,
    deployment,
    environment,
    incident,
    state_change,
)
from store.models_facts import (
    change_fact,
    deployment_fact,
    fact_change,
    incident_fact,
    item_fact,
    link,
    mention,
    stage_visit,
)
from store.models_input import (
    api_token,
    audit_event,
    experiment,
    exposure_event,
    hook_delivery,
    hook_hint,
    manual_step,
    objective,
    scenario,
    value_estimate,
    verdict,
)
from store.models_items import (
    block,
    item_key,
    item_link,
    person,
    project,
    term,
    transition,
    work_item,
    workflow_status,
    worklog,
)
from store.models_mapping import (
    calendar,
    service,
    stage,
    stage_mapping,
    stream_member,
    team,
    team_member,
    value_stream,
)
from store.models_sync import dirty, raw_record, source, store_setting, stream_state
from store.schema import metadata

__all__ = [
    "api_token",
    "audit_event",
    "block",
    "build",
    "build_stage",
    "calendar",
    "change_fact",
    "change_request",
    "commit_parent",
    "deployment",
    "deployment_fact",
    "dirty",
    "environment",
    "experiment",
    "exposure_event",
    "fact_change",
    "git_commit",
    "hook_delivery",
    "hook_hint",
    "incident",
    "incident_fact",
    "item_fact",
    "item_key",
    "item_link",
    "link",
    "manual_step",
    "mention",
    "merge_request",
    "merge_request_commit",
    "metadata",
    "objective",
    "person",
    "project",
    "raw_record",
    "ref",
    "repository",
    "review",
    "scenario",
    "service",
    "source",
    "stage",
    "stage_mapping",
    "stage_visit",
    "state_change",
    "store_setting",
    "stream_member",
    "stream_state",
    "team",
    "team_member",
    "term",
    "transition",
    "value_estimate",
    "value_stream",
    "verdict",
    "work_item",
    "workflow_status",
    "worklog",
]
