"""A released feature: 67 days from idea to live, one return, one incident."""

from __future__ import annotations

from tests.web.fake_envelopes import Answer
from tests.web.fake_journey import DAY_S, at, base, charged, event, lane, link, proof, visits


def _moves() -> list[Answer]:
    told = [
        ("14 Sep 09:12", "ticket"),
        ("17 Sep 10:00", "Analysis"),
        ("21 Sep 15:00", "Design review"),
        ("9 Oct 10:00", "Ready"),
        ("14 Oct 09:00", "In progress"),
        ("26 Oct 16:00", "In review"),
        ("28 Oct 16:05", "In test"),
        ("6 Nov 17:10", "In progress"),
        ("8 Nov 12:00", "In test"),
        ("11 Nov 14:00", "Approval"),
        ("12 Nov 17:00", "Done"),
    ]
    first, *rest = told
    moves = [event(f"m{n}", "move", *one) for n, one in enumerate(rest, start=1)]
    flag = event(
        "flag",
        "flag",
        "19 Oct 11:00",
        "flagged",
        end=at("23 Oct 11:00"),
        detail="bank sandbox down",
    )
    return [event("m0", "created", *first), *moves, flag]


def _code() -> list[Answer]:
    stamps = [
        "14 Oct 15:02",
        "15 Oct 10:00",
        "15 Oct 17:00",
        "16 Oct 12:00",
        "17 Oct 09:00",
        "23 Oct 15:00",
        "24 Oct 12:00",
        "25 Oct 18:00",
        "26 Oct 12:00",
        "7 Nov 09:00",
        "7 Nov 16:00",
        "8 Nov 09:00",
    ]
    commits = [event(f"c{n}", "commit", one, f"4be1c9{n:x}") for n, one in enumerate(stamps)]
    asked = event(
        "mr1",
        "merge_request",
        "26 Oct 15:00",
        "!1877",
        end=at("28 Oct 16:05"),
        detail="42 h until the first review",
    )
    again = event("mr2", "merge_request", "8 Nov 09:30", "!1902", end=at("8 Nov 14:00"))
    return [*commits, asked, again]


def _builds() -> list[Answer]:
    runs = [
        ("15 Oct 11:00", ""),
        ("16 Oct 13:00", "failed"),
        ("17 Oct 10:00", ""),
        ("25 Oct 19:00", "failed"),
        ("26 Oct 13:00", ""),
        ("28 Oct 16:20", ""),
        ("8 Nov 11:00", ""),
        ("8 Nov 14:10", ""),
    ]
    builds = [
        event(f"b{n}", "build", when, f"build {n}", result=result or "success")
        for n, (when, result) in enumerate(runs)
    ]
    first = event(
        "d1",
        "deployment",
        "14 Nov 09:03",
        "deployed, build 46.1",
        result="success",
        production=True,
    )
    second = event("d2", "deployment", "15 Nov 14:20", "46.2", result="success", production=True)
    return [*builds, first, second]


def _lanes() -> list[Answer]:
    change = event(
        "chg",
        "change",
        "11 Nov 14:00",
        "CHG0041207",
        end=at("12 Nov 15:00"),
        detail="approved by the board",
    )
    incident = event(
        "inc",
        "incident",
        "14 Nov 21:40",
        "INC0098113",
        end=at("15 Nov 14:20"),
        detail="plan not shown in the app",
    )
    return [
        lane("jira", "Jira", "SHOP-412", *_moves()),
        lane("gitlab", "GitLab", "shop/web", *_code()),
        lane("jenkins", "Jenkins", "shop/deploy-web", *_builds()),
        lane("snow", "ServiceNow", "CHG, INC", change, incident),
        lane(
            "production",
            "Production",
            "web",
            event("live", "live", "14 Nov 09:03", "live", detail="50 % of shoppers"),
        ),
    ]


