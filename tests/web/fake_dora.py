"""What DORA and Failures read: service web with everything, service docs without a service desk,
and both pooled as the stream Checkout.

Of web 53 deployments, 52 judged of which 7 failed, 9 with suspicion; nothing moved in 13 weeks.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from metrics.survey import CAUTIONS
from tests.web.fake_deliveries import commits, deployments, incidents, requests
from tests.web.fake_envelopes import AS_OF, envelope, weeks

Answer = dict[str, Any]
WEB, DOCS, POOLED = "/v1/services/web", "/v1/services/docs", "/v1/streams/checkout"
RATE_ROWS = f"{WEB}/metrics/change_fail_rate/explain"
INCIDENTS = f"{WEB}/incidents"
STEADY = [30.0, 34, 28, 36, 31, 38, 32, 35, 40, 33, 36, 35, 33]
NO_DESK = "no incident source for this service"
LINE = 'configuration_items = ["docs"]'


def course(values: list[float | None], key: str, **beside: Any) -> list[Answer]:
    """Weeks with a value under `key`, the last one running."""
    return [
        {**{name: one for name, one in week.items() if name != "p50"}, key: week["p50"], **beside}
        for week in weeks(values)
    ]


def limits(mean: float, lower: float, upper: float) -> Answer:
    return {"mean": mean, "lower": lower, "upper": upper}


def told(slug: str, value: Answer, **more: Any) -> Answer:
    """An envelope of a service."""
    own = {
        "scope": {"service": "web"},
        "unit": "h",
        "observed": {},
        "interval": {},
        "series": [],
        "limits": None,
        "breaks": [],
        "watermarks": {"gitlab": AS_OF, "snow": AS_OF},
        "coverage": {"C3": 0.83, "C5": 0.9},
        "explain": f"{WEB}/metrics/{slug}/explain",
    }
    return envelope(slug, value, **{**own, **more})


def times(slug: str, half: float | None, most: float | None, **more: Any) -> Answer:
    return told(slug, {"p50": half, "p85": most, "p95": None}, **more)


def share(slug: str, part: int, lenient: int, whole: int, **more: Any) -> Answer:
    value = {
        "ratio": part / whole,
        "strict": part / whole,
        "lenient": lenient / whole,
        "numerator": part,
        "denominator": whole,
        "numerator_lenient": lenient,
        **more.pop("value", {}),
    }
    return told(slug, value, **{"unit": "ratio", "n": whole, **more})


def _cycle() -> Answer:
    value: Answer = {"p50": 52.0, "p85": 130.0, "p95": None, "all_known": 40}
    halves = {"coding": 9.0, "pickup": 6.0, "review": 14.0, "deploy": 20.0}
    shares = {"coding": 0.2, "pickup": 0.1, "review": 0.24, "deploy": 0.46}
    for name, half in halves.items():
        value |= {f"{name}_p50": half, f"{name}_p85": half * 3, f"{name}_known": 48}
        value[f"{name}_share"] = shares[name]
    value |= {"pickup_p50": None, "pickup_p85": None, "pickup_known": 3, "pickup_no_review": 45}
    spread = {"deploy_p50": [16.0, 26.0]}
    return told(
        "delivery_cycle", value, n=48, interval=spread, reasons=["pickup unknown: 45 of 48"]
    )


def web() -> Answer:
    """The five, the variants, and where they fall in the survey."""
    often = {
        "count": 53, "per_week": 4.1, "median_gap_h": 38.0, "deploy_days_per_week": 3.0,
        "planned": 45, "hotfix": 5, "rollback": 3, "unknown": 0, "kind_unknown_share": 0.0,
        "failed_before_production": 1, "bucket": "daily",
    }  # fmt: skip
    found = {
        "change_lead_time": times(
            "change_lead_time", 31.0, 100.8, n=412, interval={"p50": [26.0, 38.0]},
            series=course([*STEADY], "p50"), limits=limits(34.0, 22.0, 46.0), reasons=["C3<0.9"],
        ),
        "change_lead_time_by_change": times("change_lead_time_by_change", 47.0, 110.0, n=48),
        "merge_to_deploy": times("merge_to_deploy", 20.0, 60.0, n=48),
        "delivery_cycle": _cycle(),
        "deployment_frequency": told(
            "deployment_frequency", often, unit="deployments", n=53,
            series=course([5, 4, 5, 4, 3, 4, 4, 5, 3, 4, 3, 4, 1], "count"),
            limits=limits(4.0, 1.6, 6.4), grade="A",
        ),
        "recovery_time": times(
            "recovery_time", 1.9, None, n=7, excluded={"open": 1}, observed={"p85": 29.0},
            grade="C", reasons=["n<19", "p85 withheld: n<19"], interval={"p50": [0.4, 29.0]},
        ),
        "detect_to_restore": times(
            "detect_to_restore", None, None, n=3, grade="D", observed={"p50": 1.2},
            reasons=["withheld: n<5"],
        ),
        "change_fail_rate": share(
            "change_fail_rate", 7, 9, 52, value={"pending": 2, "pending_failed": 1, "rollbacks": 3},
            interval={"ratio": [0.0667, 0.2525], "lenient": [0.0938, 0.2987]},
            series=course([0.2, 0, 0.2, 0, 0.3, 0, 0.2, 0.2, 0, 0.25, 0, 0.25, None], "ratio",
                          numerator=1, denominator=4),
            limits=limits(0.13, -0.2, 0.55),
        ),
        "deployment_rework_rate": share(
            "deployment_rework_rate", 8, 10, 53, value={"kind_unknown_share": 0.04},
            interval={"ratio": [0.0787, 0.2706], "lenient": [0.1059, 0.3144]},
        ),
    }  # fmt: skip
    return {"service": "web", **found, **_beside(), "missing": None}


def _beside() -> Answer:
    answers = [
        "less than one day",
        "between one day and one week",
        "between one week and one month",
    ]
    place = {
        "metric": "change_lead_time", "compared": "p50", "value": 31.0, "year": 2024,
        "answer": answers[1], "source": "benchmarks.json (secondary)", "answers": answers,
        "reason": None,
    }  # fmt: skip
    unplaced = place | {
        "metric": "deployment_rework_rate", "compared": "ratio", "value": 0.15, "year": None,
        "answer": None, "source": None, "answers": [],
        "reason": "no edition told answers for this metric",
    }  # fmt: skip
    return {
        "observation_window_h": 72.0,
        "incident_window_h": 24.0,
        "context": [place, unplaced],
        "cautions": [*CAUTIONS],
    }


UNWATCHED = (
    "recovery_time",
    "detect_to_restore",
    "change_fail_rate",
    "deployment_rework_rate",
)


def docs() -> Answer:
    """The same without a service desk."""
    found = web()
    for slug in UNWATCHED:
        none = dict.fromkeys(found[slug]["value"])
        more = {"n": 0, "grade": "D", "reasons": [NO_DESK], "interval": {}, "observed": {}}
        found[slug] |= {"value": none, "excluded": {}, "series": [], "limits": None, **more}
    missing = {"what": NO_DESK, "line": LINE}
    return found | {"service": "docs", "missing": missing}


def pooled() -> Answer:
    found = {name: one for name, one in web().items() if name not in ("service", "missing")}
    return {**found, "stream": "checkout", "services": ["web", "docs"], "unwatched": ["docs"]}


def answers() -> Answer:
    """Every address that both pages read, of both services and of the pool."""
    slugs = [slug for slug, one in web().items() if isinstance(one, dict) and "metric" in one]
    lists = {slug: deployments() for slug in slugs} | {
        "change_lead_time": commits(),
        "change_lead_time_by_change": requests(),
        "delivery_cycle": requests(),
        "merge_to_deploy": requests(),
    }
    rows = [
        {"name": "web", "repositories": ["shop/web"], "missing": None},
        {"name": "docs", "repositories": ["shop/docs"], "missing": docs()["missing"]},
    ]
    found: Answer = {
        "/v1/services": {"items": rows, "next": None},
        f"{WEB}/dora": web(),
        f"{DOCS}/dora": docs(),
        f"{POOLED}/dora": pooled(),
        INCIDENTS: {"items": incidents(), "next": None},
        f"{DOCS}/incidents": {"items": [], "next": None},
    }
    for slug, told_rows in lists.items():
        found[f"{WEB}/metrics/{slug}/explain"] = told_rows
        found[f"{POOLED}/dora/{slug}/explain"] = told_rows
        found[f"{DOCS}/metrics/{slug}/explain"] = told_rows | {
            "included": [],
            "excluded": [],
            "n": 0,
        }
    return deepcopy(found)
