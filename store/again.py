"""Which parts of sources somebody asked to have read again, until they were."""

from __future__ import annotations

import orjson
from sqlalchemy.orm import Session

from store.settings import get_setting, set_setting

_NAME = "again_of_{}"


def asked_again(session: Session, source_id: int) -> tuple[str, ...]:
    """The scopes of a source, in the order in which they were asked for."""
    return tuple(orjson.loads(get_setting(session, _NAME.format(source_id)) or "[]"))


def ask_again(session: Session, source_id: int, scope: str) -> bool:
    """Note a scope; False where it waits already."""
    waiting = asked_again(session, source_id)
    if scope in waiting:
        return False
    _keep(session, source_id, (*waiting, scope))
    return True


def done_again(session: Session, source_id: int, scope: str) -> None:
    """It was read."""
    waiting = asked_again(session, source_id)
    _keep(session, source_id, tuple(one for one in waiting if one != scope))


def _keep(session: Session, source_id: int, scopes: tuple[str, ...]) -> None:
    set_setting(session, _NAME.format(source_id), orjson.dumps(list(scopes)).decode())
