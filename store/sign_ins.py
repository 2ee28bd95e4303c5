"""Browsers that are signed in; of what their cookies hold only the hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from sqlalchemy import CursorResult, delete, insert, select
from sqlalchemy.orm import Session

from store.models import api_token, sign_in


@dataclass(frozen=True, slots=True)
class SignIn:
    """ground: a hash of the configuration by which the account was let in. token_id: the token that
    was shown, None where the identity provider vouched.
    """

    account: str
    role: str
    ground: str
    token_id: int | None
    expires_ts: int
    token_hash: str | None = None


def add_sign_in(session: Session, hashed: str, one: SignIn, *, ts: int) -> None:
    """Let a browser in; `hashed` is the SHA-256 of its cookie in hex."""
    values = {
        "hash": hashed,
        "account": one.account,
        "role": one.role,
        "ground": one.ground,
        "token_id": one.token_id,
        "created_ts": ts,
        "expires_ts": one.expires_ts,
    }
    session.execute(insert(sign_in).values(**values))


def sign_in_of(session: Session, hashed: str) -> SignIn | None:
    """Who is behind the cookie of this hash, expired or not; None for nobody."""
    joined = sign_in.outerjoin(api_token, sign_in.c.token_id == api_token.c.id)
    statement = select(sign_in, api_token.c.hash.label("token_hash")).select_from(joined)
    row = session.execute(statement.where(sign_in.c.hash == hashed)).mappings().first()
    if row is None:
        return None
    return SignIn(
        row["account"],
        row["role"],
        row["ground"],
        row["token_id"],
        row["expires_ts"],
        row["token_hash"],
    )


def end_sign_in(session: Session, hashed: str) -> None:
    """The cookie of this hash is worth nothing any more."""
    session.execute(delete(sign_in).where(sign_in.c.hash == hashed))


def end_sign_ins(session: Session, account: str) -> int:
    """Sign an account out of every browser; how many there were."""
    done = session.execute(delete(sign_in).where(sign_in.c.account == account))
    return cast("CursorResult[tuple[()]]", done).rowcount


def forget_ended(session: Session, *, now: int) -> None:
    """Drop those that ended by themselves."""
    session.execute(delete(sign_in).where(sign_in.c.expires_ts <= now))
