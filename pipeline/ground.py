"""What every link rests on besides the records: when it changes, all are made anew."""

from __future__ import annotations

from hashlib import blake2b

import orjson
from sqlalchemy.orm import Session

from core.settings import Settings
from correlator.rules import RULES
from pipeline.evidence import read_paths
from store import frames
from store.neighbours import former_keys, has_issues

_VERSION = 1
"""Raised where a rule finds other links in the same records than it did before."""


def ground_of(session: Session, settings: Settings) -> str:
    """A digest of the rules, the projects and repositories known, the tags, the parts of
    repositories that are read, and what of the configuration decides about links.
    """
    repositories = frames.repositories(session)[
        ["repository_id", "source_id", "path", "url", "remotes"]
    ]
    refs = frames.refs(session)
    tags = refs[refs["kind"] != "branch"][["repository_id", "kind", "name", "sha", "ts"]]
    told = [
        _VERSION,
        [(rule.name, rule.confidence) for rule in RULES],
        [(source.name, source.kind, source.url) for source in settings.sources],
        [service.model_dump(mode="json") for service in settings.services],
        sorted(frames.projects(session)["key"]),
        sorted({key.rpartition("-")[0] for key in former_keys(session)}),
        has_issues(session),
        repositories.to_numpy().tolist(),
        tags.to_numpy().tolist(),
        sorted(read_paths(session)),
        settings.dora.model_dump(mode="json"),
    ]
    return blake2b(orjson.dumps(told), digest_size=16).hexdigest()
