"""The journeys of the fake company (released, old, hostile) and their lines in a list."""

from __future__ import annotations

from typing import Any

from tests.web.fake_envelopes import HOSTILE, Answer
from tests.web.fake_journey import DAY_S, at, base, event, lane, link, proof, visits
from tests.web.fake_released import released


def ageing() -> Answer:
    """In flight for over 90 days with quiet stretches, no value, a thin grade."""
    return base() | {
        "key": "SHIP-7",
        "title": "Route parcels by weight",
        "stage": "Ready",
        "state": "waiting",
        "type": "risk",
        "created_at": at("2 Jan 09:00"),
        "committed_at": at("12 Jan 09:00"),
        "age_s": 313 * DAY_S,
        "grade": "C",
        "reasons": ["n<19"],
        "waiting_s": 290 * DAY_S,
        "active_s": 23 * DAY_S,
        "handoffs": 1,
        "longest_wait": {"stage": "Ready", "reason": "", "seconds": 250 * DAY_S},
        "visits": visits(
            None,
            ("2 Jan 09:00", "Ideas", "new", ""),
            ("12 Jan 09:00", "Analysis", "active", ""),
            ("4 Feb 09:00", "Ready", "waiting", ""),
        ),
        "lanes": [
            lane(
                "jira",
                "Jira",
                "SHIP-7",
                event("a", "created", "2 Jan 09:00", "ticket"),
                event("b", "move", "12 Jan 09:00", "Analysis"),
                event("c", "move", "4 Feb 09:00", "Ready"),
            ),
            lane("gitlab", "GitLab", "ship/api", event("k", "commit", "20 Jan 09:00", "77aa01f")),
        ],
        "links": [link("k", "a", "key in branch", 0.6)],
    }


def hostile() -> Answer:
    """Every text that a vendor could send is markup; the addresses are scripts."""
    bad = "javascript:window.pwned=1"
    events = [
        event("x1", "created", "14 Sep 09:12", HOSTILE, url=bad, detail=HOSTILE),
        event("x2", "incident", "16 Sep 09:12", HOSTILE, url=bad, detail=HOSTILE),
    ]
    return base() | {
        "key": "EVIL-1",
        "title": HOSTILE,
        "stream_title": HOSTILE,
        "url": bad,
        "stage": HOSTILE,
        "age_s": 5 * DAY_S,
        "reasons": [HOSTILE],
        "visits": visits(None, ("14 Sep 09:12", HOSTILE, "waiting", "")),
        "lanes": [lane("jira", HOSTILE, HOSTILE, *events)],
        "evidence": [
            proof("14 Sep 09:12", HOSTILE, HOSTILE, HOSTILE, HOSTILE, 0.5, decides=True)
            | {"url": bad}
        ],
    }


def deleted() -> Answer:
    """It was noticed that the ticket is no more: what is known is what it told before."""
    note = "it was deleted; what was read before is kept, and it is in no number"
    unknown = dict.fromkeys(("active_s", "waiting_s", "blocked_s", "age_s", "stage", "state"))
    return (
        base()
        | unknown
        | {
            "key": "SHOP-99",
            "title": "Pay by telegram",
            "stream": None,
            "stream_title": None,
            "committed_at": None,
            "grade": "C",
            "gone": {"why": "deleted", "noticed_at": at("10 Nov 14:00"), "note": note},
            "reasons": [note],
            "longest_wait": None,
            "visits": [],
            "lanes": [
                lane("jira", "Jira", "SHOP-99", event("a", "created", "2 Jan 09:00", "ticket"))
            ],
            "links": [],
            "evidence": [],
        }
    )


def hidden() -> Answer:
    """Not visible any more, and counted as it was last seen."""
    note = "it is not visible any more; it stays as it was last read, and in the numbers"
    gone = {"why": "not_visible", "noticed_at": at("10 Nov 14:00"), "note": note}
    return ageing() | {"key": "SHIP-8", "gone": gone}


RELEASED = released()
JOURNEYS = {one["key"]: one for one in (RELEASED, ageing(), hostile(), deleted(), hidden())}


def item(journey: Answer, **more: Any) -> Answer:
    """The line of a journey in a list of items."""
    keys = (
        "key",
        "title",
        "type",
        "kind",
        "stream",
        "stage",
        "state",
        "url",
        "age_s",
        "flow_time_s",
        "committed_at",
        "done_at",
        "released_at",
        "value_per_week_cents",
    )
    return {key: journey[key] for key in keys} | {"burn_rate_cents": None, "blocked": False} | more
