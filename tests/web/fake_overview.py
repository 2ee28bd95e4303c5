"""The overview of the fake company: five streams, four services, thin data and missing data."""

from __future__ import annotations

from tests.web.fake_envelopes import (
    AS_OF,
    WINDOW,
    Answer,
    cost,
    deployments,
    envelope,
    service,
    share,
    stages,
    stream,
    times,
    weeks,
)


def _checkout() -> Answer:
    return stream(
        "checkout",
        "Checkout",
        ["QA", "Web", "Design", "Product"],
        stages=stages(
            ("Ideas", "Product", 9.2, 0),
            ("Analysis", "Product", 0, 2.0),
            ("Design", "Design", 4.6, 0.7),
            ("Build", "Web", 4.0, 3.0),
            ("Review", "Web", 1.6, 0.3),
            ("Test", "QA", 10.7, 1.4),
            ("Approval", "Ops", 3.5, 0.2),
            ("Release", "Web", 3.3, 0.2),
        ),
        total_d=44.7,
        limits={"mean": 38, "lower": 30, "upper": 44},
        weeks=weeks([36, 37.5, 35.6, 36.8, 35, 36.4, 41, 40.4, 43.5, 41, 43, 45.1, 40]),
        reasons=["17 % of Checkout deployments lack commits"],
    )


def _fulfilment() -> Answer:
    return stream(
        "fulfilment",
        "Fulfilment",
        ["Warehouse", "Platform"],
        idea_to_release=times("idea_to_release", 58, 100),
        efficiency=envelope(
            "efficiency", {"ratio": 0.14, "numerator_d": 9.0, "denominator_d": 64.0}
        ),
        load=envelope("load", {"now": 61}),
        velocity=envelope("velocity", {"per_week": 4.9, "count": 64}),
        delay_cost=cost(1_400_000, 800_000, 2_400_000),
        total_d=65.0,
        stages=stages(
            ("Ideas", "Product", 18, 2),
            ("Ready", "", 4, 0.8),
            ("Build", "Platform", 9.3, 4),
            ("Test", "Warehouse", 10, 1),
            ("Approval", "Ops", 12.6, 0.2),
            ("Release", "", 2.9, 0.2),
        ),
        limits={"mean": 58, "lower": 52, "upper": 64},
        weeks=weeks([59, 57, 60, 58, 56, 58.5, 60.5, 57.5, 56.5, 59, 58, 57.4, 60]),
    )


def _search() -> Answer:
    return stream(
        "search",
        "Search and browse",
        ["Discovery"],
        idea_to_release=times("idea_to_release", 22, 45, grade="A", n=140),
        efficiency=envelope(
            "efficiency", {"ratio": 0.28, "numerator_d": 7.0, "denominator_d": 25.0}, grade="A"
        ),
        load=envelope("load", {"now": 38}),
        velocity=envelope("velocity", {"per_week": 9.3, "count": 121}),
        delay_cost=cost(980_000, 610_000, 1_500_000, grade="A"),
        total_d=25.0,
        grade="A",
        stages=stages(
            ("Ideas", "Discovery", 6, 1.4),
            ("Ready", "", 2.1, 0.5),
            ("Build", "Discovery", 3, 3.1),
            ("Review", "Discovery", 2.8, 0.4),
            ("Test", "Discovery", 2, 0.8),
            ("Release", "", 1.5, 0.2),
        ),
        limits={"mean": 22, "lower": 19, "upper": 25},
        weeks=weeks([22.5, 21.9, 23, 22.1, 21.5, 22.3, 22.7, 21.7, 22.1, 21.3, 22.5, 21.9, 22.3]),
    )


