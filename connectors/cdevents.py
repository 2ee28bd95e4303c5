"""CDEvents, in the wire forms of 0.4 and 0.5, alone or inside a CloudEvent.

Between the two the version moved from `context.version` to `context.specversion`, and
`subject.type` went away; both are taken. The vocabulary: https://cdevents.dev
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from core.errors import FieldError
from core.fields import Given, checked

_TYPE: Final = re.compile(r"^dev\.cdevents\.([a-z]+)\.([a-z]+)\.(\d+)\.\d+\.\d+(?:-[\w.+-]+)?$")
_OWN_TYPE: Final = re.compile(
    r"^dev\.cdeventsx\.headwater-([a-z]+)\.([a-z]+)\.(\d+)\.\d+\.\d+(?:-[\w.+-]+)?$"
)
_VERSION: Final = re.compile(r"^0\.\d+(\.\d+)?(-[\w.+-]+)?$")

_ARTIFACT: Final = ("environment.id", "artifactId")
_REQUIRED: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("artifact", "packaged"): ("change.id",),
    ("service", "deployed"): _ARTIFACT,
    ("service", "upgraded"): _ARTIFACT,
    ("service", "rolledback"): _ARTIFACT,
    ("incident", "detected"): ("environment.id",),
    ("incident", "reported"): ("environment.id", "ticketURI"),
    ("incident", "resolved"): ("environment.id",),
    ("ticket", "created"): ("summary", "creator", "uri"),
    ("ticket", "updated"): ("uri",),
    ("ticket", "closed"): ("uri", "resolution"),
    ("feature", "exposed"): ("environment.id",),
    ("outcome", "measured"): ("measure",),
}
KNOWN: Final[Mapping[str, frozenset[str]]] = {
    "change": frozenset({"created", "reviewed", "merged", "abandoned", "updated"}),
    "build": frozenset({"queued", "started", "finished"}),
    "pipelinerun": frozenset({"queued", "started", "finished"}),
    "taskrun": frozenset({"queued", "started", "finished"}),
    "artifact": frozenset({"packaged", "published", "signed", "downloaded", "deleted"}),
    "service": frozenset({"deployed", "upgraded", "rolledback", "removed", "published"}),
    "incident": frozenset({"detected", "reported", "resolved"}),
    "ticket": frozenset({"created", "updated", "closed"}),
    "environment": frozenset({"created", "modified", "deleted"}),
    "repository": frozenset({"created", "modified", "deleted"}),
    "branch": frozenset({"created", "deleted"}),
    "testcaserun": frozenset({"queued", "started", "finished", "skipped"}),
    "testsuiterun": frozenset({"queued", "started", "finished"}),
    "testoutput": frozenset({"published"}),
    "approval": frozenset({"created", "updated", "closed"}),
}
"""Every subject of the vocabulary with what happens to it, also where nothing is made of it."""

OWN: Final[Mapping[str, frozenset[str]]] = {
    "feature": frozenset({"exposed", "linked"}),
    "outcome": frozenset({"measured"}),
}
"""Subjects that the vocabulary lacks, as custom events: `dev.cdeventsx.headwater-feature..`."""


@dataclass(frozen=True, slots=True)
class Event:
    """One CDEvent. `subject` and `predicate` in lower case ("ticket", "created"); `thing` is the
    subject's id, unique within `home`, its source. `custom` is empty unless it is an object.
    `path` is where it stood in what was sent.
    """

    id: str
    source: str
    subject: str
    predicate: str
    at: datetime
    thing: str
    home: str
    content: Given
    custom: Given
    payload: Mapping[str, Any]
    path: str = ""

    def named(self, reference: Given) -> str:
        """What another thing is called in the records: `{id, source}`, or an id of the same
        source.
        """
        if isinstance(reference.value, dict):
            return thing_id(reference.get("source").name_or(self.home), reference.get("id").name())
        text = reference.name_or("")
        return thing_id(self.home, text) if text else ""


def thing_id(home: str, name: str) -> str:
    """An id within a configured source: two tools behind it may count from 1 both."""
    return f"{home} {name}"


def event_of(payload: Any, path: str = "") -> Event:
    """An event as it came; `FieldError` names what is wrong with it, below `path`."""
    given = checked(payload, path).object()
    context, subject = given.get("context").object(), given.get("subject").object()
    version = context.first("specversion", "version")
    if not _VERSION.match(version.name()):
        raise version.wrong("is a version of CDEvents that is not known; send 0.4 or 0.5")
    kind, predicate = _type_of(context.get("type"))
    told = subject.get("type")
    if told.name_or(kind).casefold().removeprefix("headwater-") != kind:
        raise told.wrong(f"does not fit context.type, which is of a {kind}")
    content = subject.get("content")
    if content.value is not None:
        content.object()
    for required in _REQUIRED.get((kind, predicate), ()):
        _deep(content, required).name()
    source = context.get("source").name()
    custom = given.get("customData")
    return Event(
        id=context.get("id").name(),
        source=source,
        subject=kind,
        predicate=predicate,
        at=context.get("timestamp").time(),
        thing=subject.get("id").name(),
        home=subject.get("source").name_or("") or source,
        content=content,
        custom=custom if isinstance(custom.value, dict) else Given({}, custom.path),
        payload=given.value,
        path=path,
    )


def _type_of(given: Given) -> tuple[str, str]:
    own = _OWN_TYPE.match(given.name())
    found, vocabulary = (own, OWN) if own else (_TYPE.match(given.name()), KNOWN)
    if found is None:
        raise given.wrong("is not of the form dev.cdevents.<subject>.<predicate>.<version>")
    subject, predicate, major = found.groups()
    if subject not in vocabulary:
        known = ", ".join(sorted(vocabulary))
        raise given.wrong(f"there is no subject {subject[:50]}; known: {known}")
    if predicate not in vocabulary[subject]:
        known = ", ".join(sorted(vocabulary[subject]))
        raise given.wrong(f"nothing of a {subject} is {predicate[:50]}; known: {known}")
    if major != "0":
        raise given.wrong("is of a major version that is not known")
    return subject, predicate


def _deep(given: Given, path: str) -> Given:
    for name in path.split("."):
        given = given.get(name)
    return given


def agreeing(attribute: Given, told: str) -> None:
    """`FieldError` where the envelope says otherwise than the event inside it."""
    if attribute.value is not None and attribute.name_or("") != told:
        raise FieldError(attribute.path, f"is not that of the event inside, {told[:200]}")
