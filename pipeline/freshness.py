"""The version of everything that is served: moves with facts and with what the Connectors page
shows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from store import alerts, cursors, erased, frames, improvements, scenarios, verdicts
from store.daily import last_made
from store.definitions import last_change
from store.estimates import last_estimate
from store.facts import services_version


@dataclass(frozen=True)
class Versions:
    """Each part of what is served, as a text that moves when the part does.

    streams, sources: by name. entered: what people said of links, values, scenarios and
    improvements. daily: when the daily numbers were made. alerts: of what is told of alerts.
    """

    streams: Mapping[str, str]
    services: str
    sources: Mapping[str, str]
    definitions: str
    entered: str
    daily: str
    alerts: str

    @property
    def facts(self) -> str:
        """All but how the sources are doing, when daily numbers were made, and alerts."""
        return f"{_joined(self.streams)}|{self.services}|{self.definitions}|{self.entered}"

    def __str__(self) -> str:
        return f"{self.facts}|{_joined(self.sources)}|{self.daily}|{self.alerts}"


def versions(session: Session) -> Versions:
    """Equal as long as no fact changed, no source was read or failed, no history came, no
    definition changed, no daily number was made, no alert moved, and nobody judged a link, valued
    an item, entered a scenario, wrote of an improvement or was erased.
    """
    said = (verdicts, scenarios, improvements, erased)
    entered = [*(one.version(session) for one in said), last_estimate(session)]
    made = last_made(session)
    return Versions(
        streams=_streams(session),
        services=str(services_version(session)),
        sources=_sources(session),
        definitions=str(last_change(session)),
        entered=":".join(map(str, entered)),
        daily="" if made is None else str(made.as_of_ts),
        alerts=alerts.version(session),
    )


def served_version(session: Session) -> str:
    """All versions as one text."""
    return str(versions(session))


def facts_told(session: Session) -> str:
    """The same of facts and of what items are worth alone."""
    streams = _joined(_streams(session))
    return f"{streams}|{services_version(session)}|{last_estimate(session)}"


def _joined(parts: Mapping[str, str]) -> str:
    return ",".join(f"{name}:{one}" for name, one in parts.items())


def _streams(session: Session) -> dict[str, str]:
    found = frames.value_streams(session)
    facts = zip(found["name"], found["facts_version"], strict=True)
    return {str(name): str(version) for name, version in facts}


def _sources(session: Session) -> dict[str, str]:
    """When each was read, and failed, who reads it since when, and how far its history has come.

    Not until when: that moves with every page that is stored, and answers would be made anew.
    """
    told: defaultdict[str, list[str]] = defaultdict(list)
    for state in cursors.all_states(session):
        if state.key.stream == "":
            ends = (state.last_success_ts, state.last_error_ts)
            times = (*ends, state.lease_owner, state.lease_since_ts, state.due_ts)
            told[state.source].append(":".join(map(str, times)))
        if older := state.cursor.get("older"):
            told[state.source].append(f"{state.key.stream}:{state.key.scope}:{older}")
    return {name: ",".join(parts) for name, parts in told.items()}