def _loyalty() -> Answer:
    return stream(
        "loyalty",
        "Loyalty",
        ["Members"],
        idea_to_release=times(
            "idea_to_release", 33, None, grade="C", n=17, reasons=["p85 withheld: n 17, needs 19"]
        ),
        efficiency=envelope(
            "efficiency", {"ratio": 0.19, "numerator_d": 8.0, "denominator_d": 41.0}, grade="C"
        ),
        load=envelope("load", {"now": 12}),
        velocity=envelope("velocity", {"per_week": 1.3, "count": 17}),
        delay_cost=cost(None, grade="D", reasons=["withheld: 9 of 12 not valued"]),
        total_d=41.0,
        grade="C",
        stages=stages(
            ("Ideas", "Members", 14, 1.9),
            ("Ready", "", 2.9, 0.9),
            ("Build", "Members", 4.9, 2.9),
            ("Test", "Members", 3.9, 0.5),
            ("Approval", "Ops", 2.9, 0.9),
            ("Release", "", 3.8, 0.2),
        ),
        weeks=weeks([30, 44, 28, 33, 38, None, 46, 31, 29, 43, 27, 36, 31]),
        reasons=["n<19"],
    )


def _gift_cards() -> Answer:
    nothing: Answer = {"grade": "D", "n": 0, "reasons": ["withheld: n 0, needs 5"]}
    return stream(
        "gift-cards",
        "Gift cards",
        ["Members"],
        idea_to_release=times("idea_to_release", None, None, **nothing),
        efficiency=envelope(
            "efficiency", {"ratio": None, "numerator_d": None, "denominator_d": None}, **nothing
        ),
        load=envelope("load", {"now": 0}),
        velocity=envelope("velocity", {"per_week": None, "count": 0}, **nothing),
        delay_cost=cost(None, **nothing),
        grade="D",
        reasons=["no item matches projects GIFT"],
    )


def _services() -> list[Answer]:
    few: Answer = {"grade": "D", "n": 2, "unit": "h", "reasons": ["p50 withheld: n 2, needs 5"]}
    none: Answer = {"grade": "D", "n": 0, "reasons": ["no incident source for this service"]}
    return [
        service("web", "checkout"),
        service(
            "search",
            "search",
            grade="A",
            change_lead_time=times("change_lead_time", 9, 20, unit="h", n=530, grade="A"),
            deployment_frequency=deployments(12, 156, grade="A"),
            recovery_time=times("recovery_time", 35 / 60, None, unit="h", n=6),
            change_fail_rate=share(
                "change_fail_rate", 6, 155, grade="A", interval={"ratio": [0.018, 0.082]}
            ),
            rework_rate=share("rework_rate", 8, 156, grade="A"),
        ),
        service(
            "stock-api",
            "fulfilment",
            grade="C",
            change_lead_time=times("change_lead_time", 148.8, 200, unit="h", n=203),
            deployment_frequency=deployments(1.2, 16),
            recovery_time=times("recovery_time", None, None, **few),
            change_fail_rate=share("change_fail_rate", 0, 16, interval={"ratio": [0.0, 0.194]}),
            rework_rate=share("rework_rate", 1, 16, grade="C"),
        ),
        service(
            "members",
            "loyalty",
            grade="C",
            change_lead_time=times("change_lead_time", 72, None, unit="h", n=22, grade="C"),
            deployment_frequency=deployments(0.71, 9, grade="C"),
            recovery_time=times("recovery_time", None, None, **none),
            change_fail_rate=share("change_fail_rate", None, 9, **none),
            rework_rate=share("rework_rate", None, 9, **none),
            missing={
                "what": "no incident source for this service",
                "line": 'configuration_items = ["Members"]',
            },
        ),
    ]


def overview() -> Answer:
    """Four streams, one of them thin, a fifth without data; one service without incidents."""
    pooled_cost = cost(5_520_000, 3_900_000, 7_600_000)
    pooled_cost["value"] |= {"valued": 115, "unvalued": 41}
    return {
        "window": WINDOW,
        "as_of": AS_OF,
        "watermarks": {"jira": AS_OF, "snow": None},
        "oldest_watermark": AS_OF,
        "history": None,
        "incomplete_week": "2026-11-16",
        "headline": {
            "how_long": times("idea_to_release", 34, 77, n=298),
            "where": {
                "stream": "checkout",
                "stage": "Test",
                "team": "QA",
                "items": 14,
                "average_wait_d": 10.7,
            },
            "cost": pooled_cost,
            "grade": "B",
            "trust": [
                "17 % of Checkout deployments lack commits",
                "Loyalty has no incident source",
            ],
        },
        "streams": [_fulfilment(), _checkout(), _search(), _loyalty(), _gift_cards()],
        "services": _services(),
    }
