"""What the configuration asks of connectors, and a mark that changes with it."""

from __future__ import annotations

from dataclasses import asdict, replace
from hashlib import blake2b

import orjson

from connectors.stream import Wanted
from core.settings import Settings
from core.source_settings import AnySource

_ASKS_THE_SAME = {"name", "url", "auth", "every", "concurrency", "budget", "hooks"}


def wanted_of(settings: Settings) -> Wanted:
    """What the streams and people of the configuration ask of connectors."""
    blocked = [stream.blocked for stream in settings.streams]
    return Wanted(
        flag_fields=frozenset(rule.field for rule in blocked if rule.field)
        or frozenset(["Flagged"]),
        value_field=settings.cost_of_delay.field,
        blocking_labels=frozenset(label for rule in blocked for label in rule.labels),
        blocking_links=frozenset(kind for rule in blocked for kind in rule.links),
        bots=settings.people.bots,
        paths=_paths_of(settings),
    )


def _paths_of(settings: Settings) -> dict[str, tuple[str, ...]]:
    """By repository the parts of it that services are, each once, in order."""
    found: dict[str, set[str]] = {}
    for service in settings.services:
        if "**" not in service.paths:
            for repository in service.repositories:
                found.setdefault(repository, set()).update(service.paths)
    return {repository: tuple(sorted(paths)) for repository, paths in found.items()}


def fingerprint(source: AnySource, wanted: Wanted) -> str:
    """Changes with whatever decides what is asked of the source and what a payload means; which
    parts of repositories are told apart is in the cursor of their own stream.
    """
    settings = source.model_dump(mode="json", exclude=_ASKS_THE_SAME)
    told = asdict(replace(wanted, paths={}))
    names = {name: sorted(value) for name, value in told.items() if name != "paths"}
    text = orjson.dumps([settings, names], option=orjson.OPT_SORT_KEYS)
    return blake2b(text, digest_size=8).hexdigest()
