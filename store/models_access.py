"""Who may come in, who is in, and who did what."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table, Text

from store.schema import id_column, metadata, ref_column, text_column, ts_column

api_token = Table(
    "api_token",
    metadata,
    id_column(),
    Column("name", String(64), nullable=False, index=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("streams", Text, nullable=False, server_default="[]", comment="JSON"),
    text_column("who"),
    ts_column("created_ts", null=False),
    ts_column("expires_ts"),
    ts_column("revoked_ts"),
    ts_column("used_ts"),
)
"""hash: SHA-256 of the secret, in hex. The secret is 256 random bits, which nobody tries out, so
that a slow hash would only make every request slow. streams: empty for all. used_ts: cut to the
hour."""

sign_in = Table(
    "sign_in",
    metadata,
    id_column(),
    Column("hash", String(64), nullable=False, unique=True),
    Column("account", Text, nullable=False, index=True),
    Column("role", String(16), nullable=False),
    Column("ground", String(64), nullable=False),
    ref_column("token_id", "api_token", null=True),
    ts_column("created_ts", null=False),
    Column("expires_ts", BigInteger, nullable=False, index=True),
)
"""Browsers that are signed in. hash: of what their cookie holds. ground: a hash of the `[auth]` by
which they were let in. token_id: the token that they showed, whose end is theirs."""

audit_event = Table(
    "audit_event",
    metadata,
    id_column(),
    ts_column("ts", null=False),
    text_column("who"),
    Column("action", String(32), nullable=False),
    text_column("subject"),
    Column("detail", Text, nullable=False, server_default="{}", comment="JSON"),
)
"""Append-only: the database refuses to change or to delete a row."""
