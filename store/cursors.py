"""Where the reading of each stream stands, how its last run went, and who is reading it now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Row, Update, and_, bindparam, or_, select, update
from sqlalchemy.orm import Session

from store.models import source, stream_state
from store.upsert import upsert

_KEY = ("source_id", "stream", "scope")


class StreamKey(NamedTuple):
    """One stream of one source over one scope; an empty scope where the stream has none."""

    source_id: int
    stream: str
    scope: str = ""


@dataclass(frozen=True, slots=True)
class StreamState:
    """The state of a stream; a stream never read has an empty cursor and None for every time.

    watermark_ts: everything that changed before it is stored. requests, records, unparsed: of the
    last run that ended well. last_error is empty once a run ends well; note explains an absence.
    health: of the source as a whole, what is known of it between two passes (`pipeline/health.py`).
    due_ts, failures: of the source as a whole, when it is to be read and how often in a row it
    could not be (`store/turns.py`).
    """

    key: StreamKey
    source: str = ""
    cursor: dict[str, Any] = field(default_factory=dict)
    watermark_ts: int | None = None
    lease_owner: str = ""
    lease_until_ts: int | None = None
    lease_since_ts: int | None = None
    due_ts: int | None = None
    failures: int = 0
    last_start_ts: int | None = None
    last_success_ts: int | None = None
    last_error_ts: int | None = None
    last_error: str = ""
    note: str = ""
    requests: int = 0
    records: int = 0
    unparsed: int = 0
    health: dict[str, Any] = field(default_factory=dict)


def load_state(session: Session, key: StreamKey) -> StreamState:
    """The state of one stream."""
    row = session.execute(_select().where(_is(key))).one_or_none()
    return StreamState(key) if row is None else _state(row)


def all_states(session: Session) -> list[StreamState]:
    """The states of all streams ever started, by source, stream and scope."""
    order = (source.c.name, stream_state.c.stream, stream_state.c.scope)
    return [_state(row) for row in session.execute(_select().order_by(*order))]


def states_of(session: Session, stream: str) -> list[StreamState]:
    """The states of the streams of this name, over all sources and scopes."""
    order = (stream_state.c.source_id, stream_state.c.scope)
    chosen = _select().where(stream_state.c.stream == stream).order_by(*order)
    return [_state(row) for row in session.execute(chosen)]


def save_cursor(
    session: Session, key: StreamKey, cursor: dict[str, Any], *, watermark_ts: int | None = None
) -> None:
    """Move the cursor, in the transaction that stores what it passed. None leaves the watermark."""
    values: dict[str, Any] = {"cursor": orjson.dumps(cursor, option=orjson.OPT_SORT_KEYS).decode()}
    if watermark_ts is not None:
        values["watermark_ts"] = watermark_ts
    _save(session, key, values)


def save_success(
    session: Session,
    key: StreamKey,
    *,
    now_ts: int,
    requests: int = 0,
    records: int = 0,
    unparsed: int = 0,
    note: str = "",
) -> None:
    """A run ended well: its counts, and no error any more."""
    counts = {"requests": requests, "records": records, "unparsed": unparsed}
    _save(session, key, {"last_success_ts": now_ts, "last_error": "", "note": note, **counts})


def save_error(session: Session, key: StreamKey, error: str, *, now_ts: int) -> None:
    """A run failed; `error` is one line for a person. The last success stays."""
    _save(session, key, {"last_error_ts": now_ts, "last_error": error})


def save_partial(session: Session, key: StreamKey, note: str) -> None:
    """A run ended early without a fault; `note` says why, and when it goes on."""
    _save(session, key, {"last_error": "", "note": note})


def save_health(session: Session, key: StreamKey, health: dict[str, Any]) -> None:
    """What was learnt of the source itself; nothing else of its state moves."""
    _save(session, key, {"health": orjson.dumps(health, option=orjson.OPT_SORT_KEYS).decode()})


def acquire_lease(
    session: Session, key: StreamKey, *, owner: str, now_ts: int, until_ts: int
) -> bool:
    """Take the stream for `owner` if it is free, expired or its own. Commit to make it known."""
    _save(session, key, {})
    given = {"owner": owner, "until": until_ts, "since": now_ts}
    return _lease(session, _TAKEN, key, holder=owner, now=now_ts, **given)


def renew_lease(session: Session, key: StreamKey, *, owner: str, until_ts: int) -> bool:
    """Prolong the lease; False where another has taken the stream: stop reading it."""
    return _lease(session, _KEPT, key, holder=owner, owner=owner, until=until_ts)


def release_lease(session: Session, key: StreamKey, *, owner: str) -> bool:
    """Give the stream back; False where another holds it by now."""
    return _lease(session, _GIVEN_BACK, key, holder=owner, owner="", until=None, since=None)


def _lease(session: Session, statement: Update, key: StreamKey, **values: Any) -> bool:
    # One conditional UPDATE: the engine lets a second one wait, and look again, before it counts.
    named = {f"of_{name}": value for name, value in key._asdict().items()}
    return session.connection().execute(statement, {**named, **values}).rowcount == 1


def _lease_where(free: ColumnElement[bool], lease: Mapping[str, str]) -> Update:
    """Made once: a lease is renewed with every page."""
    mine = [stream_state.c[name] == bindparam(f"of_{name}") for name in _KEY]
    given: dict[str, Any] = {name: bindparam(of) for name, of in lease.items()}
    return update(stream_state).where(*mine, free).values(given)


_LEASE = {"lease_owner": "owner", "lease_until_ts": "until"}
_BEGUN = {**_LEASE, "lease_since_ts": "since"}
_HELD = stream_state.c.lease_owner == bindparam("holder")
_KEPT = _lease_where(_HELD, _LEASE)
_GIVEN_BACK = _lease_where(_HELD, _BEGUN)
_TAKEN = _lease_where(
    or_(
        _HELD,
        stream_state.c.lease_owner == "",
        stream_state.c.lease_until_ts.is_(None),
        stream_state.c.lease_until_ts <= bindparam("now"),
    ),
    _BEGUN,
)


def _save(session: Session, key: StreamKey, values: dict[str, Any]) -> None:
    upsert(session, stream_state, [{**key._asdict(), **values}], key=_KEY)


def _is(key: StreamKey) -> ColumnElement[bool]:
    return and_(*(stream_state.c[name] == value for name, value in key._asdict().items()))


def _select() -> Any:
    columns = [column for column in stream_state.c if column.key not in _KEY]
    keys = [stream_state.c[name] for name in _KEY]
    joined = stream_state.join(source, source.c.id == stream_state.c.source_id)
    return select(*keys, source.c.name.label("source"), *columns).select_from(joined)


def _state(row: Row[Any]) -> StreamState:
    values = dict(row._mapping)
    key = StreamKey(*(values.pop(name) for name in _KEY))
    decoded = {name: orjson.loads(values[name]) for name in ("cursor", "health")}
    return StreamState(key, **{**values, **decoded})
