"""The DORA metrics of a stream: its services pooled into one distribution and one ratio, never an
average of their own numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from core.errors import NotFoundError
from core.frames import NONE
from core.settings import Service, Settings
from metrics.survey import CAUTIONS
from pipeline.breaks import of_deliveries
from pipeline.explain_delivery import explain_service
from pipeline.question import Question
from pipeline.service_answers import Place, delivery_metric, watched
from pipeline.service_measures import (
    DORA_SLUGS,
    NEEDS_INCIDENTS,
    has_incidents,
    metric_named,
)
from pipeline.snapshot import ServiceFacts, Snapshot, StreamFacts
from pipeline.stream_answers import services_of
from pipeline.survey_answers import context_of

Answer = dict[str, Any]


@dataclass(frozen=True)
class Pool:
    """facts: of all services together. watched: of those whose incidents some source tells.
    unwatched: the names of the others.
    """

    facts: ServiceFacts
    watched: ServiceFacts
    unwatched: Sequence[str]

    def of(self, slug: str) -> ServiceFacts:
        """What the metric is computed from."""
        return self.watched if slug in NEEDS_INCIDENTS else self.facts


def pool_of(snapshot: Snapshot, settings: Settings, stream: StreamFacts) -> Pool:
    """The deliveries of the services of a stream, each counted under its service; `NotFoundError`
    where it has none.
    """
    services = services_of(snapshot, stream)
    if not services and stream.config.services:
        missing = ", ".join(stream.config.services)
        raise NotFoundError(
            f'nothing is stored of the services that deliver "{stream.config.name}": {missing}'
        )
    if not services:
        raise NotFoundError(
            f'no service delivers the stream "{stream.config.name}"; add services = [".."] to it'
        )
    watched = [one for one in services if has_incidents(settings, one)]
    names = [one.config.name for one in services if not has_incidents(settings, one)]
    facts = _pooled(stream, services)
    return Pool(facts, _pooled(stream, watched) if watched else facts, names)


def stream_dora(
    snapshot: Snapshot, settings: Settings, stream: StreamFacts, asked: Question
) -> Answer:
    """An envelope each. Services without a source of incidents are left out where incidents
    matter, and named in the reasons.
    """
    pool = pool_of(snapshot, settings, stream)
    names = [one.config.name for one in services_of(snapshot, stream)]
    found = {slug: _metric(snapshot, settings, stream, pool, slug, asked) for slug in DORA_SLUGS}
    return {
        "stream": stream.config.name,
        "services": names,
        "unwatched": list(pool.unwatched),
        **found,
        **watched(pool.facts),
        "context": context_of(found),
        "cautions": [*CAUTIONS],
    }


def pooled_metric(
    snapshot: Snapshot, settings: Settings, stream: StreamFacts, slug: str, asked: Question
) -> Answer:
    """One of them."""
    pool = pool_of(snapshot, settings, stream)
    return _metric(snapshot, settings, stream, pool, slug, asked)


def explain_stream_dora(
    session: Session,
    snapshot: Snapshot,
    settings: Settings,
    stream: StreamFacts,
    slug: str,
    asked: Question,
) -> Answer:
    """The commits, merge requests or deployments of all its services behind a metric."""
    pool = pool_of(snapshot, settings, stream)
    return explain_service(session, settings, pool.of(metric_named(slug)), slug, asked)


def _metric(
    snapshot: Snapshot,
    settings: Settings,
    stream: StreamFacts,
    pool: Pool,
    slug: str,
    asked: Question,
) -> Answer:
    name = stream.config.name
    place = Place({"stream": name}, f"/v1/streams/{name}/dora/{slug}/explain")
    body = delivery_metric(snapshot, settings, pool.of(slug), slug, asked, place)
    if slug in NEEDS_INCIDENTS and pool.unwatched and pool.watched is not pool.facts:
        body["reasons"] = [*body["reasons"], _left_out(pool.unwatched)]
    return body


def _left_out(names: Sequence[str]) -> str:
    return f"left out for want of a source of incidents: {', '.join(names)}"


def _pooled(stream: StreamFacts, services: Sequence[ServiceFacts]) -> ServiceFacts:
    items = tuple(item for one in services for item in one.config.configuration_items)
    return ServiceFacts(
        NONE,
        Service(name=stream.config.name, configuration_items=items),
        changes=pd.concat([one.changes for one in services], ignore_index=True),
        deployments=pd.concat([one.deployments for one in services], ignore_index=True),
        incidents=pd.concat([one.incidents for one in services], ignore_index=True),
        requests=pd.concat([one.requests for one in services], ignore_index=True),
        dora=services[0].dora,
        breaks=of_deliveries(stream.breaks),
    )
