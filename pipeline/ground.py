"""What every link rests on besides the records: when it changes, all are made anew."""

from __future__ import annotations

from hashlib import blake2b

import orjson
import pandas as pd
from sqlalchemy.orm import Session

from core.settings import Settings
from correlator.rules import RULES
from pipeline.evidence import read_paths
from store import frames
from store.neighbours import former_keys, has_issues

_VERSION = 2
"""Raised where a rule finds other links in the same records than it did before."""


def ground_of(session: Session, settings: Settings) -> str:
    """A digest of the rules, the projects and repositories known, the tags, the parts of
    repositories that are read, and what of the configuration decides about links.
    """
    repositories = frames.repositories(session)
    places = repositories.set_index("repository_id")["path"]
    refs = frames.refs(session)
    tags = refs[refs["kind"] != "branch"]
    tags = tags.assign(repository=tags["repository_id"].map(places))
    told = [
        _VERSION,
        [(rule.name, rule.confidence) for rule in RULES],
        [(source.name, source.kind, source.url) for source in settings.sources],
        [service.model_dump(mode="json") for service in settings.services],
        sorted(frames.projects(session)["key"]),
        sorted({key.rpartition("-")[0] for key in former_keys(session)}),
        has_issues(session),
        _sorted_rows(repositories[["path", "url", "remotes"]]),
        _sorted_rows(tags[["repository", "kind", "name", "sha", "ts"]]),
        sorted(read_paths(session)),
        settings.dora.model_dump(mode="json"),
    ]
    return blake2b(orjson.dumps(told), digest_size=16).hexdigest()


def _sorted_rows(frame: pd.DataFrame) -> list[list[str]]:
    """Alike whatever ids the rows have, and in whatever order they came."""
    return sorted([str(value) for value in row] for row in frame.to_numpy(object).tolist())
