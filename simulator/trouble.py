"""Incidents: those that a deployment caused, their duplicates, and those that no change caused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from simulator.calendar import DAY, HOUR, MINUTE, between, lognormal, moment
from simulator.changes import hex_id
from simulator.model import Deployment, Service
from simulator.model_desk import AuditEntry, Incident
from simulator.releases import Release

NAMED = 0.6  # of the incidents that a deployment caused
OTHERS = 0.30  # of all incidents
_DUPLICATES, _SECOND_ONES = 0.12, 0.10


@dataclass(frozen=True, slots=True)
class Busy:
    """A service that is deployed several times a day, and since when."""

    service: str
    since: datetime


_SYMPTOMS = (
    "Errors on {}", "{} is slow", "{} not reachable", "Wrong results in {}", "Timeouts in {}",
)  # fmt: skip
_OTHER_CAUSES = ("Disk full on {}", "Provider outage hits {}", "Certificate expired on {}")


def incidents_of(
    broken: list[tuple[Deployment, Release]], *, services: list[Service],
    start: datetime, now: datetime, rng: Random, share: float = OTHERS, busy: Sequence[Busy] = (),
) -> list[Incident]:  # fmt: skip
    """In order of opening, numbered; every incident of a deployment opens within 60 hours of its
    finish. share: of all incidents, those that no deployment caused; every second of them hits a
    service that is `busy`, if any is.
    """
    places = {service.name: service.configuration_item for service in services}
    found: list[Incident] = []
    for deployment, release in broken:
        found += _caused(deployment, release, places[deployment.service], now, rng)
    caused = list(found)
    changes = {deployment.id: deployment.change for deployment, _ in broken}
    for incident in rng.sample(caused, k=round(NAMED * len(caused))):
        incident.caused_by = changes[str(incident.deployment)]
    calm = [place for name, place in places.items() if name not in {one.service for one in busy}]
    for number in range(round(len(caused) * share / (1 - share))):
        since, among = start + DAY, calm
        if busy and number % 2:
            chosen = rng.choice(busy)
            since, among = chosen.since, [places[chosen.service]]
        opened, ci = moment(rng, since, now - HOUR), rng.choice(among)
        ends = opened + lognormal(rng, 3 * HOUR, 1.0) + MINUTE
        text = rng.choice(_OTHER_CAUSES).format(ci)
        found.append(_incident(text, ci, opened, ends, now=now, rng=rng))
    found.sort(key=lambda incident: incident.opened)
    for position, incident in enumerate(found):
        incident.number = f"INC{10001 + position:07d}"
    return found


def _caused(
    deployment: Deployment, release: Release, ci: str, now: datetime, rng: Random
) -> list[Incident]:
    finished = deployment.finished
    assert finished is not None
    restored = release.restored or finished + DAY
    room = max(5 * MINUTE, min(60 * HOUR, restored - finished - 10 * MINUTE))
    opened = finished + min(room, lognormal(rng, 50 * MINUTE, 1.0) + 4 * MINUTE)
    if opened >= now:
        return []
    ends = max(restored, opened) + between(rng, 5 * MINUTE, 60 * MINUTE)
    text = rng.choice(_SYMPTOMS).format(ci)
    first = _incident(text, ci, opened, ends, now=now, rng=rng)
    first.deployment = deployment.id
    found = [first]
    later = opened + between(rng, 3 * MINUTE, 40 * MINUTE)
    luck = rng.random()
    if luck < _DUPLICATES + _SECOND_ONES and later < now:
        other = _incident(
            rng.choice(_SYMPTOMS).format(ci), ci, later, ends + HOUR, now=now, rng=rng
        )
        other.deployment = deployment.id
        other.duplicate_of = first.id if luck < _DUPLICATES else None
        found.append(other)
    return found


def _incident(
    title: str, ci: str, opened: datetime, ends: datetime, *, now: datetime, rng: Random
) -> Incident:
    """State 1 new, 2 in progress, 6 resolved, 7 closed; each written to the audit when it is
    reached.
    """
    incident = Incident(
        id=hex_id(rng), number="", title=title, description=f"{title}. Reported by customers.",
        priority=rng.choices((1, 2, 3, 4), (12, 30, 40, 18))[0], state="1", ci=ci, opened=opened,
        updated=opened, resolved=None, closed=None, caused_by=None, deployment=None,
    )  # fmt: skip
    taken = opened + timedelta(
        seconds=int((ends - opened).total_seconds() * rng.uniform(0.02, 0.3))
    )
    steps = (("2", taken), ("6", ends), ("7", ends + between(rng, DAY, 5 * DAY)))
    for state, at in steps:
        if at >= now:
            break
        incident.audit.append(AuditEntry(hex_id(rng), "state", incident.state, state, at))
        incident.state, incident.updated = state, at
    incident.resolved = ends if incident.state in ("6", "7") else None
    incident.closed = incident.updated if incident.state == "7" else None
    return incident
