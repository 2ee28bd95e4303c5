"""Webhooks of each kind of source: how a delivery is verified, named, and what it hints at.

A delivery is never taken as the truth: vendors cut payloads and promise no order. It says which
stream and scope to look at again, and names the things by the ids that the stream gives them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from connectors import hook_signatures, hooks_code, hooks_tracker
from connectors.hook_signatures import Delivery, Verify
from connectors.hooks_told import Told

Read = Callable[[str, Mapping[str, Any]], Told]
"""(event as the headers name it, payload): what it hints at; raises as a `parse` does."""


@dataclass(frozen=True, slots=True)
class Hook:
    """event: the headers that name the kind of event, the first that is there counts. delivery:
    those that name the delivery, the same on a repetition. by_body: where they are missing, the
    same body is a repetition; not where the start and the end of a thing may be told in one.
    """

    verify: Verify
    read: Read
    event: tuple[str, ...] = ()
    delivery: tuple[str, ...] = ()
    by_path: bool = False
    by_body: bool = True

    def event_of(self, delivery: Delivery) -> str:
        return _first(delivery, self.event)[:200]

    def id_of(self, delivery: Delivery) -> str:
        """Where a vendor names no delivery, what was sent names it: a repetition is the same."""
        named = _first(delivery, self.delivery)
        if named and len(named) <= 200:
            return named
        if not self.by_body:
            return f"once:{uuid4().hex}"
        digest = hashlib.sha256(delivery.body)
        digest.update(self.event_of(delivery).encode("utf-8", "surrogateescape"))
        return f"sha256:{digest.hexdigest()}"


def _first(delivery: Delivery, names: tuple[str, ...]) -> str:
    found = (delivery.header(name) for name in names)
    text = next((value for value in found if value), "")
    return text if text.isprintable() else ""


HOOKS: dict[str, Hook] = {
    "jira": Hook(
        hook_signatures.jira,
        hooks_tracker.jira,
        delivery=("x-atlassian-webhook-identifier",),
    ),
    "gitlab": Hook(
        hook_signatures.gitlab,
        hooks_code.gitlab,
        event=("x-gitlab-event",),
        delivery=("webhook-id", "idempotency-key", "x-gitlab-event-uuid"),
    ),
    "github": Hook(
        hook_signatures.github,
        hooks_code.github,
        event=("x-github-event",),
        delivery=("x-github-delivery",),
    ),
    "jenkins": Hook(hook_signatures.jenkins, hooks_tracker.jenkins, by_path=True, by_body=False),
}
