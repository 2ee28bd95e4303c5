"""Which role each address needs, in one table. An address that stands here in no line is refused to
all but admins, and a test fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from re import Pattern
from typing import Final

from starlette.routing import compile_path

from core.accounts import ROLES, Role


@dataclass(frozen=True, slots=True)
class Need:
    """role: None for everybody, signed in or not. writes: what is done is noted in the audit log.
    everywhere: it tells nothing of single streams, so that a token for single streams may ask, too.
    """

    role: Role | None
    writes: bool = False
    everywhere: bool = False


OPEN: Final = """
GET /healthz
GET /readyz
GET /static/{path:path}
GET /favicon.ico
GET /signin
POST /signin
GET /signin/oidc
GET /signin/callback
POST /v1/hooks/{source}
POST /v1/hooks/{source}/{secret}
POST /v1/events
"""
"""Files of the pages, which hold no data; and what brings a secret of its own: the sources'."""

VIEWER: Final = """
GET /
GET /map
GET /flow
GET /goals
GET /ageing
GET /bottlenecks
GET /dora
GET /failures
GET /forecast
GET /journey
GET /delay-cost
GET /value
GET /lab
GET /improvements
GET /quality
GET /connectors
GET /definitions
GET /admin
GET /alerts
GET /metrics
GET /v1/overview
GET /v1/overview/explain
GET /v1/streams
GET /v1/items
GET /v1/items/{key}/journey
GET /v1/items/{key}/outcomes
GET /v1/services
GET /v1/services/{name}/dora
GET /v1/services/{name}/incidents
GET /v1/services/{name}/metrics/{slug}
GET /v1/services/{name}/metrics/{slug}/explain
GET /v1/change-requests/{number}
GET /v1/incidents/{number}
GET /v1/alerts
GET /v1/sources
GET /v1/sources/{name}
GET /v1/quality
GET /v1/quality/coverage
GET /v1/quality/unlinked
GET /v1/quality/unlinked/summary
GET /v1/quality/agreement
GET /v1/quality/clock-skew
GET /v1/quality/audit
GET /v1/changes
GET /v1/stream
GET /v1/exports
GET /v1/exports/{table}
GET /v1/definitions/changes
GET /v1/restatements
GET /v1/verdicts
GET /v1/values
GET /v1/mappings
GET /v1/mappings/unmapped
GET /v1/scenarios
GET /v1/scenarios/{number}
GET /v1/scenarios/{number}/verdict
GET /v1/improvements
GET /v1/improvements/{number}
POST /v1/sequences
POST /v1/mappings/preview
POST /v1/streams/{name}/lab
POST /v1/streams/{name}/map/compare
GET /v1/streams/{name}
GET /v1/streams/{name}/metrics/{slug}
GET /v1/streams/{name}/metrics/{slug}/explain
GET /v1/streams/{name}/stages
GET /v1/streams/{name}/stages/explain
GET /v1/streams/{name}/map
GET /v1/streams/{name}/map.svg
GET /v1/streams/{name}/map/explain
GET /v1/streams/{name}/map/steps/{step}
GET /v1/streams/{name}/edges
GET /v1/streams/{name}/rework
GET /v1/streams/{name}/handoffs
GET /v1/streams/{name}/findings
GET /v1/streams/{name}/findings/explain
GET /v1/streams/{name}/delay-cost
GET /v1/streams/{name}/delay-cost/explain
GET /v1/streams/{name}/delay-cost/items
GET /v1/streams/{name}/sequence
GET /v1/streams/{name}/cfd
GET /v1/streams/{name}/cfd/explain
GET /v1/streams/{name}/run-chart
GET /v1/streams/{name}/metrics/{slug}/xmr
GET /v1/streams/{name}/forecasts/when
GET /v1/streams/{name}/forecasts/how-many
GET /v1/streams/{name}/forecasts/calibration
GET /v1/streams/{name}/forecasts/queue
GET /v1/streams/{name}/forecasts/queue/explain
GET /v1/streams/{name}/forecasts/queue/calibration
GET /v1/streams/{name}/forecasts/queue/{key:path}
GET /v1/streams/{name}/littles-law
GET /v1/streams/{name}/littles-law/explain
GET /v1/streams/{name}/ageing
GET /v1/streams/{name}/ageing/explain
GET /v1/streams/{name}/sle
GET /v1/streams/{name}/sle/explain
GET /v1/streams/{name}/teams
GET /v1/streams/{name}/teams/explain
GET /v1/streams/{name}/blocked
GET /v1/streams/{name}/blocked/explain
GET /v1/streams/{name}/predictability
GET /v1/streams/{name}/predictability/explain
GET /v1/streams/{name}/unexposed
GET /v1/streams/{name}/questions
GET /v1/streams/{name}/discards
GET /v1/streams/{name}/dora
GET /v1/streams/{name}/dora/{slug}/explain
GET /v1/streams/{name}/lab
GET /v1/streams/{name}/standard
GET /v1/streams/{name}/standard.md
GET /v1/streams/{name}/standard/drift
GET /v1/streams/{name}/report
GET /v1/streams/{name}/report.md
GET /v1/streams/{name}/report.html
"""
"""Who may look; and ask what is too long for an address, of which nothing is kept."""

