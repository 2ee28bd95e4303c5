"""Checks of the configuration: what works and should not stay so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from core.access_settings import is_loopback
from core.settings import Settings
from metrics.periods import DAY
from pipeline.database import Database
from pipeline.doctor.finding import Finding
from pipeline.mapping_answers import unmapped
from pipeline.snapshots import Snapshots
from pipeline.times import iso
from store.access_tokens import tokens

_SOON_S: Final = 14 * DAY
_SECRETS: Final = {
    "a token of GitLab": r"\bgl(?:pat|rt|dt|ptt|cbt|oas)-[\w-]{16,}",
    "a token of GitHub": r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,})",
    "a token of Atlassian": r"\bATATT[\w=-]{20,}",
    "a token of Headwater": r"\bhw_[A-Za-z0-9]{20,}",
    "an address of Slack that lets write": r"hooks\.slack\.com/services/T\w+/B\w+/\w{16,}",
    "an access key of AWS": r"\bAKIA[0-9A-Z]{16}\b",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "a token": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
}


def written_secrets(config: Path) -> Iterator[Finding]:
    """What looks like a secret in the file, comments too; told by line, never by its text."""
    text = config.read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        for what, shape in _SECRETS.items():
            if re.search(shape, line):
                yield Finding(
                    "secrets",
                    "fault",
                    f"{config}:{number}: what stands here looks like {what}",
                    'take it out, renew it at the tool, and refer to it: "env:NAME" or "file:PATH"',
                )
                break


def access(settings: Settings, database: Database, *, now: int) -> Iterator[Finding]:
    """Who may come in: nobody asked beyond this machine, tokens that end, none that could make
    another.
    """
    server, auth = settings.server, settings.auth
    if auth.mode == "none" and not is_loopback(server.host):
        yield Finding(
            "access",
            "fault",
            f"{server.host} can be reached from other machines and nobody has to sign in",
            'write [auth] with mode = "tokens" or "oidc" and public_url (docs/access.md)',
        )
    if auth.mode == "none":
        return
    with database.read() as session:
        known = tokens(session)
    counting = [one for one in known if one.counts(now)]
    for one in counting:
        if one.expires_ts is not None and one.expires_ts - now < _SOON_S:
            told = f'the token "{one.name}" ends at {iso(one.expires_ts)}'
            do = f"make another and give it to who uses it: headwater token create {one.name}"
            yield Finding("access", "warning", told, do)
    if auth.mode == "tokens" and not any(one.role == "admin" for one in counting):
        told = "no token of an admin counts: nobody can see who may come in, or the audit log"
        yield Finding("access", "warning", told, "headwater token create NAME --role admin")


def transport(settings: Settings) -> Iterator[Finding]:
    """Rows that travel to PostgreSQL in the open."""
    url = make_url(settings.database.url)
    host = url.host or ""
    if url.get_backend_name() != "postgresql" or not host or is_loopback(host):
        return
    if url.query.get("sslmode") not in ("require", "verify-ca", "verify-full"):
        yield Finding(
            "transport",
            "note",
            f"nothing makes sure that what is sent to the database at {host} is encrypted",
            "add ?sslmode=verify-full to `url` of [database], where others share that network",
        )


def streams(settings: Settings) -> Iterator[Finding]:
    """Streams whose numbers cannot be good, and sources that no stream reads."""
    used = {one.items.source for one in settings.streams}
    used |= {one.ideas.source for one in settings.streams if one.ideas is not None}
    for stream in settings.streams:
        if not stream.stages:
            yield Finding(
                "streams",
                "warning",
                f'stream "{stream.name}" has no stages: states follow the categories of the'
                " tracker, and no wait has a name",
                f"draft them from what the tracker shows: headwater init --add stream, or write"
                f" [[streams.stages]] of {stream.name}",
            )
        if not stream.services and not stream.repositories:
            yield Finding(
                "streams",
                "note",
                f'stream "{stream.name}" has neither services nor repositories: nothing is known'
                " of its releases",
                "name `services` of the stream",
            )
    if settings.polled and not settings.streams:
        told = "there is no [[streams]]: sources are read and no number is made"
        yield Finding("streams", "warning", told, "headwater init --add stream")
    for source in settings.sources:
        if source.kind == "jira" and settings.streams and source.name not in used:
            told = f'no stream takes its items from source "{source.name}"'
            do = "name it in `items` or `ideas` of a stream, or take it out"
            yield Finding("streams", "warning", told, do)


def mapping(settings: Settings, database: Database, *, now: int) -> Iterator[Finding]:
    """Statuses and types that items have and no line maps."""
    with database.read() as session:
        rows = unmapped(session, settings, Snapshots(settings).present(session), as_of=now)["items"]
    for row in rows:
        yield Finding(
            "mapping",
            "warning" if row["items_now"] else "note",
            f"{row['stream']}: the {row['what']} {row['name']} is not mapped; {row['items']} items"
            f" had it, {row['items_now']} have it now",
            f"{row['where']}: {row['line']}",
        )
