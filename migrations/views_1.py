"""The read-only views of schema version 1 as they were first made; times by `as_moment`, days by
`as_day`, which each database writes in its own way.
"""

from __future__ import annotations

from typing import Final

VIEWS: Final[dict[str, str]] = {
    "streams": """
SELECT value_stream.id AS stream_id, value_stream.name AS stream, nullif(value_stream.title, '')
AS title, value_stream.active AS active, value_stream.facts_version AS facts_version,
as_moment(value_stream.facts_ts) AS facts_at FROM value_stream
""",
    "stages": """
SELECT stage.id AS stage_id, stage.stream_id AS stream_id, value_stream.name AS stream,
stage.ordinal AS position, stage.name AS stage, stage.state AS state, nullif(stage.team, '') AS
team, nullif(stage.value, '') AS value FROM stage JOIN value_stream ON value_stream.id =
stage.stream_id
""",
    "services": """
SELECT service.id AS service_id, service.name AS service FROM service
""",
    "items": """
SELECT item_fact.stream_id AS stream_id, item_fact.item_id AS item_id, item_fact.episode AS
episode, value_stream.name AS stream, source.name AS source, work_item.external_id AS
external_id, nullif(work_item.key, '') AS key, nullif(work_item.title, '') AS title,
nullif(work_item.url, '') AS url, nullif(work_item.type, '') AS type, nullif(item_fact.kind, '')
AS kind, nullif(work_item.priority, '') AS priority, item_fact.stage_id AS stage_id,
nullif(stage.name, '') AS stage, nullif(item_fact.state, '') AS state,
as_moment(item_fact.created_ts) AS created_at, as_moment(item_fact.idea_ts) AS idea_at,
as_moment(item_fact.committed_ts) AS committed_at, as_moment(item_fact.done_ts) AS done_at,
as_moment(item_fact.cancelled_ts) AS cancelled_at, as_moment(item_fact.first_released_ts) AS
first_released_at, as_moment(item_fact.released_ts) AS released_at,
nullif(item_fact.release_reason, '') AS release_reason, nullif(item_fact.start_reason, '') AS
start_reason, CASE WHEN (item_fact.done_ts IS NOT NULL AND item_fact.committed_ts IS NOT NULL
AND item_fact.start_reason = '') THEN item_fact.done_ts - item_fact.committed_ts END AS
flow_time_s, item_fact.active_s AS active_s, item_fact.waiting_s AS waiting_s,
item_fact.blocked_s AS blocked_s, item_fact.unknown_s AS unknown_s, item_fact.ignored_s AS
ignored_s, item_fact.reopened AS reopened, item_fact.has_code AS has_code,
item_fact.expects_code AS expects_code, item_fact.value_cents AS value_per_week_cents,
as_moment(CASE WHEN (item_fact.known_ts > 0) THEN item_fact.known_ts END) AS known_since FROM
item_fact JOIN work_item ON work_item.id = item_fact.item_id JOIN source ON source.id =
work_item.source_id JOIN value_stream ON value_stream.id = item_fact.stream_id LEFT OUTER JOIN
stage ON stage.id = item_fact.stage_id
""",
    "stage_visits": """
SELECT stage_visit.stream_id AS stream_id, stage_visit.item_id AS item_id, stage_visit.ordinal
AS ordinal, stage_visit.episode AS episode, value_stream.name AS stream, nullif(work_item.key,
'') AS key, stage_visit.stage_id AS stage_id, nullif(stage.name, '') AS stage, stage_visit.state
AS state, nullif(stage_visit.reason, '') AS reason, as_moment(stage_visit.start_ts) AS
started_at, as_moment(stage_visit.end_ts) AS ended_at, stage_visit.end_ts - stage_visit.start_ts
AS duration_s FROM stage_visit JOIN work_item ON work_item.id = stage_visit.item_id JOIN
value_stream ON value_stream.id = stage_visit.stream_id LEFT OUTER JOIN stage ON stage.id =
stage_visit.stage_id
""",
    "blocks": """
SELECT block.item_id AS item_id, nullif(work_item.key, '') AS key, block.kind AS kind,
nullif(block.detail, '') AS detail, as_moment(block.start_ts) AS started_at,
as_moment(block.end_ts) AS ended_at FROM block JOIN work_item ON work_item.id = block.item_id
WHERE EXISTS (SELECT 1 FROM item_fact WHERE item_fact.item_id = block.item_id)
""",
    "tool_times": """
SELECT tool_time.stream_id AS stream_id, tool_time.item_id AS item_id, value_stream.name AS
stream, nullif(work_item.key, '') AS key, as_moment(tool_time.idea_ts) AS idea_at,
as_moment(tool_time.released_ts) AS released_at, tool_time.tracker_s AS tracker_s,
tool_time.ci_s AS ci_s, nullif(tool_time.ci_reason, '') AS ci_reason,
tool_time.change_approval_s AS change_approval_s, nullif(tool_time.change_approval_reason, '')
AS change_approval_reason, tool_time.review_s AS review_s, nullif(tool_time.review_reason, '')
AS review_reason, tool_time.waiting_for_release_s AS waiting_for_release_s,
nullif(tool_time.waiting_for_release_reason, '') AS waiting_for_release_reason FROM tool_time
JOIN work_item ON work_item.id = tool_time.item_id JOIN value_stream ON value_stream.id =
tool_time.stream_id
""",
    "stream_days": """
SELECT stream_day.stream_id AS stream_id, as_day(stream_day.day) AS day,
as_moment(stream_day.day_ts) AS starts_at, as_moment(stream_day.end_ts) AS ends_at,
value_stream.name AS stream, stream_day.committed AS committed, stream_day.done AS done,
stream_day.cancelled AS cancelled, stream_day.released AS released, stream_day.load AS load,
stream_day.cost_cents AS cost_cents, stream_day.sunk_cents AS sunk_cents,
as_moment(stream_day.as_of_ts) AS as_of FROM stream_day JOIN value_stream ON value_stream.id =
stream_day.stream_id
""",
    "delay_costs": """
SELECT delay_cost_day.stream_id AS stream_id, delay_cost_day.part AS part,
as_day(delay_cost_day.day) AS day, as_moment(delay_cost_day.day_ts) AS starts_at,
delay_cost_day.item_id AS item_id, delay_cost_day.episode AS episode, value_stream.name AS
stream, nullif(work_item.key, '') AS key, delay_cost_day.stage_id AS stage_id,
nullif(stage.name, '') AS stage, nullif(delay_cost_day.team, '') AS team,
nullif(delay_cost_day.reason, '') AS reason, delay_cost_day.sunk AS sunk,
delay_cost_day.waiting_s AS waiting_s, delay_cost_day.cost_cents AS cost_cents FROM
delay_cost_day JOIN value_stream ON value_stream.id = delay_cost_day.stream_id LEFT OUTER JOIN
work_item ON work_item.id = delay_cost_day.item_id LEFT OUTER JOIN stage ON stage.id =
delay_cost_day.stage_id
""",
    "links": """
SELECT CASE link.a_kind WHEN 1 THEN 'item' WHEN 2 THEN 'commit' WHEN 3 THEN 'merge_request' WHEN
4 THEN 'build' WHEN 5 THEN 'deployment' WHEN 6 THEN 'change' WHEN 7 THEN 'incident' WHEN 8 THEN
'repository' WHEN 9 THEN 'worklog' WHEN 10 THEN 'review' END AS a_kind, link.a_id AS a_id, CASE
link.b_kind WHEN 1 THEN 'item' WHEN 2 THEN 'commit' WHEN 3 THEN 'merge_request' WHEN 4 THEN
'build' WHEN 5 THEN 'deployment' WHEN 6 THEN 'change' WHEN 7 THEN 'incident' WHEN 8 THEN
'repository' WHEN 9 THEN 'worklog' WHEN 10 THEN 'review' END AS b_kind, link.b_id AS b_id,
link.rule AS rule, link.confidence AS confidence, nullif(CASE WHEN (link.rule != 'human') THEN
link.evidence ELSE '' END, '') AS evidence, as_moment(link.since_ts) AS found_at FROM link
""",
    "commits": """
SELECT git_commit.id AS commit_id, nullif(repository.path, '') AS repository, git_commit.sha AS
sha, as_moment(git_commit.authored_ts) AS authored_at, as_moment(git_commit.committed_ts) AS
committed_at, git_commit.parents AS parents FROM git_commit JOIN repository ON repository.id =
git_commit.repository_id
""",
    "merge_requests": """
SELECT merge_request.id AS merge_request_id, nullif(repository.path, '') AS repository,
merge_request.number AS number, nullif(merge_request.title, '') AS title,
nullif(merge_request.state, '') AS state, nullif(merge_request.target_branch, '') AS
target_branch, nullif(merge_request.url, '') AS url, as_moment(merge_request.created_ts) AS
created_at, as_moment(merge_request.merged_ts) AS merged_at, as_moment(merge_request.closed_ts)
AS closed_at FROM merge_request JOIN repository ON repository.id = merge_request.repository_id
""",
    "builds": """
SELECT build.id AS build_id, source.name AS source, build.external_id AS external_id,
nullif(build.job, '') AS job, build.number AS number, nullif(build.result, '') AS result,
nullif(build.url, '') AS url, as_moment(build.queued_ts) AS queued_at,
as_moment(build.started_ts) AS started_at, as_moment(build.finished_ts) AS finished_at FROM
build JOIN source ON source.id = build.source_id
""",
    "changes": """
SELECT change_fact.service_id AS service_id, change_fact.commit_id AS commit_id, service.name AS
service, git_commit.sha AS sha, change_fact.deployment_id AS deployment_id,
change_fact.merge_request_id AS merge_request_id, as_moment(change_fact.committed_ts) AS
committed_at, as_moment(change_fact.deployed_ts) AS deployed_at, change_fact.deployed_ts -
change_fact.committed_ts AS lead_time_s, nullif(change_fact.clock, '') AS clock,
nullif(change_fact.excluded, '') AS excluded FROM change_fact JOIN service ON service.id =
change_fact.service_id JOIN git_commit ON git_commit.id = change_fact.commit_id
""",
    "merge_request_times": """
SELECT request_fact.service_id AS service_id, request_fact.merge_request_id AS merge_request_id,
service.name AS service, as_moment(request_fact.opened_ts) AS opened_at,
as_moment(request_fact.reviewed_ts) AS reviewed_at, as_moment(request_fact.merged_ts) AS
merged_at FROM request_fact JOIN service ON service.id = request_fact.service_id
""",
    "deployments": """
SELECT deployment_fact.service_id AS service_id, deployment_fact.deployment_id AS deployment_id,
service.name AS service, nullif(deployment_fact.environment, '') AS environment,
deployment_fact.kind AS kind, nullif(deployment_fact.result, '') AS result,
as_moment(deployment_fact.finished_ts) AS finished_at, nullif(deployment.sha, '') AS sha,
nullif(deployment.version, '') AS version, nullif(deployment.url, '') AS url,
deployment_fact.commits AS commits, nullif(deployment_fact.commits_reason, '') AS
commits_reason, deployment_fact.failed AS failed, deployment_fact.incident_id AS incident_id,
as_moment(deployment_fact.restored_ts) AS restored_at, nullif(deployment_fact.restored_by, '')
AS restored_by, deployment_fact.rework AS rework, deployment_fact.jobs AS jobs FROM
deployment_fact JOIN service ON service.id = deployment_fact.service_id JOIN deployment ON
deployment.id = deployment_fact.deployment_id
""",
    "change_requests": """
SELECT change_request.id AS change_id, source.name AS source, nullif(change_request.number, '')
AS number, nullif(change_request.type, '') AS type, nullif(change_request.state, '') AS state,
nullif(change_request.title, '') AS title, nullif(change_request.url, '') AS url,
as_moment(change_request.created_ts) AS created_at, as_moment(change_request.requested_ts) AS
requested_at, as_moment(change_request.approved_ts) AS approved_at,
as_moment(change_request.started_ts) AS started_at, as_moment(change_request.finished_ts) AS
finished_at, as_moment(change_request.closed_ts) AS closed_at, change_request.successful AS
successful FROM change_request JOIN source ON source.id = change_request.source_id
""",
    "incidents": """
SELECT incident_fact.service_id AS service_id, incident_fact.incident_id AS incident_id,
service.name AS service, source.name AS source, nullif(incident.number, '') AS number,
nullif(incident.title, '') AS title, incident.priority AS priority, nullif(incident.url, '') AS
url, as_moment(incident_fact.opened_ts) AS opened_at, as_moment(incident_fact.resolved_ts) AS
resolved_at, incident_fact.deployment_id AS deployment_id, nullif(incident_fact.method, '') AS
method, incident_fact.confidence AS confidence, nullif(incident_fact.verdict, '') AS verdict,
nullif(incident_fact.reason, '') AS reason FROM incident_fact JOIN service ON service.id =
incident_fact.service_id JOIN incident ON incident.id = incident_fact.incident_id JOIN source ON
source.id = incident.source_id
""",
    "service_days": """
SELECT service_day.service_id AS service_id, as_day(service_day.day) AS day,
as_moment(service_day.day_ts) AS starts_at, as_moment(service_day.end_ts) AS ends_at,
service.name AS service, service_day.deployments AS deployments, service_day.hotfixes AS
hotfixes, service_day.rollbacks AS rollbacks, service_day.failed AS failed, service_day.changes
AS changes, service_day.incidents AS incidents, as_moment(service_day.as_of_ts) AS as_of FROM
service_day JOIN service ON service.id = service_day.service_id
""",
    "restatements": """
SELECT fact_change.id AS change_number, CASE fact_change.fact WHEN 'item_fact' THEN 'items' WHEN
'stage_visit' THEN 'stage_visits' WHEN 'tool_time' THEN 'tool_times' WHEN 'change_fact' THEN
'changes' WHEN 'request_fact' THEN 'merge_request_times' WHEN 'deployment_fact' THEN
'deployments' WHEN 'incident_fact' THEN 'incidents' END AS "table", fact_change.owner_id AS
owner_id, nullif(coalesce(CASE WHEN (fact_change.fact IN ('change_fact', 'request_fact',
'deployment_fact', 'incident_fact')) THEN service.name ELSE value_stream.name END, ''), '') AS
owner, fact_change.entity_id AS entity_id, fact_change.part AS part, fact_change.what AS what,
fact_change.restates AS restates, as_moment(fact_change.recorded_ts) AS recorded_at,
nullif(fact_change.cause, '') AS cause FROM fact_change LEFT OUTER JOIN value_stream ON
value_stream.id = fact_change.owner_id AND (fact_change.fact NOT IN ('change_fact',
'request_fact', 'deployment_fact', 'incident_fact')) LEFT OUTER JOIN service ON service.id =
fact_change.owner_id AND fact_change.fact IN ('change_fact', 'request_fact', 'deployment_fact',
'incident_fact')
""",
}
