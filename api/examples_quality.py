"""Examples of answers about clocks and the audit of links, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

CLOCK_SKEW: dict[str, Any] = {
    "from": "2026-08-22T00:00:00Z",
    "to": "2026-11-20T00:00:00Z",
    "items": [
        {
            "check": "commit_before_build",
            "meaning": "a build begins after the commit that it builds",
            "cause_source": "gitlab",
            "effect_source": "jenkins",
            "pairs": 412,
            "out_of_order": 3,
            "share": 0.00728,
            "interval": [0.00248, 0.0212],
            "median_lag_s": -95.0,
            "worst": [
                {
                    "lag_s": -181,
                    "cause": "3f2a91c0",
                    "cause_url": "",
                    "cause_at": "2026-10-05T09:14:02Z",
                    "effect": "web-build#118",
                    "effect_url": "https://ci.example/job/web-build/118/",
                    "effect_at": "2026-10-05T09:11:01Z",
                }
            ],
        }
    ],
    "next": None,
    "sources": [
        {
            "source": "gitlab",
            "clock_offset_s": 1,
            "limit_s": 120,
            "beyond": False,
            "reason": None,
            "at": "2026-11-20T05:58:11Z",
        }
    ],
    "streams": [{"stream": "checkout", "items": 61, "with_violations": 0, "keys": []}],
}

AUDIT: dict[str, Any] = {
    "month": "2026-10",
    "from": "2026-10-01T00:00:00Z",
    "to": "2026-11-01T00:00:00Z",
    "complete": True,
    "population": 388,
    "wanted": 30,
    "items": [
        {
            "ticket": "SHOP-412",
            "ticket_title": "Pay by invoice",
            "ticket_url": "https://acme.example/browse/SHOP-412",
            "repository": "shop/web",
            "sha": "3f2a91c0b5d1e8f7a6c4d3e2b1a09f8e7d6c5b4a",
            "commit_title": "SHOP-412 Ask for the invoice address",
            "commit_url": "https://git.example/shop/web/-/commit/3f2a91c0",
            "judged": None,
            "command": "headwater verdict confirm SHOP-412 3f2a91c0b5d1",
        }
    ],
    "next": None,
    "precision": {
        "share": None,
        "interval": [None, None],
        "confirmed": 0,
        "judged": 0,
        "reason": "nobody judged the sample of 2026-10 yet",
    },
    "recall": [
        {"id": "C1", "share": 0.91, "numerator": 55, "denominator": 60},
        {"id": "C2", "share": 0.88, "numerator": 412, "denominator": 468},
    ],
    "how": "read ticket and commit, and say whether the commit was work on the ticket",
}

COVERED: dict[str, Any] = {
    "counts": {
        "project": {"known": 4, "covered": 3},
        "repository": {"known": 6, "covered": 6},
        "job": {"known": 12, "covered": 12},
    },
    "beyond": "what sources read is compared, and what builds are made from; what else the tools"
    " have is not asked of them: compare `projects`, `groups`, `repositories` and `jobs` of"
    " [[sources]]",
    "items": [
        {
            "kind": "project",
            "source": "jira",
            "name": "OPS",
            "count": 212,
            "last_at": "2026-11-20T16:02:11Z",
            "covered": False,
            "streams": [],
            "services": [],
            "line": '[[streams]]\nitems = { source = "jira", projects = ["OPS"] }',
        }
    ],
    "next": None,
}
