"""API tokens: of each the hash of its secret, never the secret."""

from __future__ import annotations

from dataclasses import dataclass

import orjson
from sqlalchemy import RowMapping, insert, or_, select, update
from sqlalchemy.orm import Session

from store.models import api_token


@dataclass(frozen=True, slots=True)
class Token:
    """streams: the only ones that it may read, empty for all. expires_ts: None for never."""

    id: int
    name: str
    role: str
    streams: tuple[str, ...]
    who: str
    created_ts: int
    expires_ts: int | None
    revoked_ts: int | None
    used_ts: int | None

    def counts(self, now: int) -> bool:
        """Whether it lets anybody in."""
        return self.revoked_ts is None and (self.expires_ts is None or now < self.expires_ts)


def add_token(
    session: Session,
    hashed: str,
    *,
    name: str,
    role: str,
    streams: tuple[str, ...],
    who: str,
    ts: int,
    expires_ts: int | None,
) -> Token:
    """Keep another one; `hashed` is the SHA-256 of its secret in hex."""
    values = {
        "name": name,
        "hash": hashed,
        "role": role,
        "streams": orjson.dumps(list(streams)).decode(),
        "who": who,
        "created_ts": ts,
        "expires_ts": expires_ts,
    }
    statement = insert(api_token).values(**values).returning(api_token)
    return _token(session.execute(statement).mappings().one())


def token_of(session: Session, hashed: str) -> Token | None:
    """The one whose secret has this hash, whether it counts or not; None for none."""
    row = session.execute(select(api_token).where(api_token.c.hash == hashed)).mappings().first()
    return None if row is None else _token(row)


def tokens(session: Session) -> list[Token]:
    """All that there ever were, the newest first."""
    rows = session.execute(select(api_token).order_by(api_token.c.id.desc())).mappings()
    return [_token(row) for row in rows]


def revoke_token(session: Session, number: int, *, ts: int) -> None:
    """From now on it lets nobody in."""
    session.execute(update(api_token).where(api_token.c.id == number).values(revoked_ts=ts))


def note_use(session: Session, number: int, *, ts: int) -> None:
    """It was used at `ts`; a later time that was noted stays."""
    earlier = or_(api_token.c.used_ts.is_(None), api_token.c.used_ts < ts)
    session.execute(update(api_token).where(api_token.c.id == number, earlier).values(used_ts=ts))


def _token(row: RowMapping) -> Token:
    return Token(
        row["id"],
        row["name"],
        row["role"],
        tuple(orjson.loads(row["streams"])),
        row["who"],
        row["created_ts"],
        row["expires_ts"],
        row["revoked_ts"],
        row["used_ts"],
    )
