"""Answers of the API written by hand: envelopes, streams and services, with what matters set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

Answer = dict[str, Any]
WINDOW = ["2026-08-23T06:00:00Z", "2026-11-21T06:00:00Z"]
AS_OF = "2026-11-21T06:00:00Z"
HOSTILE = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>'


def envelope(metric: str, value: Answer, **more: Any) -> Answer:
    """An envelope as the API gives it; `more` overrides (unit, n, grade, reasons, interval)."""
    base: Answer = {
        "metric": metric,
        "definition": f"{metric}@1",
        "scope": {"stream": "checkout"},
        "window": WINDOW,
        "as_of": AS_OF,
        "known_at": AS_OF,
        "unit": "d",
        "calendar": "elapsed",
        "value": value,
        "observed": None,
        "interval": None,
        "n": 96,
        "excluded": {},
        "coverage": {"C6": 0.98, "C8": 0.95},
        "watermarks": {"jira": AS_OF},
        "history_back_to": {},
        "grade": "B",
        "reasons": [],
        "explain": f"/v1/streams/checkout/metrics/{metric}/explain",
    }
    return base | more


def times(metric: str, half: float | None, most: float | None, **more: Any) -> Answer:
    return envelope(metric, {"p50": half, "p85": most, "p95": None}, **more)


def cost(week: int | None, low: int = 0, high: int = 0, **more: Any) -> Answer:
    value = {
        "cents": None if week is None else week * 13,
        "per_week_cents": week,
        "burn_rate_cents": week,
        "unvalued": 13,
        "valued": 32,
        "currency": "EUR",
    }
    interval = None if week is None else {"per_week_cents": [low, high]}
    return envelope("delay_cost", value, interval=interval, **more)


def weeks(values: list[float | None]) -> list[Answer]:
    """13 weeks to 16 November 2026; the last one is running."""
    monday = datetime(2026, 11, 16, tzinfo=UTC) - timedelta(weeks=len(values) - 1)
    return [
        {
            "start": (monday + timedelta(weeks=at)).strftime("%Y-%m-%dT00:00:00Z"),
            "end": (monday + timedelta(weeks=at + 1)).strftime("%Y-%m-%dT00:00:00Z"),
            "complete": at < len(values) - 1,
            "n": 0 if value is None else 7,
            "p50": value,
        }
        for at, value in enumerate(values)
    ]


def stages(*days: tuple[str, str, float, float]) -> list[Answer]:
    """Stages as (name, team, days waiting, days active)."""
    return [
        {
            "name": name,
            "team": team,
            "waiting_d": wait,
            "active_d": work,
            "state": "waiting" if wait > work else "active",
        }
        for name, team, wait, work in days
    ]


def stream(name: str, title: str, teams: list[str], **parts: Any) -> Answer:
    """A stream of the overview; `parts` overrides what matters to the test."""
    ratio = {"ratio": 0.18, "numerator_d": 18.0, "denominator_d": 100.0}
    base: Answer = {
        "name": name,
        "title": title,
        "teams": teams,
        "idea_to_release": times("idea_to_release", 41, 79),
        "flow_time": times("flow_time", 20, 40),
        "efficiency": envelope("efficiency", ratio),
        "load": envelope("load", {"now": 45}),
        "velocity": envelope("velocity", {"per_week": 7.4, "count": 96}),
        "delay_cost": cost(3_140_000, 2_010_000, 4_630_000),
        "stages": [],
        "total_d": None,
        "weeks": [],
        "limits": None,
        "grade": "B",
        "reasons": [],
    }
    return base | parts


def share(metric: str, part: int | None, whole: int, **more: Any) -> Answer:
    value = {
        "ratio": None if part is None else part / whole,
        "numerator": part,
        "denominator": whole,
        "pending": 0,
        "pending_failed": 0,
        "strict": None,
        "lenient": None,
    }
    return envelope(metric, value, unit="ratio", **more)


def deployments(week: float | None, count: int, **more: Any) -> Answer:
    value = {
        "per_week": week,
        "count": count,
        "median_gap_h": 40,
        "planned": count,
        "hotfix": 0,
        "rollback": 0,
        "unknown": 0,
        "bucket": "weekly",
    }
    return envelope("deployment_frequency", value | more.pop("value", {}), **more)


def service(name: str, stream_name: str, **parts: Any) -> Answer:
    """A service of the overview; `parts` overrides."""
    base: Answer = {
        "name": name,
        "stream": stream_name,
        "change_lead_time": times("change_lead_time", 31, 60, unit="h", n=412),
        "deployment_frequency": deployments(4.1, 53, value={"hotfix": 2}),
        "recovery_time": times("recovery_time", 1.9, None, unit="h", n=7),
        "change_fail_rate": share("change_fail_rate", 7, 52, interval={"ratio": [0.0667, 0.2525]}),
        "rework_rate": share("rework_rate", 8, 53),
        "grade": "B",
        "reasons": [],
        "missing": None,
    }
    return base | parts