def _evidence() -> list[Answer]:
    told = [
        (
            "14 Sep 09:12",
            "Jira",
            "Ticket SHOP-412 created",
            "created by the product team",
            "vendor",
            1.0,
        ),
        (
            "14 Oct 15:02",
            "GitLab",
            "First commit 4be1c90",
            "branch feature/SHOP-412-instalments",
            "key in branch",
            0.8,
        ),
        (
            "19 Oct 11:00",
            "Jira",
            "Blocked for 4 d",
            "reason typed by the team: bank sandbox down",
            "flag",
            1.0,
        ),
        (
            "28 Oct 16:05",
            "GitLab",
            "!1877 merged after 47 h",
            "development panel of SHOP-412",
            "vendor",
            1.0,
        ),
        ("6 Nov 17:10", "Jira", "Test returns it to Build", "second visit to Build", "status", 1.0),
        (
            "12 Nov 15:00",
            "ServiceNow",
            "CHG0041207 approved",
            "description names SHOP-412 and build 2026.46.1",
            "key in text",
            0.8,
        ),
        (
            "14 Nov 09:03",
            "Jenkins",
            "Deployed, build 2026.46.1",
            "first deployment that contains merge commit 91d03fe",
            "sha",
            1.0,
        ),
        (
            "14 Nov 21:40",
            "ServiceNow",
            "INC0098113 opened",
            "the incident names CHG0041207",
            "caused by",
            1.0,
        ),
        ("15 Nov 14:20", "Jenkins", "Repaired by 2026.46.2", "hotfix branch", "fix", 0.9),
    ]
    deciding = [proof(*one, decides=True) for one in told]
    others = [
        proof(one, "GitLab", f"Commit 4be1c9{n:x}", "branch name", "key in branch", 0.8)
        for n, one in enumerate(["15 Oct 10:00", "15 Oct 17:00", "16 Oct 12:00"])
    ]
    return sorted([*deciding, *others], key=lambda one: one["at"])


def released() -> Answer:
    """67 days from idea to live, one return, one incident."""
    return base() | {
        "idea_at": at("8 Sep 10:00"),
        "idea_key": "IDEA-88",
        "committed_at": at("17 Sep 10:00"),
        "done_at": at("12 Nov 17:00"),
        "first_released_at": at("14 Nov 09:03"),
        "released_at": at("14 Nov 09:03"),
        "idea_to_release_s": 67 * DAY_S,
        "flow_time_s": 56 * DAY_S,
        "active_s": 16 * DAY_S,
        "waiting_s": 51 * DAY_S,
        "blocked_s": 4 * DAY_S,
        "unknown_s": 0,
        "handoffs": 8,
        "returns": 1,
        "delay_cost": charged(
            250_000,
            ("21 Sep 15:00", "8 Oct 12:00", "Design", 760_000),
            ("9 Oct 10:00", "14 Oct 09:00", "Ready", 220_000),
            ("19 Oct 11:00", "23 Oct 11:00", "Build", 180_000),
            ("26 Oct 16:00", "28 Oct 11:00", "Review", 80_000),
            ("28 Oct 16:05", "6 Nov 09:00", "Test", 400_000),
            ("8 Nov 12:00", "11 Nov 06:00", "Test", 130_000),
            ("11 Nov 14:00", "12 Nov 17:00", "Approval", 50_000),
        ),
        "slower_than": {"share": 0.74, "n": 96},
        "longest_wait": {
            "stage": "Design",
            "reason": "committee meets every second Thursday",
            "seconds": 17 * DAY_S,
        },
        "reasons": ["the first 6 days rest on the idea\u2019s own ticket"],
        "visits": visits(
            at("12 Nov 17:00"),
            ("14 Sep 09:12", "Ideas", "new", ""),
            ("17 Sep 10:00", "Analysis", "active", ""),
            ("21 Sep 15:00", "Design", "waiting", ""),
            ("8 Oct 12:00", "Design", "active", ""),
            ("9 Oct 10:00", "Ready", "waiting", ""),
            ("14 Oct 09:00", "Build", "active", ""),
            ("19 Oct 11:00", "Build", "active", "blocked"),
            ("23 Oct 11:00", "Build", "active", ""),
            ("26 Oct 16:00", "Review", "waiting", ""),
            ("28 Oct 11:00", "Review", "active", ""),
            ("28 Oct 16:05", "Test", "waiting", ""),
            ("6 Nov 09:00", "Test", "active", ""),
            ("6 Nov 17:10", "Build", "active", "returned"),
            ("8 Nov 12:00", "Test", "waiting", ""),
            ("11 Nov 06:00", "Test", "active", ""),
            ("11 Nov 14:00", "Approval", "waiting", ""),
        ),
        "lanes": _lanes(),
        "links": [
            link("m4", "c0", "key in branch", 0.8),
            link("mr1", "b5", "sha", 1.0),
            link("d1", "live", "sha", 1.0),
            link("d1", "inc", "caused by", 1.0),
            link("c0", "mr1", "vendor", 1.0, decides=False),
        ],
        "evidence": _evidence(),
    }
