"""Recognises who asks, by a token or by the cookie of a browser that is signed in."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from sqlalchemy.orm import Session

from core.access_settings import Authentication
from core.accounts import Account, Role
from core.errors import SignInError
from pipeline.access_tokens import HOUR, hash_of, is_secret, role_of
from pipeline.audit_log import note_in
from pipeline.database import Database
from pipeline.times import iso
from store import access_tokens, sign_ins
from store.access_tokens import Token
from store.sign_ins import SignIn

TOKEN: Final = "token:"
"""Before the name of an account that is a token; no person is called so."""
_COOKIE_BYTES = 32


def ground_of(settings: Authentication) -> str:
    """A hash of who may come in as what: when it changes, everybody signs in anew."""
    told = settings.model_dump_json(exclude={"session", "requests_per_minute"})
    return hashlib.sha256(told.encode()).hexdigest()


def token_account(session: Session, secret: str, *, now: int) -> tuple[Account, Token]:
    """The account of a token; `SignInError` says why it does not count."""
    if not is_secret(secret):
        raise SignInError(
            "this is no token of Headwater, or a letter of it is wrong; it begins with hw_ and has"
            " 52 letters: headwater token create NAME makes one"
        )
    found = access_tokens.token_of(session, hash_of(secret))
    if found is None:
        raise SignInError("this token is not known here: headwater token create NAME makes one")
    _require_counting(found, now)
    return _as_account(found), found


def begin(
    database: Database, settings: Authentication, account: str, role: Role, *, now: int, origin: str
) -> str:
    """Sign a person in whom the identity provider vouches for; what their cookie is to hold."""
    ends = now + int(settings.session.total_seconds())
    one = SignIn(account, role, ground_of(settings), None, ends)
    return _kept(database, one, now=now, origin=origin)


def begin_by_token(
    database: Database, settings: Authentication, secret: str, *, now: int, origin: str
) -> tuple[str, Account]:
    """Sign a browser in by a token, at most for as long as that counts; `SignInError`."""
    with database.read() as session:
        account, token = token_account(session, secret, now=now)
    ends = now + int(settings.session.total_seconds())
    ends = ends if token.expires_ts is None else min(ends, token.expires_ts)
    one = SignIn(account.name, account.role, ground_of(settings), token.id, ends)
    return _kept(database, one, now=now, origin=origin), account


def cookie_account(session: Session, cookie: str, *, ground: str, now: int) -> Account | None:
    """Who is behind a cookie, None where the sign-in has ended: by time, by a changed `[auth]`, by
    signing out, or with the token that was shown.
    """
    found = sign_ins.sign_in_of(session, hash_of(cookie))
    if found is None or now >= found.expires_ts or found.ground != ground:
        return None
    streams: frozenset[str] = frozenset()
    if found.token_hash is not None:
        token = access_tokens.token_of(session, found.token_hash)
        if token is None or not token.counts(now):
            return None
        streams = frozenset(token.streams)
    return Account(
        found.account, role_of(found.role), streams, by_cookie=True, ends_ts=found.expires_ts
    )


def end(database: Database, cookie: str, account: Account, *, now: int) -> None:
    """Sign this browser out."""
    with database.writing() as session:
        sign_ins.end_sign_in(session, hash_of(cookie))
        note_in(session, "signed_out", who=account.name, subject=account.name, ts=now)


def end_all(database: Database, account: str, *, who: str, now: int) -> int:
    """Sign an account out of every browser; how many there were."""
    with database.writing() as session:
        count = sign_ins.end_sign_ins(session, account)
        if count:
            note_in(session, "ended", who=who, subject=account, ts=now, sign_ins=count)
        return count


def note_use(database: Database, number: int, *, now: int) -> None:
    """A token was used, told to the hour."""
    with database.writing() as session:
        access_tokens.note_use(session, number, ts=now // HOUR * HOUR)


def _kept(database: Database, one: SignIn, *, now: int, origin: str) -> str:
    cookie = secrets.token_urlsafe(_COOKIE_BYTES)
    with database.writing() as session:
        sign_ins.forget_ended(session, now=now)
        sign_ins.add_sign_in(session, hash_of(cookie), one, ts=now)
        told = {"role": one.role, "from": origin, "until": iso(one.expires_ts)}
        note_in(session, "signed_in", who=one.account, subject=one.account, ts=now, **told)
    return cookie


def _require_counting(found: Token, now: int) -> None:
    if found.revoked_ts is not None:
        what = f"was revoked at {iso(found.revoked_ts)}"
    elif not found.counts(now):
        what = f"expired at {iso(found.expires_ts)}"
    else:
        return
    raise SignInError(
        f'the token "{found.name}" {what}; an admin makes another: headwater token create NAME'
    )


def _as_account(found: Token) -> Account:
    return Account(
        TOKEN + found.name,
        role_of(found.role),
        frozenset(found.streams),
        ends_ts=found.expires_ts,
    )
