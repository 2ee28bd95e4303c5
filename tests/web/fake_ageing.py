"""What is in flight in the stream of the bottlenecks: two are over, three more will probably be."""

from __future__ import annotations

from typing import Any

from api.examples_kanban import AGEING

STREAM = "/v1/streams/checkout"
AGES = f"{STREAM}/ageing"
DAY_S = 86_400
_TEAMS = {"Ready": None, "Build": "web", "Test queue": "quality", "Test": "qa"}
_WAITS = ("Ready", "Test queue")


def aged(key: str, **more: Any) -> dict[str, Any]:
    """One that will be late with 62 %."""
    return AGEING["items"][0] | {"key": key, **more}


def _quiet(number: int, stage: str, age_d: float) -> dict[str, Any]:
    """One of which nothing needs to be said."""
    return aged(
        f"SHOP-{number}",
        title=f"Quiet work {number}",
        kind=("feature", "defect", "risk", "debt")[number % 4],
        stage=stage,
        team=_TEAMS[stage],
        waiting=stage in _WAITS,
        age_s=round(age_d * DAY_S),
        pace=0.4,
        breach_p=0.1,
        burn_rate_cents=None,
    )


def items() -> list[dict[str, Any]]:
    """Seventeen, the oldest first; the stages hold 4, 5, 6 and 2."""
    over = {"late": True, "breach_p": 1.0, "pace": 1.0}
    near = {"late": False, "title": "Delivery slots", "pace": 0.88}
    quiet = [("Build", 9), ("Test queue", 8), ("Test", 7), ("Build", 6), ("Test queue", 5),
             ("Build", 5), ("Test queue", 4), ("Ready", 3), ("Ready", 3), ("Ready", 2),
             ("Build", 1), ("Ready", 1)]  # fmt: skip
    return [
        aged("SHOP-380", title="Reviews", age_s=41 * DAY_S, burn_rate_cents=180_000, **over),
        aged("SHOP-412", title="Split payments", age_s=30 * DAY_S, stage="Build", team="web",
             waiting=False, blocked=True, burn_rate_cents=240_000, **over),
        aged("SHOP-399", kind="defect", age_s=14 * DAY_S, burn_rate_cents=None,
             **near | {"breach_p": 0.9}),
        aged("SHOP-500", kind="risk", age_s=13 * DAY_S, burn_rate_cents=120_000),
        aged("SHOP-405", age_s=round(12.5 * DAY_S), stage="Test", team="qa", waiting=False,
             burn_rate_cents=0, pace=0.7, breach_p=0.6),
        *(_quiet(600 + at, stage, age) for at, (stage, age) in enumerate(quiet)),
    ]  # fmt: skip


def zone(stage: str, inside: int, half: float, seventy: float, most: float, nearly: float,
         **more: Any) -> dict[str, Any]:  # fmt: skip
    """The ages at which 42 deliveries left a stage: too few for the last one."""
    return {
        "stage": stage,
        "state": "waiting" if stage in _WAITS else "active",
        "items": inside,
        "n": 42,
        "left_after_d": {"p50": half, "p70": seventy, "p85": most, "p95": None},
        "observed": {"p95": nearly},
        **more,
    }


def ageing() -> dict[str, Any]:
    """The envelope, the zones and the rows."""
    return AGEING | {
        "zones": [
            zone("Ready", 4, 2, 3, 4, 8),
            zone("Build", 5, 5, 7, 9.5, 14),
            zone("Test queue", 6, 6, 9, 12.6, 28),
            zone("Test", 2, 8, 10, 15, 31),
        ],
        "items": items(),
        "total": 17,
    }


def answers() -> dict[str, Any]:
    """By path."""
    return {AGES: ageing()}
