"""Coverages, what is not linked, what is not covered and clocks, written by hand.

Of Checkout 80 of 690 days are in no stage (five figures), of web 9 of 53 deployments tell no
commits (three), members has no incident source (two), 13 of 45 items of Checkout no value (one).
"""

from __future__ import annotations

from typing import Any

from tests.web.fake_envelopes import AS_OF, WINDOW, Answer

CHECKOUT, WEB = {"stream": "checkout"}, {"service": "web"}
LIST = "/v1/quality/unlinked?kind=item&stream=checkout"


def row(name: str, title: str, part: int, whole: int, **more: Any) -> Answer:
    """A row of `/v1/quality`, of Checkout unless told otherwise."""
    base: Answer = {
        "id": name,
        "title": title,
        "scope": CHECKOUT,
        "scope_title": "Checkout",
        "value": part / whole if whole else None,
        "numerator": part,
        "denominator": whole,
        "unit": None,
        "reason": None if whole else "nothing to cover in this window",
        "fix": "",
        "line": None,
        "list": LIST,
        "interval": None,
        "detail": None,
        "history_back_to": {},
    }
    return base | more


def _graded() -> list[Answer]:
    return [
        row(
            "C3", "Deployments with known commits", 44, 53, scope=WEB, scope_title="web",
            fix="let the deployment name its sha",
            line='deployments = [{ job = "shop/hotfix-*", service = "web" }]',
        ),
        row(
            "C6", "Time in mapped statuses", 610, 690, unit="d",
            fix="put the status into a stage",
            line='{ name = "..", state = "waiting", statuses = [".."] }',
        ),
        row(
            "C11", "Items in flight with a value", 32, 45, fix="fill in the value field",
            line='field = "Cost of delay per week"',
        ),
        row("C1", "Done items with a commit", 88, 96, fix="name the ticket in the branch"),
        row("C8", "Items with a full history", 92, 96, fix="read the source further back"),
        row(
            "C5", "Incidents with a known cause", 0, 0, scope={"service": "members"},
            scope_title="members", reason="no incident source for this service",
            fix="say how ServiceNow calls it", line='configuration_items = ["Members"]',
        ),
    ]  # fmt: skip


def _beside() -> list[Answer]:
    every: Answer = {"scope": {}, "scope_title": "Everything"}
    return [
        row("C2", "Commits with a ticket", 1_075, 1_290, fix="name the ticket in the message"),
        row(
            "C9", "Causes before their effects", 409, 412, **every, interval=[0.979, 0.998],
            fix="set the clocks by NTP",
        ),
        row(
            "C15", "Right links in the audit of 2026-10", 29, 30, **every, interval=[0.833, 0.994],
            fix="judge the sample of the month: headwater audit",
            list="/v1/quality/audit?month=2026-10",
        ),
        row(
            "C13", "Measured rather than estimated time", 0, 0, **every, list=None,
            reason="nothing is estimated",
        ),
    ]  # fmt: skip


def coverages() -> list[Answer]:
    rows = [*_graded(), *_beside()]
    return sorted(rows, key=lambda one: (one["value"] is None, one["value"] or 0))


def _definition(slug: str, title: str, unit: str, *coverages: str) -> Answer:
    return {
        "slug": slug,
        "title": title,
        "definition": f"{slug}@1",
        "also_called": [],
        "unit": unit,
        "coverages": list(coverages),
        "page": f"docs/metrics/{slug}.md",
    }


def definitions() -> list[Answer]:
    return [
        _definition("flow_time", "Flow time", "d", "C6", "C8"),
        _definition("idea_to_release", "Idea to release", "d", "C1", "C3", "C6", "C8"),
        _definition("efficiency", "Flow efficiency", "ratio", "C6", "C7", "C8"),
        _definition("velocity", "Flow velocity", "items", "C6", "C8"),
        _definition("delay_cost", "Delay cost", "cents EUR", "C6", "C8", "C11"),
        _definition("change_lead_time", "Change lead time", "h", "C3"),
        _definition("recovery_time", "Failed deployment recovery time", "h", "C3", "C5"),
        _definition("change_fail_rate", "Change fail rate", "ratio", "C3", "C5"),
    ]


def _reason(reason: str, count: int, text: str, step: str, line: str | None = None) -> Answer:
    return {"reason": reason, "count": count, "text": text, "next_step": step, "line": line}


def _trend(*parts: tuple[int, int]) -> list[Answer]:
    starts = ["2026-11-02", "2026-11-09", "2026-11-16"]
    return [
        {
            "start": start,
            "end": f"{start}T23:00:00Z",
            "complete": start != starts[-1],
            "population": whole,
            "unlinked": part if whole else None,
            "share": part / whole if whole else None,
        }
        for start, (part, whole) in zip(starts, parts, strict=True)
    ]


