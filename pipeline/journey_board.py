"""What a journey is made of: events in lanes, links between them, and why each is believed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.records import Entity
from store.journey import Link, Row

TOOLS = {
    "jira": "Jira",
    "gitlab": "GitLab",
    "github": "GitHub",
    "jenkins": "Jenkins",
    "servicenow": "ServiceNow",
}


LinkedPair = tuple[tuple[Entity, int], tuple[Entity, int]]
_PAIRS = 25
_HUMAN = "human"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; `end` None for a moment. `production`: a deployment to
    production.
    """

    id: str
    kind: str
    at: datetime
    label: str
    end: datetime | None = None
    detail: str = ""
    result: str = ""
    url: str = ""
    production: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """The events of one tool, in order of time."""

    id: str
    tool: str
    detail: str
    events: Sequence[Event]


@dataclass(frozen=True, slots=True)
class EventLink:
    """Between two events; `decides`: a date of the journey rests on it."""

    start: str
    end: str
    rule: str
    confidence: float
    evidence: str
    decides: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line of the evidence table: an event, and why it belongs to this item."""

    at: datetime
    tool: str
    event: str
    why: str
    rule: str
    confidence: float
    url: str
    decides: bool
    pairs: Sequence[LinkedPair] = ()
    """The links that it rests on, at most as many as a person would look at."""


@dataclass(frozen=True, slots=True)
class Gathered:
    lanes: Sequence[Lane]
    links: Sequence[EventLink]
    evidence: Sequence[Evidence]


@dataclass(slots=True)
class Board:
    """Collects events by lane, then sorts them. `sources`: name and kind of each source by id."""

    sources: dict[int, Row]
    events: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    heads: dict[str, tuple[str, str]] = field(default_factory=dict)
    tools: dict[str, str] = field(default_factory=dict)
    links: list[EventLink] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)

    def add(self, lane: str, tool: str, detail: str, event: Event) -> None:
        self.heads.setdefault(lane, (tool, detail))
        self.events[lane].append(event)
        self.tools[event.id] = tool

    def believe(self, event: Event, links: Iterable[Link], *, decides: bool) -> None:
        """A line of evidence: the surest rule's sentence, a person's before all, how sure all rules
        together make it.
        """
        ordered = sorted(links, key=lambda link: (link.rule != _HUMAN, -link.confidence))
        if not ordered:
            return
        doubt = 1.0
        for link in ordered:
            doubt *= 1.0 - link.confidence
        self.evidence.append(
            Evidence(
                event.at,
                self.tools[event.id],
                event.label,
                ordered[0].evidence,
                ", ".join(dict.fromkeys(link.rule for link in ordered)),
                round(1.0 - doubt, 3),
                event.url,
                decides,
                tuple(dict.fromkeys(_pair(link) for link in ordered))[:_PAIRS],
            )
        )

    def lanes(self) -> list[Lane]:
        return [
            Lane(
                lane,
                tool,
                detail,
                sorted(self.events[lane], key=lambda event: (event.at, event.id)),
            )
            for lane, (tool, detail) in self.heads.items()
        ]

    def tool_of(self, source_id: int) -> tuple[str, str]:
        """The lane and the tool's name of a source."""
        row = self.sources[source_id]
        return str(row["name"]), TOOLS.get(str(row["kind"]), str(row["name"]))

    def connect(self, start: str, end: str, link: Link, *, decides: bool = False) -> None:
        """A line from one event to another."""
        self.links.append(EventLink(start, end, link.rule, link.confidence, link.evidence, decides))

    def gathered(self) -> Gathered:
        """Lanes in the order in which they were begun; links between events that are there."""
        known = {event.id for events in self.events.values() for event in events}
        links = [link for link in self.links if link.start in known and link.end in known]
        evidence = sorted(self.evidence, key=lambda line: line.at)
        return Gathered(self.lanes(), links, evidence)


def _pair(link: Link) -> LinkedPair:
    return (link.a_kind, link.a_id), (link.b_kind, link.b_id)


def grouped_by_b(links: Iterable[Link]) -> dict[int, list[Link]]:
    """Links by the thing at their second end."""
    groups: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        groups[link.b_id].append(link)
    return groups
