"""Definitions, their changes, what is not mapped, what was restated, and a preview, by hand."""

from __future__ import annotations

from typing import Any

from tests.web.fake_envelopes import AS_OF, WINDOW, Answer, envelope, times

KNOWN: Answer = {"observed": {}, "interval": {}}
FLOW_TIME: Answer = {
    "slug": "flow_time",
    "title": "Flow time",
    "definition": "flow_time@1",
    "also_called": [],
    "unit": "d",
    "coverages": ["C6", "C8"],
    "page": "docs/metrics/flow_time.md",
    "version": 1,
    "in_flight": "no",
    "formula": "`done - committed`, waiting and active time included.",
    "edge_cases": [
        "*Committed* is the first entry into a waiting status, see [efficiency](efficiency.md).",
        "Clock: elapsed time, or [working time](index.md#working-time).",
    ],
    "source": "Vacanti and **Kersten**; <b>no markup</b>.",
    "worked_example": "Three items took 1, 2 and 6 days.\n\n| n | p50 |\n|---|---|\n| 3 | 2 |",
    "tests": ["tests/metrics/test_flow.py::test_golden_a1_flow_time"],
    "reads": {"item_fact": ["kind", "committed_ts"]},
    "changes": "/v1/definitions/changes?metric=flow_time",
}


def changes() -> Answer:
    mapping: Answer = {
        "at": "2026-10-12T09:00:00Z",
        "stream": "checkout",
        "service": None,
        "definition": "mapping",
        "concerns": None,
        "what": ['stage Review: status "Code Review" active -> waiting'],
        "known_at": "2026-10-12T08:59:59Z",
        "window": WINDOW,
        "numbers": [
            {
                "metric": "efficiency",
                "before": envelope("efficiency", {"ratio": 0.31}, **KNOWN),
                "after": envelope("efficiency", {"ratio": 0.18}, **KNOWN),
            },
            {"metric": "flow_time", "before": times("flow_time", 20, 40, **KNOWN), "after": None},
        ],
    }
    version: Answer = {
        **mapping, "stream": None, "definition": "delay_cost", "at": "2026-09-01T10:00:00Z",
        "what": ["delay_cost@1 -> delay_cost@2"], "known_at": None, "window": None, "numbers": [],
    }  # fmt: skip
    return {"items": [mapping, version], "next": None}


def unmapped() -> Answer:
    status: Answer = {
        "stream": "checkout",
        "what": "status",
        "name": "On <hold>",
        "id": "10044",
        "since": "2026-11-02T08:00:00Z",
        "items": 7,
        "items_now": 3,
        "days": 46.4,
        "line": '{ name = "On hold", state = "waiting", statuses = ["On <hold>"] }',
        "where": "stages of stream checkout; state: waiting, active, new, done",
    }
    kind: Answer = {
        **status, "what": "type", "name": "Spike", "id": None, "items": 2, "items_now": 0,
        "days": 9.0, "line": 'feature = ["Story", "Spike"]', "where": "[types]; or defect, risk",
    }  # fmt: skip
    return {"items": [status, kind], "next": None}


def mappings() -> Answer:
    def stage(name: str, state: str, team: str, *statuses: str) -> Answer:
        named = [{"status": one, "id": one, "since": None} for one in statuses]
        return {"name": name, "state": state, "team": team, "value": "", "statuses": named}

    stages = [
        stage("Ideas", "new", "", "Backlog"),
        stage("Build", "active", "web", "In Progress"),
        stage("Test", "waiting", "qa", "In Review", "Test"),
    ]
    rows = [
        {"stream": "checkout", "title": "Checkout", "stages": stages},
        {"stream": "loyalty", "title": "Loyalty", "stages": []},
    ]
    return {"items": rows, "next": None}


def restated() -> Answer:
    row: Answer = {
        "at": "2026-11-12T09:05:10Z",
        "what": "changed",
        "fact": "item",
        "stream": "checkout",
        "service": None,
        "key": "SHOP-412",
        "part": 1,
        "changes": [
            {"field": "done_at", "from": "2026-11-03T14:20:00Z", "to": "2026-11-12T08:51:00Z"}
        ],
        "metrics": ["flow_time", "velocity"],
        "restates": True,
        "cause": "records",
        "journey": "/v1/items/SHOP-412/journey",
    }
    found = {
        **row, "what": "found", "fact": "deployment", "stream": None, "service": "web",
        "key": "118", "part": None, "changes": [], "cause": "history", "journey": None,
    }  # fmt: skip
    return {"items": [row, found], "next": "7"}


def preview(body: Any) -> Answer:
    """What becomes of Checkout; nothing where its stages are as they were."""
    before, after = (envelope("efficiency", {"ratio": one}, **KNOWN) for one in (0.18, 0.3))
    moved = "active" in str(body["streams"][0]["stages"][-1])
    stream = {
        "stream": "checkout", "title": "Checkout", "same": not moved,
        "what": ['status "Test": Test (waiting) -> Test (active)'] if moved else [],
        "beside": ["title"], "unknown_statuses": [], "notes": [],
        "statuses": [
            {"status": "Test", "change": "moved", "before": "Test (waiting)",
             "after": "Test (active)", "items": 31, "days": 210.0}
        ] if moved else [],
        "items": {"present": 54, "proposed": 45, "touched": 31, "days": 210.0},
        "facts": [{"fact": "item", "changed": 31, "gone": 9, "found": 0, "restated": 28}],
        "metrics": [{"metric": "efficiency", "present": before, "proposed": after}],
    }  # fmt: skip
    return {
        "same": not moved, "window": WINDOW, "as_of": AS_OF, "streams": [stream], "removed": [],
        "elsewhere": [], "waiting": 0,
    }  # fmt: skip


def answers() -> dict[str, Answer]:
    """By path, as the API gives them."""
    return {
        "/v1/definitions/changes": changes(),
        "/v1/definitions/flow_time": FLOW_TIME,
        "/v1/mappings": mappings(),
        "/v1/mappings/unmapped": unmapped(),
        "/v1/restatements": restated(),
    }
