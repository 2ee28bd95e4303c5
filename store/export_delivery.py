"""Exported tables of services: changes, deployments, incidents; of links; and of restatements."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, Table, case, literal
from sqlalchemy.sql.functions import coalesce

from core.records import Entity
from store.export_schema import ExportColumn, ExportTable
from store.models import (
    change_fact,
    deployment,
    deployment_fact,
    fact_change,
    git_commit,
    incident,
    incident_fact,
    link,
    request_fact,
    service,
    source,
    value_stream,
)

_C = ExportColumn

ENTITIES: Final = {int(one): one.name.lower() for one in Entity}
"""What the ends of links are called."""

HUMAN: Final = "human"
"""The rule of links that people confirmed: its evidence names them."""

FACTS: Final = {
    "item_fact": "items",
    "stage_visit": "stage_visits",
    "tool_time": "tool_times",
    "change_fact": "changes",
    "request_fact": "merge_request_times",
    "deployment_fact": "deployments",
    "incident_fact": "incidents",
}
"""The exported table of each table of facts."""


def _word(column: ColumnElement[Any], words: dict[Any, str]) -> ColumnElement[str]:
    return case(words, value=column)


def _owned(table: Table) -> Any:
    return table.join(service, service.c.id == table.c.service_id)


LINKS: Final = ExportTable(
    "links",
    "What belongs together, each with the rule that found it, how sure that is, and the evidence."
    " What a person said does not belong together is not here.",
    (
        _C("a_kind", "text", _word(link.c.a_kind, ENTITIES), "what the first end is: `item`, .."),
        _C(
            "a_id",
            "id",
            link.c.a_id,
            "its id in the table of its kind; of what no stream or service counts, there is no row",
        ),
        _C("b_kind", "text", _word(link.c.b_kind, ENTITIES), "what the second end is"),
        _C(
            "b_id",
            "id",
            link.c.b_id,
            "its id in the table of its kind; of what no stream or service counts, there is no row",
        ),
        _C("rule", "text", link.c.rule, "the [rule](correlation.md)"),
        _C("confidence", "share", link.c.confidence, "how sure the rule is"),
        _C(
            "evidence",
            "text",
            case((link.c.rule != HUMAN, link.c.evidence), else_=literal("")),
            "what it saw",
            "a person says so (`human`): who and why is at `/v1/verdicts`",
        ),
        _C("found_at", "time", link.c.since_ts, "when it was first found"),
    ),
    link,
    ("a_kind", "a_id", "b_kind", "b_id", "rule"),
    (link.c.a_kind, link.c.a_id, link.c.b_kind, link.c.b_id, link.c.rule),
    moment_name="found_at",
    moment=link.c.since_ts,
    confidence=link.c.confidence,
)

CHANGES: Final = ExportTable(
    "changes",
    "Each commit with the deployment that first brought it to production of a service: what the"
    " lead time of changes is made of.",
    (
        _C("service_id", "id", change_fact.c.service_id, "the service"),
        _C("commit_id", "id", change_fact.c.commit_id, "the commit"),
        _C("service", "text", service.c.name, "the name of the service"),
        _C("sha", "text", git_commit.c.sha, "the sha of the commit"),
        _C("deployment_id", "id", change_fact.c.deployment_id, "the deployment"),
        _C("merge_request_id", "id", change_fact.c.merge_request_id, "its request", "of none"),
        _C("committed_at", "time", change_fact.c.committed_ts, "when the clock starts"),
        _C("deployed_at", "time", change_fact.c.deployed_ts, "when it stops"),
        _C(
            "lead_time_s",
            "seconds",
            change_fact.c.deployed_ts - change_fact.c.committed_ts,
            "`deployed_at` less `committed_at`; negative where clocks disagree",
        ),
        _C(
            "clock",
            "text",
            change_fact.c.clock,
            "`author_date` where that starts the clock",
            "the date of the commit does",
        ),
        _C("excluded", "text", change_fact.c.excluded, "why it does not count", "it counts"),
    ),
    _owned(change_fact).join(git_commit, git_commit.c.id == change_fact.c.commit_id),
    ("service_id", "commit_id"),
    (change_fact.c.service_id, change_fact.c.commit_id),
    moment_name="deployed_at",
    moment=change_fact.c.deployed_ts,
    service=service.c.name,
    fact="change_fact",
)

REQUEST_TIMES: Final = ExportTable(
    "merge_request_times",
    "Merge requests of which something reached production of a service: the delivery cycle.",
    (
        _C("service_id", "id", request_fact.c.service_id, "the service"),
        _C("merge_request_id", "id", request_fact.c.merge_request_id, "the request"),
        _C("service", "text", service.c.name, "the name of the service"),
        _C("opened_at", "time", request_fact.c.opened_ts, "when it was opened"),
        _C("reviewed_at", "time", request_fact.c.reviewed_ts, "its first review", "none seen"),
        _C("merged_at", "time", request_fact.c.merged_ts, "when it was merged", "not told"),
    ),
    _owned(request_fact),
    ("service_id", "merge_request_id"),
    (request_fact.c.service_id, request_fact.c.merge_request_id),
    moment_name="merged_at",
    moment=request_fact.c.merged_ts,
    service=service.c.name,
    fact="request_fact",
)

DEPLOYMENTS: Final = ExportTable(
    "deployments",
    "Deployments to production, several jobs of one pipeline as one: what deployment frequency,"
    " change fail rate, recovery and rework are made of.",
    (
        _C("service_id", "id", deployment_fact.c.service_id, "the service"),
        _C("deployment_id", "id", deployment_fact.c.deployment_id, "the deployment"),
        _C("service", "text", service.c.name, "the name of the service"),
        _C("environment", "text", deployment_fact.c.environment, "where to", "not told"),
        _C("kind", "text", deployment_fact.c.kind, "planned, hotfix, rollback or unknown"),
        _C("result", "text", deployment_fact.c.result, "`success` counts", "not told"),
        _C("finished_at", "time", deployment_fact.c.finished_ts, "when it ended", "it runs"),
        _C("sha", "text", deployment.c.sha, "what was deployed", "not told"),
        _C("version", "text", deployment.c.version, "as its source calls that", "not told"),
        _C("url", "text", deployment.c.url, "its page", "not told"),
        _C("commits", "count", deployment_fact.c.commits, "new in it", "see `commits_reason`"),
        _C(
            "commits_reason",
            "text",
            deployment_fact.c.commits_reason,
            "why the commits are not known",
            "they are",
        ),
        _C(
            "failed",
            "flag",
            deployment_fact.c.failed,
            "whether an explicit link says that it caused an incident",
            "nothing says so, yet",
        ),
        _C("incident_id", "id", deployment_fact.c.incident_id, "that incident", "none"),
        _C("restored_at", "time", deployment_fact.c.restored_ts, "recovery", "none seen"),
        _C("restored_by", "text", deployment_fact.c.restored_by, "what tells it", "none seen"),
        _C("rework", "flag", deployment_fact.c.rework, "unplanned, to mend something"),
        _C("jobs", "count", deployment_fact.c.jobs, "how many jobs it was"),
    ),
    _owned(deployment_fact).join(deployment, deployment.c.id == deployment_fact.c.deployment_id),
    ("service_id", "deployment_id"),
    (deployment_fact.c.service_id, deployment_fact.c.deployment_id),
    moment_name="finished_at",
    moment=deployment_fact.c.finished_ts,
    service=service.c.name,
    fact="deployment_fact",
)

INCIDENTS: Final = ExportTable(
    "incidents",
    "Incidents of services, and what each is put down to.",
    (
        _C("service_id", "id", incident_fact.c.service_id, "the service"),
        _C("incident_id", "id", incident_fact.c.incident_id, "the incident"),
        _C("service", "text", service.c.name, "the name of the service"),
        _C("source", "text", source.c.name, "the source that told of it"),
        _C("number", "text", incident.c.number, "its number there", "it has none"),
        _C("title", "text", incident.c.title, "its title", "it has none"),
        _C("priority", "count", incident.c.priority, "1 is the highest", "not told"),
        _C("url", "text", incident.c.url, "its page", "not told"),
        _C("opened_at", "time", incident_fact.c.opened_ts, "when it was opened"),
        _C("resolved_at", "time", incident_fact.c.resolved_ts, "when it was over", "it is open"),
        _C(
            "deployment_id",
            "id",
            incident_fact.c.deployment_id,
            "the deployment that it is put down to",
            "to none",
        ),
        _C("method", "text", incident_fact.c.method, "by which evidence", "by none"),
        _C("confidence", "share", incident_fact.c.confidence, "how sure that is; 0 without one"),
        _C("verdict", "text", incident_fact.c.verdict, "attributed, unattributed, ..", "not told"),
        _C("reason", "text", incident_fact.c.reason, "why it is put down to none", "it is"),
    ),
    _owned(incident_fact)
    .join(incident, incident.c.id == incident_fact.c.incident_id)
    .join(source, source.c.id == incident.c.source_id),
    ("service_id", "incident_id"),
    (incident_fact.c.service_id, incident_fact.c.incident_id),
    moment_name="opened_at",
    moment=incident_fact.c.opened_ts,
    service=service.c.name,
    fact="incident_fact",
)

_OF_SERVICE: Final = fact_change.c.fact.in_(
    ["change_fact", "request_fact", "deployment_fact", "incident_fact"]
)

RESTATEMENTS: Final = ExportTable(
    "restatements",
    "Every change of a row that had been told before, the rows that went included: what an"
    " incremental load deletes. From what to what is at `/v1/restatements`.",
    (
        _C("change_number", "id", fact_change.c.id, "grows with every change"),
        _C("table", "text", _word(fact_change.c.fact, FACTS), "the exported table"),
        _C("owner_id", "id", fact_change.c.owner_id, "`stream_id`, of delivery `service_id`"),
        _C(
            "owner",
            "text",
            coalesce(case((_OF_SERVICE, service.c.name), else_=value_stream.c.name), literal("")),
            "the name of the stream or service",
            "it is no more",
        ),
        _C("entity_id", "id", fact_change.c.entity_id, "the second column of the key"),
        _C("part", "count", fact_change.c.part, "`episode` or `ordinal`; 0 where there is none"),
        _C("what", "text", fact_change.c.what, "changed, gone, or found (late)"),
        _C("restates", "flag", fact_change.c.restates, "whether numbers of the past change"),
        _C("recorded_at", "time", fact_change.c.recorded_ts, "when"),
        _C("cause", "text", fact_change.c.cause, "why", "not told"),
    ),
    fact_change.outerjoin(
        value_stream, (value_stream.c.id == fact_change.c.owner_id) & ~_OF_SERVICE
    ).outerjoin(service, (service.c.id == fact_change.c.owner_id) & _OF_SERVICE),
    ("change_number",),
    (fact_change.c.id,),
    moment_name="recorded_at",
    moment=fact_change.c.recorded_ts,
)
