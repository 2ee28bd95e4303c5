"""The kinds of sources: how each is opened, and what it offers once connected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from connectors import gitlab, jenkins, jira, servicenow
from connectors.http import SourceClient
from connectors.stream import Connection, Wanted


class Open(Protocol):
    """Makes the client of a source, whose pauses go through `sleep`."""

    def __call__(self, source: Any, *, sleep: Callable[[float], None]) -> SourceClient: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """connect: `(client, source, wanted)`. open: the caller closes `client.http`.

    The source is the settings class of the kind, which the discriminator of the settings ensures.
    """

    connect: Callable[[SourceClient, Any, Wanted], Connection]
    open: Open


KINDS = {
    "jira": Kind(jira.connect, jira.open_client_for),
    "gitlab": Kind(gitlab.connect, gitlab.open_client_for),
    "jenkins": Kind(jenkins.connect, jenkins.open_client_for),
    "servicenow": Kind(servicenow.connect, servicenow.open_client_for),
}
