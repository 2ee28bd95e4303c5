"""All checks in turn; one that cannot be made is a finding and keeps none of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from core.errors import HeadwaterError
from core.settings import Settings
from pipeline.database import Database
from pipeline.doctor import machine, readings, records, smells, upkeep
from pipeline.doctor.finding import SEVERITIES, Finding

Check = Callable[[], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Examined:
    """checks: the names of those that were made, in order. findings: the worst first."""

    checks: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def failed(self) -> bool:
        return any(one.severity == "fault" for one in self.findings)


def examine(settings: Settings, database: Database, config: Path, *, now: float) -> Examined:
    """Look at everything; nothing is changed, and no source is asked. now: epoch seconds."""
    checks = _checks(settings, database, config, now)
    found = [one for name, check in checks.items() for one in _made(name, check)]
    found.sort(key=lambda one: SEVERITIES.index(one.severity))
    return Examined(tuple(checks), tuple(found))


def _checks(
    settings: Settings, database: Database, config: Path, now: float
) -> Mapping[str, Check]:
    at = int(now)
    return {
        "integrity": lambda: records.integrity(database),
        "orphans": lambda: records.orphans(database),
        "stuck": lambda: records.stuck(database, now=at),
        "slow": lambda: records.slow(settings, database),
        "vacuum": lambda: upkeep.vacuum(database),
        "payloads": lambda: upkeep.payloads(settings, database, now=at),
        "clock": lambda: machine.clocks(database, now=now),
        "disk": lambda: machine.disk(database),
        "files": lambda: machine.files(settings, config, database),
        "secrets": lambda: smells.written_secrets(config),
        "access": lambda: smells.access(settings, database, now=at),
        "transport": lambda: smells.transport(settings),
        "streams": lambda: smells.streams(settings),
        "mapping": lambda: smells.mapping(settings, database, now=at),
        "sources": lambda: readings.readings(settings, database, now=at),
    }


def _made(name: str, check: Check) -> list[Finding]:
    try:
        return list(check())
    except (HeadwaterError, SQLAlchemyError, OSError) as error:
        lines = str(getattr(error, "orig", None) or error).strip().splitlines()
        why = lines[0] if lines else type(error).__name__
        told = f"this could not be looked at: {why}"
        return [Finding(name, "fault", told, "mend that first, then run headwater doctor again")]
