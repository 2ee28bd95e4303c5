"""API tokens: made, listed, revoked, and looked up by their secret."""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from core.accounts import ROLES, Role
from core.duration import parse_duration
from core.errors import BadRequestError, NotFoundError
from core.settings import Settings
from pipeline.audit_log import note_in
from pipeline.database import Database
from pipeline.times import iso
from store import access_tokens
from store.access_tokens import Token

PREFIX: Final = "hw_"
_LETTERS: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM, _CHECK = 43, 6  # 62 ** 43 > 2 ** 256
SECRET: Final = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{_RANDOM + _CHECK}}}")
"""What a token looks like, for scanners that look for leaked secrets."""
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
HOUR: Final = 3600
_LONGEST: Final = timedelta(days=3650)
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Made:
    """A new token with its secret, which is told this once and stored nowhere."""

    secret: str
    token: Token


def new_secret() -> str:
    """`hw_`, 43 random letters and digits (256 bits), and 6 that check them."""
    random = "".join(secrets.choice(_LETTERS) for _ in range(_RANDOM))
    return f"{PREFIX}{random}{_check(random)}"


def is_secret(text: str) -> bool:
    """Whether it can be a token at all: a mistyped one is known without asking the database."""
    if SECRET.fullmatch(text) is None:
        return False
    return _check(text[len(PREFIX) : -_CHECK]) == text[-_CHECK:]


def hash_of(secret: str) -> str:
    """SHA-256 in hex: enough for 256 random bits, which nobody can try out."""
    return hashlib.sha256(secret.encode()).hexdigest()


def make_token(
    settings: Settings,
    database: Database,
    *,
    name: str,
    role: str,
    streams: tuple[str, ...],
    lasts: timedelta | None,
    who: str,
    now: int,
) -> Made:
    """Another token, in the audit log. lasts: None for no end. `BadRequestError` where a name is
    taken by one that counts, or a stream or role is not known.
    """
    _require_sound(settings, name, role, streams)
    secret = new_secret()
    ends = None if lasts is None else now + int(lasts.total_seconds())
    with database.writing() as session:
        if any(one.name == name and one.counts(now) for one in access_tokens.tokens(session)):
            raise BadRequestError(
                f'there is a token "{name}" already; revoke it first (headwater token revoke'
                f" {name}), or choose another name"
            )
        token = access_tokens.add_token(
            session,
            hash_of(secret),
            name=name,
            role=role,
            streams=tuple(sorted(set(streams))),
            who=who,
            ts=now,
            expires_ts=ends,
        )
        told = {"role": role, "streams": list(token.streams), "expires_at": iso(ends)}
        note_in(session, "token_created", who=who, subject=f"token:{name}", ts=now, **told)
    return Made(secret, token)


def revoke(database: Database, which: str | int, *, who: str, now: int) -> Token:
    """End the token of this name or number (an int: of the number alone), and every sign-in with
    it; `NotFoundError` for none that counts.
    """
    with database.writing() as session:
        found = [one for one in access_tokens.tokens(session) if one.counts(now)]
        wanted = [one for one in found if which in _called(one, which)]
        if not wanted:
            known = ", ".join(one.name for one in found) or "none"
            raise NotFoundError(f'there is no token "{which}" that counts; those that do: {known}')
        for one in wanted:
            access_tokens.revoke_token(session, one.id, ts=now)
            note_in(session, "token_revoked", who=who, subject=f"token:{one.name}", ts=now)
        return replace(wanted[0], revoked_ts=now)


def _called(one: Token, which: str | int) -> tuple[str | int, ...]:
    return (one.id,) if isinstance(which, int) else (one.name, str(one.id))


def list_tokens(database: Database, *, now: int) -> list[Answer]:
    """All that there ever were, the newest first, without anything of their secrets."""
    with database.read() as session:
        found = access_tokens.tokens(session)
    return [told_of(one, now) for one in found]


def told_of(one: Token, now: int) -> Answer:
    """A token as it is told, without anything of its secret."""
    return {
        "id": one.id,
        "name": one.name,
        "role": one.role,
        "streams": list(one.streams),
        "state": _state(one, now),
        "created_by": one.who,
        "created_at": iso(one.created_ts),
        "expires_at": iso(one.expires_ts),
        "revoked_at": iso(one.revoked_ts),
        "last_used_at": iso(one.used_ts),
    }


def lasting(text: str) -> timedelta | None:
    """How long a token lasts: "90d", "12h", "52w"; None for "never". `BadRequestError`."""
    if text == "never":
        return None
    try:
        lasts = parse_duration(text)
    except (ValueError, OverflowError) as error:
        raise BadRequestError(f'expires: {error}; or "never"') from error
    if not timedelta() < lasts <= _LONGEST:
        raise BadRequestError('expires: more than nothing and at most "3650d", or "never"')
    return lasts


def _state(one: Token, now: int) -> str:
    if one.revoked_ts is not None:
        return "revoked"
    return "counts" if one.counts(now) else "expired"


def _require_sound(settings: Settings, name: str, role: str, streams: tuple[str, ...]) -> None:
    if _NAME.fullmatch(name) is None:
        raise BadRequestError("name: lower case letters, digits, dots, - and _, at most 64")
    if role not in ROLES:
        raise BadRequestError(f"role: one of {', '.join(ROLES)}")
    known = [one.name for one in settings.streams]
    for stream in streams:
        if stream not in known:
            told = ", ".join(known) or "none is configured"
            raise BadRequestError(f'there is no value stream "{stream}"; known: {told}')
    if streams and role == "admin":
        raise BadRequestError("an admin sees all: a token for single streams is viewer or analyst")


def role_of(text: str) -> Role:
    """A role as the store has it; what it does not know may least."""
    return next((role for role in ROLES if role == text), ROLES[0])


def _check(random: str) -> str:
    """CRC-32 of the random part, in the same letters."""
    rest, told = zlib.crc32(random.encode()), ""
    for _ in range(_CHECK):
        rest, place = divmod(rest, len(_LETTERS))
        told = _LETTERS[place] + told
    return told
