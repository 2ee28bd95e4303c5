"""What is known of the credentials of a source: where each comes from, how old it is, and whether
it lies or travels in the open. Never the secret, nor anything made of it.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr
from sqlalchemy.orm import Session

from core.errors import NotFoundError
from core.secret_files import EnvSecret, FileSecret
from core.settings import Settings
from core.source_settings import AnySource, EventsSource, ServiceNowSource
from metrics.periods import DAY
from pipeline.health import decoded
from pipeline.lease import WHOLE
from pipeline.times import iso
from store.cursors import StreamKey, load_state
from store.sources import source_ids

Answer = dict[str, Any]
OLD_DAYS = 365
_PARTS = ("user", "token", "password")
NOT_TOLD = (
    "Headwater asks no tool for the rights and the end of its token: compare them with the page of"
    " the connector, which lists what is needed"
)
_OF_THE_ENVIRONMENT = "it comes from the environment, which does not tell since when"


def credentials_answer(session: Session, settings: Settings, name: str, *, as_of: int) -> Answer:
    """Of one source: how it signs in and as whom, each part of its `auth` and each secret of its
    webhooks, and in words what should be done about them. `NotFoundError` with the names there are.
    """
    source = next((one for one in settings.sources if one.name == name), None)
    if source is None:
        known = ", ".join(one.name for one in settings.sources) or "none"
        raise NotFoundError(f'there is no source "{name}"; known: {known}')
    parts = [_part(label, secret, as_of) for label, secret in _secrets(source)]
    clear = bool(parts) and _in_clear(source.url)
    return {
        "name": source.name,
        "kind": source.kind,
        "sent_as": _sent_as(source),
        "account": _account(session, source.name),
        "in_clear": clear,
        "secrets": parts,
        "rights": None,
        "expires_at": None,
        "reason": None if isinstance(source, EventsSource) else NOT_TOLD,
        "findings": [*_findings(source, parts, clear=clear), *_shared(settings, source)],
    }


def _secrets(source: AnySource) -> Iterator[tuple[str, SecretStr]]:
    for name in _PARTS:
        secret = getattr(source.auth, name)
        if secret is not None:
            yield f"auth.{name}", secret
    for position, secret in enumerate(source.hooks.secrets if source.hooks else ()):
        yield f"hooks.secrets[{position}]", secret


def _sent_as(source: AnySource) -> str:
    """As the connectors send them."""
    auth = source.auth
    if not (auth.token or auth.password):
        return "nothing"
    if isinstance(source, ServiceNowSource) and source.oauth:
        return "oauth client"
    if source.kind == "gitlab":
        return "private token"
    return "basic" if auth.user is not None and source.kind != "github" else "bearer"


def _account(session: Session, name: str) -> str | None:
    source_id = source_ids(session).get(name)
    if source_id is None:
        return None
    return decoded(load_state(session, StreamKey(source_id, WHOLE)).health).account or None


def _part(label: str, secret: SecretStr, as_of: int) -> Answer:
    if isinstance(secret, FileSecret):
        return {"part": label, "from": f"file:{secret.path.name}", **_file(secret.path, as_of)}
    origin = f"env:{secret.name}" if isinstance(secret, EnvSecret) else "unknown"
    unknown = {"changed_at": None, "age_d": None, "readable_by_others": None}
    return {"part": label, "from": origin, **unknown, "reason": _OF_THE_ENVIRONMENT}


def _file(path: Path, as_of: int) -> Answer:
    try:
        told = path.stat()
    except OSError as error:
        why = f"the file can't be looked at: {error.strerror}; what was read last still counts"
        return {"changed_at": None, "age_d": None, "readable_by_others": None, "reason": why}
    changed = int(told.st_mtime)
    return {
        "changed_at": iso(changed),
        "age_d": max(0, as_of - changed) / DAY,
        "readable_by_others": bool(told.st_mode & (stat.S_IRGRP | stat.S_IROTH)),
        "reason": None,
    }


def _in_clear(url: str) -> bool:
    """Whether what is sent there can be read on the way: plain HTTP to another machine."""
    told = urlsplit(url)
    if told.scheme != "http":
        return False
    host = told.hostname or ""
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


def _findings(source: AnySource, parts: Sequence[Answer], *, clear: bool) -> Iterator[str]:
    if clear:
        yield "secrets are sent without encryption: write https:// in `url`"
    if not parts and not isinstance(source, EventsSource):
        yield "it reads as anonymous: add `auth`, where that sees too little"
    for part in parts:
        if part["readable_by_others"]:
            name = part["from"].removeprefix("file:")
            yield f"others on this machine may read {name} ({part['part']}): chmod 600 {name}"
        if part["age_d"] is not None and part["age_d"] > OLD_DAYS and part["part"] != "auth.user":
            yield f"{part['part']} is {part['age_d']:.0f} days old: renew it at the tool"


def _shared(settings: Settings, source: AnySource) -> Iterator[str]:
    """Secrets that another source has, too: one that leaks opens both."""
    own = {secret.get_secret_value() for label, secret in _secrets(source) if "user" not in label}
    for other in settings.sources:
        told = {one.get_secret_value() for label, one in _secrets(other) if "user" not in label}
        if other.name != source.name and own & told:
            yield f"source {other.name} has the same secret: give each its own"
