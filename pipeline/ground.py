"""What every link rests on besides the records: when it changes, all are made anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Any

import orjson
import pandas as pd
from sqlalchemy.orm import Session

from core.settings import Settings
from correlator.rules import RULES
from pipeline.evidence import Known, read_paths
from store import frames

_VERSION = 2
"""Raised where a rule finds other links in the same records than it did before."""


def ground_of(session: Session, settings: Settings, known: Known) -> str:
    """A digest of the rules, the projects and repositories known, the tags, the parts of
    repositories that are read, and what of the configuration decides about links.
    """
    repositories = frames.repositories(session)
    places = dict(_rows(repositories, "repository_id", "path"))
    tags = _rows(frames.tags(session), "repository_id", "kind", "name", "sha", "ts")
    told = [
        _VERSION,
        [(rule.name, rule.confidence) for rule in RULES],
        [(source.name, source.kind, source.url) for source in settings.sources],
        [service.model_dump(mode="json") for service in settings.services],
        sorted(frames.projects(session)["key"].tolist()),
        sorted({key.rpartition("-")[0] for key in known.former_keys}),
        known.has_issues,
        _in_order(_rows(repositories, "path", "url", "remotes")),
        _in_order((places[home], *tag) for home, *tag in tags),
        sorted(read_paths(session)),
        settings.dora.model_dump(mode="json"),
    ]
    return blake2b(orjson.dumps(told), digest_size=16).hexdigest()


def _rows(frame: pd.DataFrame, *names: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(frame[name].tolist() for name in names), strict=True)


def _in_order(rows: Iterable[Sequence[Any]]) -> list[list[str]]:
    """Alike in whatever order the rows came."""
    return sorted([str(value) for value in row] for row in rows)