def summary() -> Answer:
    kinds = [
        {
            "kind": "item", "title": "Done items without a commit", "population": 96, "unlinked": 8,
            "share": 8 / 96, "bots": 0, "trend": _trend((1, 8), (0, 0), (2, 9)),
            "reasons": [
                _reason(
                    "nothing_found", 8, "No commit, branch or merge request names them.",
                    "name the ticket in the branch", 'expects_code = ["Story", "Bug"]',
                )
            ],
        },
        {
            "kind": "commit", "title": "Commits without a ticket", "population": 1_290,
            "unlinked": 215, "share": 215 / 1_290, "bots": 31,
            "trend": _trend((9, 90), (20, 100), (5, 40)),
            "reasons": [
                _reason("no_key_anywhere", 181, "Neither names a ticket.", "add a push rule"),
                _reason("typo", 34, "A word is nearly a key.", "write the key into the title"),
            ],
        },
        {
            "kind": "incident", "title": "Incidents without a cause", "population": 0,
            "unlinked": 0, "share": None, "bots": 0, "reasons": [],
            "trend": _trend((0, 0), (0, 0), (0, 0)),
        },
    ]  # fmt: skip
    told = {"items": kinds, "next": None, "history_back_to": {}}
    return told | {"from": WINDOW[0], "to": WINDOW[1]}


def unlinked() -> Answer:
    guess = {
        "ticket": "SHOP-412", "commit": None, "kind": "project", "sure": 0.8,
        "why": "SHPO is no project; SHOP is one letter away",
    }  # fmt: skip
    typo = {
        "kind": "commit", "key": "3f2a91c0b7d14e6f8a5c2d9e0b1f4a7c6d8e3f20",
        "title": "SHPO-412: split <b>payments</b>", "url": "https://git.example/commit/3f2a91c0",
        "at": "2026-11-18T09:14:00Z", "bot": False, "reason": "typo",
        "text": "SHPO-412 is no ticket, but nearly one.",
        "next_step": "write the key into the title",
        "line": None, "suggestion": guess, "streams": ["checkout"], "services": ["web"],
    }  # fmt: skip
    return {"items": [typo], "next": "41"}


def covered() -> Answer:
    return {
        "counts": {
            "project": {"known": 4, "covered": 3},
            "repository": {"known": 6, "covered": 6},
            "job": {"known": 0, "covered": 0},
        },
        "beyond": "what sources read is compared, and nothing else",
        "items": [
            {
                "kind": "project", "source": "jira", "name": "OPS", "count": 212,
                "last_at": "2026-11-20T16:02:11Z", "covered": False, "streams": [], "services": [],
                "line": '[[streams]]\nitems = { source = "jira", projects = ["OPS"] }',
            }
        ],
        "next": None,
    }  # fmt: skip


def projects() -> list[Answer]:
    """What is in a stream: the items of Checkout, and its ideas."""
    row = covered()["items"][0] | {"covered": True, "streams": ["checkout"], "line": None}
    return [row | {"name": name} for name in ("IDEA", "SHIP", "SHOP")]


def skew() -> Answer:
    worst = {
        "lag_s": -181, "cause": "3f2a91c0", "cause_url": "", "cause_at": "2026-10-05T09:14:02Z",
        "effect": "web-build#118", "effect_url": "https://ci.example/job/web-build/118/",
        "effect_at": "2026-10-05T09:11:01Z",
    }  # fmt: skip
    pair = {
        "check": "commit_before_build", "meaning": "a build begins after the commit that it builds",
        "cause_source": "gitlab", "effect_source": "jenkins", "pairs": 412, "out_of_order": 3,
        "share": 3 / 412, "interval": [0.00248, 0.0212], "median_lag_s": -95.0, "worst": [worst],
    }  # fmt: skip
    clock = {"clock_offset_s": 1, "limit_s": 120, "beyond": False, "reason": None, "at": AS_OF}
    return {
        "from": WINDOW[0],
        "to": WINDOW[1],
        "items": [pair],
        "next": None,
        "sources": [{"source": "gitlab", **clock}],
        "streams": [
            {"stream": "checkout", "items": 96, "with_violations": 1, "keys": ["SHOP-412"]}
        ],
    }


def answers() -> dict[str, Answer]:
    """By path, as the API gives them."""
    return {
        "/v1/quality": {"items": coverages(), "next": None},
        "/v1/quality/unlinked/summary": summary(),
        "/v1/quality/unlinked": unlinked(),
        "/v1/quality/coverage": covered() | {"items": [*covered()["items"], *projects()]},
        "/v1/quality/coverage?covered=false": covered(),
        "/v1/quality/clock-skew": skew(),
        "/v1/definitions": {"items": definitions(), "next": None},
    }
