"""Alerts, one for each cause while it holds, and the deliveries of what is told about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from sqlalchemy import RowMapping, Select, delete, func, insert, select, update
from sqlalchemy.orm import Session

from store.lookup import chunks
from store.models import alert, alert_delivery
from store.settings import get_setting, set_setting
from store.upsert import upsert

Told = Literal["began", "ended"]
State = Literal["waiting", "held", "delivered", "failed"]
_VERSION = "alerts_version"
_EVALUATED = "alerts_evaluated"


@dataclass(frozen=True, slots=True)
class Alert:
    """A cause that was noticed. stream, team: "" for none. detail: words and evidence as of then.
    since_ts: from when on it holds, None where no tool tells. ended_ts: None while it holds.
    """

    id: int
    cause: str
    rule: str
    stream: str
    team: str
    subject: str
    title: str
    detail: Mapping[str, Any]
    since_ts: int | None
    began_ts: int
    ended_ts: int | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """That a route is told of an alert. due_ts: not before. message: the id that it is sent under,
    "" before the first try.
    """

    id: int
    alert_id: int
    route: str
    told: Told
    state: State
    due_ts: int
    attempts: int
    reason: str
    message: str
    delivered_ts: int | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which alerts are listed; None: all."""

    is_open: bool | None = None
    rule: str | None = None
    stream: str | None = None
    team: str | None = None
    delivery: str | None = None


def open_alerts(session: Session) -> list[Alert]:
    """Those whose cause still holds, the oldest first."""
    rows = select(alert).where(alert.c.ended_ts.is_(None)).order_by(alert.c.id)
    return [_alert(row) for row in session.execute(rows).mappings()]


def begin(session: Session, rows: Sequence[Mapping[str, Any]], *, ts: int) -> None:
    """Note causes that were noticed: rows of cause, rule, stream, team, subject, title, detail and
    since_ts.
    """
    if not rows:
        return
    told = [{**row, "detail": orjson.dumps(row["detail"]).decode()} for row in rows]
    session.execute(insert(alert), [{**row, "began_ts": ts} for row in told])
    _moved(session)


def end(session: Session, ids: Sequence[int], *, ts: int) -> None:
    """Their causes hold no more."""
    for number in ids:
        session.execute(update(alert).where(alert.c.id == number).values(ended_ts=ts))
    if ids:
        _moved(session)


def forget_ended(session: Session, *, before_ts: int) -> int:
    """Drop alerts that ended before, with what was told of them; answers how many. One of which
    somebody is still to be told stays.
    """
    to_come = select(alert_delivery.c.id).where(
        alert_delivery.c.alert_id == alert.c.id, alert_delivery.c.state.in_(("waiting", "held"))
    )
    ended = select(alert.c.id).where(alert.c.ended_ts < before_ts, ~to_come.exists())
    ids = list(session.scalars(ended))
    for chunk in chunks(ids):
        session.execute(delete(alert_delivery).where(alert_delivery.c.alert_id.in_(chunk)))
        session.execute(delete(alert).where(alert.c.id.in_(chunk)))
    if ids:
        _moved(session)
    return len(ids)


def unplanned(session: Session) -> list[Alert]:
    """Open alerts that no route is told of, the oldest first."""
    known = select(alert_delivery.c.id).where(alert_delivery.c.alert_id == alert.c.id)
    rows = select(alert).where(alert.c.ended_ts.is_(None), ~known.exists()).order_by(alert.c.id)
    return [_alert(row) for row in session.execute(rows).mappings()]


def plan(session: Session, alert_id: int, route: str, told: Told, *, due_ts: int, ts: int) -> None:
    """A route is to be told, not before `due_ts`; what is planned already stays as it is."""
    row = {
        "alert_id": alert_id, "route": route, "told": told, "due_ts": due_ts, "planned_ts": ts,
        "state": "held" if due_ts > ts else "waiting",
    }  # fmt: skip
    upsert(session, alert_delivery, [row], key=("alert_id", "route", "told"), update=())
    _moved(session)


