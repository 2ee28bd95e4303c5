"""Sources written by hand: two healthy sources, a failing one, one never read."""

from __future__ import annotations

from typing import Any

from tests.web.fake_envelopes import Answer


def source(name: str, kind: str, **more: Any) -> Answer:
    """A healthy source; `more` overrides."""
    base: Answer = {
        "name": name,
        "kind": kind,
        "url": f"https://{name}.example",
        "state": "green",
        "message": None,
        "account": f"{name}-reader",
        "version": "2026.3",
        "every_s": 600,
        "last_success_at": "2026-11-21T05:58:00Z",
        "watermark_at": "2026-11-21T05:51:00Z",
        "late": False,
        "history_from": "2024-01-01",
        "history": None,
        "records": 12_408,
        "unparsed": 0,
        "requests": 318,
        "clock_offset_s": -1,
        "budget": {"requests_per_hour": None, "used": 0, "renews_at": None},
        "quota": None,
        "turn": {
            "state": "scheduled",
            "held_by": None,
            "held_since": None,
            "held_until": None,
            "due_at": "2026-11-21T06:08:00Z",
            "waits_s": None,
            "failures": 0,
        },
        "streams": [],
    }
    return base | more


def part(name: str, records: int, **more: Any) -> Answer:
    base: Answer = {
        "name": name,
        "scopes": 1,
        "records": records,
        "unparsed": 0,
        "error": None,
        "note": None,
        "last_success_at": "2026-11-21T05:58:00Z",
        "watermark_at": "2026-11-21T05:51:00Z",
    }
    return base | more


def sources() -> list[Answer]:
    refused = "401 Unauthorized; check auth of source snow"
    return [
        source(
            "jira",
            "jira",
            unparsed=3,
            streams=[
                part("issues", 8_120, unparsed=3, note="history reaches 2024-01-01"),
                part("changelogs", 4_288),
            ],
        ),
        source(
            "gitlab",
            "gitlab",
            records=31_022,
            requests=1_204,
            version="18.2.1",
            streams=[part("commits", 25_410, scopes=4), part("merge_requests", 5_612, scopes=4)],
        ),
        source(
            "snow",
            "servicenow",
            state="red",
            message=refused,
            late=True,
            account=None,
            version=None,
            records=902,
            last_success_at="2026-11-21T03:02:00Z",
            watermark_at="2026-11-21T03:00:00Z",
            streams=[part("incidents", 611, error=refused, watermark_at="2026-11-21T03:00:00Z")],
        ),
        source(
            "jenkins",
            "jenkins",
            state="never",
            account=None,
            version=None,
            records=0,
            requests=0,
            last_success_at=None,
            watermark_at=None,
            history_from=None,
        ),
    ]
