"""Change requests: asked for and approved before a deployment where that is the rule, else logged
beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random

from simulator.calendar import DAY, HOUR, MINUTE, between
from simulator.model import (
    Build,
    Deployment,
    Item,
    Service,
)
from simulator.model_desk import AuditEntry, ChangeRequest
from simulator.releases import Release

NEW, AUTHORIZE, SCHEDULED, IMPLEMENT, REVIEW, CLOSED = "-5", "-3", "-2", "-1", "0", "3"
_TITLES = {"planned": "Release", "hotfix": "Hotfix", "rollback": "Rollback to"}


def changes_of(
    shipped: list[tuple[Deployment, Build, Release]], *, services: dict[str, Service],
    items: dict[str, Item], start: datetime, now: datetime, rng: Random,
    asked: Iterable[ChangeRequest] = (),
) -> list[ChangeRequest]:  # fmt: skip
    """One for each production deployment, and for each approved service one that still waits; all
    numbered, those that were asked for otherwise too.
    """
    found = [*asked]
    for deployment, _, release in shipped:
        if deployment.environment == "production":
            keys = [items[item].key for item in release.items]
            service = services[deployment.service]
            change = _change(deployment, service, keys, (start, now), rng)
            _close(change, deployment, broken=release.broken, now=now, rng=rng)
            found.append(change)
            deployment.change = change.id
    approved = [service for service in services.values() if service.change_approval]
    found += [_waiting(service, now, rng) for service in approved]
    found.sort(key=lambda change: change.created)
    for position, change in enumerate(found):
        change.number = f"CHG{30001 + position:07d}"
        change.updated = max([change.created, *(entry.at for entry in change.audit)])
    return found


def hex_id(rng: Random) -> str:
    return f"{rng.getrandbits(128):032x}"


def _change(
    deployment: Deployment, service: Service, keys: list[str],
    span: tuple[datetime, datetime], rng: Random,
) -> ChangeRequest:  # fmt: skip
    """Up to its implementation."""
    approved = service.change_approval and deployment.kind == "planned"
    lead = between(rng, 20 * HOUR, 80 * HOUR) if approved else between(rng, MINUTE, 20 * MINUTE)
    lead = min(lead, deployment.created - span[0])
    created = deployment.created - lead
    kinds = {"hotfix": "emergency", "rollback": "standard"}
    usual = "normal" if service.change_approval else "standard"
    title = f"{_TITLES[deployment.kind]} {deployment.version} of {service.name}"
    text = f"Release {deployment.version}: {', '.join(keys)}" if keys else title
    change = ChangeRequest(
        id=hex_id(rng), number="", type=kinds.get(deployment.kind, usual), state=NEW,
        approval="not requested", title=title, description=text, ci=service.configuration_item,
        created=created, updated=created, work_start=deployment.started, work_end=None, closed=None,
        close_code="", correlation_id=deployment.id,
    )  # fmt: skip
    if change.type != "standard":
        asked, granted = lead * rng.uniform(0.02, 0.15), lead * rng.uniform(0.3, 0.9)
        entered(change, "state", AUTHORIZE, _after(created, asked), rng)
        entered(change, "approval", "requested", _after(created, asked), rng)
        entered(change, "approval", "approved", _after(created, granted), rng)
        entered(change, "state", SCHEDULED, _after(created, granted), rng)
    else:
        change.approval = "approved"  # a standard change is approved once and for all
    entered(change, "state", IMPLEMENT, deployment.started, rng)
    return change


def _close(
    change: ChangeRequest, deployment: Deployment, *, broken: bool, now: datetime, rng: Random
) -> None:
    if deployment.finished is None:
        return
    change.work_end = deployment.finished
    entered(change, "state", REVIEW, deployment.finished, rng)
    closed = deployment.finished + between(rng, 10 * MINUTE, 1 * DAY)
    if closed < now:
        entered(change, "state", CLOSED, closed, rng)
        change.closed = closed
        change.close_code = "successful_issues" if broken else "successful"
        if deployment.status == "failed":
            change.close_code = "unsuccessful"


def _waiting(service: Service, now: datetime, rng: Random) -> ChangeRequest:
    """The next release, asked for yesterday and not yet approved."""
    created = now - between(rng, 20 * HOUR, 30 * HOUR)
    title = f"Next release of {service.name}"
    change = ChangeRequest(
        id=hex_id(rng), number="", type="normal", state=NEW, approval="not requested", title=title,
        description=title, ci=service.configuration_item, created=created, updated=created,
        work_start=None, work_end=None, closed=None, close_code="", correlation_id="",
    )  # fmt: skip
    for field, value in (("state", AUTHORIZE), ("approval", "requested")):
        entered(change, field, value, created + 2 * HOUR, rng)
    return change


def entered(change: ChangeRequest, field: str, value: str, at: datetime, rng: Random) -> None:
    """It has this state or approval from then on, which the audit tells."""
    old = change.state if field == "state" else change.approval
    change.audit.append(AuditEntry(hex_id(rng), field, old, value, at))
    if field == "state":
        change.state = value
    else:
        change.approval = value


def _after(start: datetime, delta: timedelta) -> datetime:
    return start + timedelta(seconds=int(delta.total_seconds()))