def due(session: Session, *, now: int, limit: int) -> list[Delivery]:
    """What is to be tried by now, by route and in the order in which it came."""
    rows = (
        select(alert_delivery)
        .where(alert_delivery.c.state.in_(("waiting", "held")), alert_delivery.c.due_ts <= now)
        .order_by(alert_delivery.c.route, alert_delivery.c.id)
        .limit(limit)
    )
    return [_delivery(row) for row in session.execute(rows).mappings()]


def note(session: Session, ids: Sequence[int], **values: Any) -> None:
    """What became of deliveries: columns of `alert_delivery`."""
    for number in ids:
        own = alert_delivery.c.id == number
        session.execute(update(alert_delivery).where(own).values(**values))
    if ids:
        _moved(session)


def told_of(session: Session, ids: Iterable[int]) -> dict[int, list[Delivery]]:
    """The deliveries of alerts, in the order in which they were planned."""
    found: dict[int, list[Delivery]] = {number: [] for number in ids}
    rows = select(alert_delivery).where(alert_delivery.c.alert_id.in_(list(found)))
    for row in session.execute(rows.order_by(alert_delivery.c.id)).mappings():
        found[row["alert_id"]].append(_delivery(row))
    return found


def by_id(session: Session, ids: Iterable[int]) -> dict[int, Alert]:
    """Alerts by number."""
    rows = select(alert).where(alert.c.id.in_(list(ids)))
    return {row["id"]: _alert(row) for row in session.execute(rows).mappings()}


def page(session: Session, wanted: Wanted, *, before: int | None, limit: int) -> list[Alert]:
    """The newest first; `before`: only those of lower numbers."""
    statement = _wanted(select(alert), wanted).order_by(alert.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(alert.c.id < before)
    return [_alert(row) for row in session.execute(statement).mappings()]


def count(session: Session, wanted: Wanted) -> int:
    """How many there are."""
    return int(session.execute(_wanted(select(func.count(alert.c.id)), wanted)).scalar_one())


def count_by_rule(session: Session, wanted: Wanted) -> dict[str, int]:
    """How many there are of each rule that has any."""
    statement = _wanted(select(alert.c.rule, func.count(alert.c.id)), wanted)
    rows = session.execute(statement.group_by(alert.c.rule))
    return {rule: int(number) for rule, number in rows}


def teams(session: Session) -> list[str]:
    """The teams that alerts are of, by name."""
    found = select(alert.c.team).where(alert.c.team != "").distinct().order_by(alert.c.team)
    return [str(team) for team in session.scalars(found)]


def version(session: Session) -> str:
    """Moves with everything that is told of alerts."""
    return get_setting(session, _VERSION) or "0"


def evaluated(session: Session) -> tuple[int, str]:
    """When causes were looked for last, and on which ground; (0, "") for never."""
    ts, _, ground = (get_setting(session, _EVALUATED) or "0 ").partition(" ")
    return int(ts), ground


def note_evaluated(session: Session, ts: int, ground: str) -> None:
    """Causes were looked for."""
    set_setting(session, _EVALUATED, f"{ts} {ground}")


def _moved(session: Session) -> None:
    set_setting(session, _VERSION, str(int(version(session)) + 1))


def _wanted(statement: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.is_open is not None:
        ended = alert.c.ended_ts.is_(None)
        statement = statement.where(ended if wanted.is_open else ~ended)
    for name in ("rule", "stream", "team"):
        if (value := getattr(wanted, name)) is not None:
            statement = statement.where(alert.c[name] == value)
    if wanted.delivery is not None:
        own = select(alert_delivery.c.id).where(alert_delivery.c.alert_id == alert.c.id)
        if wanted.delivery == "none":
            return statement.where(~own.exists())
        statement = statement.where(own.where(alert_delivery.c.state == wanted.delivery).exists())
    return statement


def _alert(row: RowMapping) -> Alert:
    return Alert(**{**row, "detail": orjson.loads(row["detail"])})


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(**{name: one for name, one in row.items() if name != "planned_ts"})
