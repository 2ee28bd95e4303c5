"""An example of the questions about a stream, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

QUESTIONS: dict[str, Any] = {
    "stream": "checkout",
    "window": ["2026-08-22T00:00:00Z", "2026-11-20T00:00:00Z"],
    "known_at": None,
    "asked": 1,
    "items": [
        {
            "id": "empty_deployments",
            "game": "Empty deployments for frequency",
            "question": "Do deployments bring anything new?",
            "state": "asked",
            "reason": None,
            "seen": "9 of 31 deployments brought no new commit or the version that ran there"
            " already",
            "figures": {
                "deployments": 9,
                "all_deployments": 31,
                "share": 0.29,
                "same_version": 9,
                "no_commit": 9,
            },
            "since": "2026-10-05T02:00:11Z",
            "rule": "deployments to production with no new commit or the version that ran there"
            " already, rollbacks aside; from 3 and a fifth of all",
            "harmless": "a restart, a change of configuration or secrets, or a schedule that"
            " deploys every night",
            "look_at": "what triggered them; a restart need not be a deployment",
            "total": 9,
            "evidence": [
                {
                    "kind": "deployment",
                    "key": "4.2.0",
                    "title": "web-deploy to production",
                    "url": "https://ci.example/job/web-deploy/71/",
                    "at": "2026-10-05T02:00:11Z",
                    "note": "the version that ran there before",
                }
            ],
        }
    ],
    "next": None,
    "caveats": ["a pattern is no proof: each of these has a harmless answer, which the team knows"],
}
