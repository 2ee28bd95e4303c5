"""What a database remembers about itself, such as the key of its pseudonyms."""

from __future__ import annotations

from hashlib import blake2b
from secrets import token_hex

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.stand_ins import plain
from store.models import store_setting
from store.upsert import upsert

_PEOPLE_KEY = "people_key"


def get_setting(session: Session, name: str) -> str | None:
    """The value, None where none was ever set."""
    statement = select(store_setting.c.value).where(store_setting.c.name == name)
    return session.execute(statement).scalar_one_or_none()


def set_setting(session: Session, name: str, value: str) -> None:
    """Set the value; setting the same again writes nothing."""
    upsert(session, store_setting, [{"name": name, "value": value}], key=("name",))


def people_key(session: Session) -> bytes:
    """The random key of this database's pseudonyms, made at its first use."""
    found = get_setting(session, _PEOPLE_KEY)
    if found is None:
        row = {"name": _PEOPLE_KEY, "value": token_hex(32)}
        upsert(session, store_setting, [row], key=("name",), update=())
        found = get_setting(session, _PEOPLE_KEY) or row["value"]
    return bytes.fromhex(found)


def pseudonym(key: bytes, identity: str) -> str:
    """What stands for a person: the same for an identity in any case, and not to be undone."""
    folded = plain(identity.strip().casefold()).encode(errors="replace")
    return blake2b(folded, key=key, digest_size=16).hexdigest()
