"""The kinds of sources: how each is opened, and what it offers once connected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from connectors import github, gitlab, jenkins, jira, servicenow
from connectors.budget import Budget, Spent
from connectors.egress import check_url
from connectors.http import SourceClient
from connectors.limits import HOSTS
from connectors.stream import Connection, Wanted
from core.errors import SourceAuthError
from core.source_settings import AnySource


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
    "github": Kind(github.connect, github.open_client_for),
    "jenkins": Kind(jenkins.connect, jenkins.open_client_for),
    "servicenow": Kind(servicenow.connect, servicenow.open_client_for),
}


def open_source(
    source: AnySource, *, sleep: Callable[[float], None], spent: Spent | None = None
) -> SourceClient:
    """The client of a source under the limiter of its host and its own budget, of which `spent` is
    used.

    `SourceError` for an address that is refused, and a token that can't be one; the caller closes
    `client.http`.
    """
    check_url(source.url)
    try:
        client = KINDS[source.kind].open(source, sleep=sleep)
    except UnicodeEncodeError:  # its own words quote the token
        raise SourceAuthError(
            "the token in `auth` has letters that no token has; copy it once more"
        ) from None
    if client.transport is None:
        return client
    client.concurrency = source.concurrency or client.concurrency
    host = client.http.base_url.netloc.decode("ascii")
    client.transport.limiter = HOSTS.limiter(source.kind, host, client.concurrency)
    client.transport.budget = Budget(source.budget.requests_per_hour, spent)
    return client
