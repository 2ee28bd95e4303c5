"""The addresses that every application of a process answers under, and the routes behind them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from fastapi import APIRouter, Depends
from starlette.routing import BaseRoute

from api.asking import each_once
from api.documented import COMMON
from api.routes import (
    account,
    alerts,
    changes,
    charts,
    definitions,
    delay_cost,
    desk,
    discards,
    dora,
    events,
    exports,
    findings,
    forecasts,
    health,
    hooks,
    improvements,
    items,
    kanban,
    lab,
    mappings,
    maps,
    metrics,
    monitoring,
    objectives,
    overview,
    privacy,
    quality,
    questions,
    reports,
    restatements,
    sequences,
    services,
    sources,
    standards,
    teams,
    tokens,
    value,
    values,
    verdicts,
)


@cache
def addresses() -> Sequence[BaseRoute]:
    """The routes, put together once: what each takes is worked out when it is first looked at, and
    kept with it. Nobody changes them; what an application answers with comes from its state.
    """
    every = APIRouter(dependencies=[Depends(each_once)], strict_content_type=True)
    for module in (
        overview, metrics, maps, findings, delay_cost, charts, forecasts, kanban, teams, objectives,
        items, services, dora, value, desk, sources, changes, quality, definitions,
    ):  # fmt: skip
        every.include_router(module.router, prefix="/v1", responses=COMMON)
    every.include_router(changes.line, prefix="/v1")
    every.include_router(restatements.router, prefix="/v1", responses=COMMON)
    every.include_router(discards.router, prefix="/v1", responses=COMMON)
    every.include_router(questions.router, prefix="/v1", responses=COMMON)
    every.include_router(exports.router, prefix="/v1", responses=COMMON)
    every.include_router(alerts.router, prefix="/v1", responses=COMMON)
    every.include_router(services.streams, prefix="/v1", responses=COMMON)
    every.include_router(lab.streams, prefix="/v1", responses=COMMON)
    every.include_router(standards.router, prefix="/v1", responses=COMMON)
    every.include_router(reports.router, prefix="/v1", responses=COMMON)
    for pushed in (hooks, events):
        every.include_router(pushed.router, prefix="/v1")
    every.include_router(verdicts.router, prefix="/v1")
    every.include_router(values.router, prefix="/v1")
    every.include_router(sequences.router, prefix="/v1")
    every.include_router(mappings.router, prefix="/v1")
    every.include_router(lab.previews, prefix="/v1")
    every.include_router(lab.router, prefix="/v1")
    every.include_router(improvements.router, prefix="/v1")
    every.include_router(maps.sent_maps, prefix="/v1")
    every.include_router(account.router, prefix="/v1")
    every.include_router(tokens.router, prefix="/v1")
    every.include_router(sources.asked, prefix="/v1")
    every.include_router(privacy.router, prefix="/v1")
    every.include_router(health.router, responses={503: COMMON[503]})
    every.include_router(monitoring.router, responses={one: COMMON[one] for one in (422, 503)})
    return tuple(every.routes)