EVERYWHERE: Final = """
GET /docs
GET /docs/style.css
GET /v1/openapi.json
GET /v1/account
POST /signout
GET /v1/dora/context
GET /v1/definitions
GET /v1/definitions/{definition}
"""
"""Who may look, also by a token for single streams: it tells of no stream at all."""

ANALYST: Final = """
POST /v1/verdicts
DELETE /v1/verdicts/{number}
POST /v1/values
DELETE /v1/values/{key}
POST /v1/scenarios
POST /v1/improvements
POST /v1/improvements/{number}/start
POST /v1/improvements/{number}/log
POST /v1/improvements/{number}/stop
POST /v1/improvements/{number}/adopt
"""
"""Who may say something that is kept."""

ADMIN: Final = """
GET /v1/audit-log
GET /v1/sources/{name}/credentials
GET /v1/tokens
"""
"""Who may see who did what, which tokens there are, and how the sources sign in."""

ADMIN_WRITES: Final = """
POST /v1/tokens
DELETE /v1/tokens/{token_id}
POST /v1/privacy/erase
POST /v1/sources/{name}/again
"""
"""Who may let others in, erase a person, and have a project read again."""


def _table() -> dict[str, Need]:
    told = {
        Need(None, everywhere=True): OPEN,
        Need("viewer"): VIEWER,
        Need("viewer", everywhere=True): EVERYWHERE,
        Need("analyst", writes=True): ANALYST,
        Need("admin"): ADMIN,
        Need("admin", writes=True): ADMIN_WRITES,
    }
    return {line: need for need, lines in told.items() for line in lines.split("\n") if line}


NEEDS: Final = _table()
"""By method and path as the application has them."""


def _rank(need: Need) -> tuple[int, bool]:
    return (-1 if need.role is None else ROLES.index(need.role), not need.everywhere)


def _patterns() -> list[tuple[str, Pattern[str], Need]]:
    told = [(line.partition(" "), need) for line, need in NEEDS.items()]
    return [(method, compile_path(path)[0], need) for (method, _, path), need in told]


_PATTERNS: Final = _patterns()


@lru_cache(maxsize=4096)
def need_of(method: str, path: str) -> Need | None:
    """What an address needs; where several lines fit, the strictest. None where none does."""
    asked = "GET" if method == "HEAD" else method
    fitting = [need for way, regex, need in _PATTERNS if way == asked and regex.match(path)]
    return max(fitting, key=_rank, default=None)


@lru_cache(maxsize=4096)
def template_of(method: str, path: str) -> str | None:
    """The path of the line that an address falls under, with the least left open; None for none.

    What was found is kept: hand in no more of an address than is needed.
    """
    asked = "GET" if method == "HEAD" else method
    lines = [line.partition(" ")[2] for line in NEEDS]
    fitting = [
        line
        for line, (way, regex, _) in zip(lines, _PATTERNS, strict=True)
        if way == asked and regex.match(path)
    ]
    return min(fitting, key=lambda line: line.count("{"), default=None)


def stream_of(path: str) -> str | None:
    """The value stream of which an address tells, and of no other; None where it is not one."""
    parts = path.split("/")
    within = len(parts) > 3 and parts[1:3] == ["v1", "streams"]
    return parts[3] if within else None
