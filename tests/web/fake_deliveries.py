"""Deployments, commits, merge requests and incidents of service web, as the API lists them."""

from __future__ import annotations

from typing import Any

from tests.web.fake_envelopes import WINDOW

Answer = dict[str, Any]


def deployment(number: int, at: str, version: str, **more: Any) -> Answer:
    return {
        "deployment": number, "service": "web", "source": "jenkins", "id": f"deploy/{number}",
        "url": f"https://jenkins.example/deploy/{number}", "version": version,
        "sha": "3f2a91c0" * 5, "finished_at": at, "kind": "planned", "result": "success",
        "failed": False, "incident": None, "incident_number": None, "restored_at": None,
        "restored_by": None, "commits": 6, "verdict": "no", "lenient": "no", **more,
    }  # fmt: skip


def deployments() -> Answer:
    """One that failed, one suspected, one sound; left out a rollback and one still watched."""
    failed = deployment(
        46, "2026-11-14T09:03:00Z", "2026.46.1", failed=True, verdict="yes", lenient="yes",
        incident=9, incident_number="INC0010015", restored_at="2026-11-14T10:57:00Z",
        restored_by="rollback", commits=14,
    )  # fmt: skip
    rollback = deployment(
        47, "2026-11-14T10:57:00Z", "2026.45.3", kind="rollback", commits=0, reason="rollback"
    )
    watched = {"verdict": "pending", "lenient": "pending", "reason": "pending"}
    return {
        "metric": "change_fail_rate",
        "window": WINDOW,
        "n": 3,
        "included": [
            failed,
            deployment(45, "2026-11-11T15:31:00Z", "2026.45.3", lenient="yes"),
            deployment(44, "2026-11-10T09:20:00Z", "", kind="unknown", commits=None),
        ],
        "excluded": [rollback, deployment(48, "2026-11-20T16:12:00Z", "2026.47.2", **watched)],
        "unattributed_incidents": [],
        "failed_before_production": [
            deployment(43, "2026-11-09T09:20:00Z", "2026.44.9", result="failed")
        ],
    }


def commits() -> Answer:
    rows = [
        {
            "sha": f"{number:08x}" * 5, "repository": "shop/web", "clock": "committer_date",
            "committed_at": "2026-11-13T02:03:00Z", "deployed_at": "2026-11-14T09:03:00Z",
            "seconds": 111_600, "deployment": 46,
        }
        for number in range(1, 24)
    ]  # fmt: skip
    left = {**rows[0], "reason": "merge_commit"}
    return {
        "metric": "change_lead_time",
        "window": WINDOW,
        "n": 23,
        "included": rows,
        "excluded": [left],
    }


def requests() -> Answer:
    row = {
        "merge_request": "8", "repository": "shop/web", "title": "Remember the basket",
        "url": "https://gitlab.example/shop/web/-/merge_requests/8",
        "committed_at": "2026-11-12T09:00:00Z", "opened_at": "2026-11-12T12:00:00Z",
        "reviewed_at": None, "merged_at": "2026-11-13T09:00:00Z",
        "deployed_at": "2026-11-14T09:03:00Z", "seconds": 172_980, "coding_s": 10_800,
        "pickup_s": None, "review_s": None, "deploy_s": 86_580,
        "unknown": {"pickup": "no_review", "review": "no_review"},
    }  # fmt: skip
    return {
        "metric": "delivery_cycle",
        "window": WINDOW,
        "n": 1,
        "included": [row],
        "excluded": [],
    }


def end(kind: str, name: str, label: str) -> Answer:
    source = "snow" if kind == "incident" else "jenkins"
    return {
        "kind": kind, "source": source, "repository_id": None, "id": name, "label": label,
        "repository": None, "url": "",
    }  # fmt: skip


def candidate(number: int, version: str, at: str, *why: tuple[str, float, str]) -> Answer:
    doubt = 1.0
    for _, sure, _ in why:
        doubt *= 1 - sure
    return {
        "name": f"production {version}",
        "title": "web",
        "at": at,
        "url": f"https://jenkins.example/deploy/{number}",
        "confidence": round(1 - doubt, 3),
        "why": [{"rule": rule, "confidence": sure, "evidence": text} for rule, sure, text in why],
        "pairs": [{"a": f"deployment{number}", "b": "incident9", "verdict": None}],
    }


def incident(number: str, title: str, **more: Any) -> Answer:
    return {
        "number": number, "title": title, "url": f"https://snow.example/{number}",
        "opened_at": "2026-11-14T09:30:00Z", "resolved_at": "2026-11-14T12:30:00Z",
        "verdict": "unattributed", "method": "unattributed", "confidence": None,
        "reason": "several_candidates", "candidates": [],
        "ends": {
            "incident9": end("incident", f"sys{number}", number),
            **{f"deployment{n}": end("deployment", f"deploy/{n}", "now") for n in (44, 45, 46)},
        },
        "verdicts": [], **more,
    }  # fmt: skip


def incidents() -> list[Answer]:
    """One surely put down, one by time alone, one to nothing, one that no change caused."""
    named = ("caused_by_change", 1.0, "The incident names CHG0041207 as its cause")
    near = ("proximity", 0.4, "It began 27 min after this deployment")
    far = ("proximity", 0.1, "It began 18 h after this deployment")
    first = candidate(46, "2026.46.1", "2026-11-14T09:03:00Z", named, near)
    latest = candidate(45, "2026.45.3", "2026-11-11T15:31:00Z", near)
    other = candidate(44, "2026.44.4", "2026-11-10T09:20:00Z", far)
    return [
        incident(
            "INC0010015", "Wrong totals in the basket", candidates=[first], verdict="attributed",
            method="explicit", confidence=1.0, reason=None,
        ),
        incident(
            "INC0010014", "Slow search", candidates=[latest, other], verdict="attributed",
            method="proximity", confidence=0.4, reason=None, opened_at="2026-11-11T15:58:00Z",
            resolved_at=None,
        ),
        incident(
            "INC0010013", "Payment page empty", candidates=[other],
            opened_at="2026-11-11T03:20:00Z",
        ),
        incident(
            "INC0010012", "Mail provider down", verdict="not_change_related",
            reason="no_deployment", opened_at="2026-11-05T03:20:00Z",
        ),
    ]  # fmt: skip
