"""PostgreSQL vacuums and analyses large tables by their changes, not by a fifth of their rows."""

from __future__ import annotations

from alembic import op

revision: str = "0033"
down_revision: str | None = "0032"
branch_labels = None
depends_on = None

_LARGE = (
    "block",
    "build",
    "change_fact",
    "change_request",
    "commit_parent",
    "delay_cost_day",
    "deployment",
    "deployment_fact",
    "fact_change",
    "git_commit",
    "incident",
    "incident_fact",
    "item_fact",
    "item_key",
    "item_link",
    "link",
    "merge_request",
    "raw_record",
    "request_fact",
    "stage_visit",
    "tool_time",
    "transition",
    "unlinked",
    "work_item",
    "worklog",
)
_OF_LARGE = {
    "autovacuum_vacuum_scale_factor": "0.02",
    "autovacuum_vacuum_insert_scale_factor": "0.05",
    "autovacuum_analyze_scale_factor": "0.02",
}
_QUEUES = ("dirty", "hook_hint")
_OF_QUEUES = {"autovacuum_vacuum_scale_factor": "0", "autovacuum_vacuum_threshold": "1000"}
_IN_PLACE = ("store_setting", "stream_state", "value_stream", "worker")
_OF_IN_PLACE = {"fillfactor": "50", **_OF_QUEUES}
_ALL = ((_LARGE, _OF_LARGE), (_QUEUES, _OF_QUEUES), (_IN_PLACE, _OF_IN_PLACE))


def upgrade() -> None:
    """Keeps nobody waiting: neither reads nor writes. SQLite has no such thing."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for tables, settings in _ALL:
        told = ", ".join(f"{name} = {value}" for name, value in settings.items())
        for table in tables:
            op.execute(f"ALTER TABLE {table} SET ({told})")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for tables, settings in _ALL:
        for table in tables:
            op.execute(f"ALTER TABLE {table} RESET ({', '.join(settings)})")
