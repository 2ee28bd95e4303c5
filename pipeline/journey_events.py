"""Gathers the events of an item's life: tracker, code, builds, deployments, changes, incidents."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from core.frames import from_ts
from core.records import Entity, MergeState
from pipeline.journey_board import Board, Event, Gathered, grouped_by_b
from pipeline.journey_value import add_features
from store import journey as reads
from store.journey import Link, Row

_SURE = 0.8
"""Nothing rests on a change or an incident of which only weaker reasons are known."""


def gather(session: Session, item: Row, fact: Row | None) -> Gathered:
    """Everything that is linked to an item, directly or by its commits."""
    board = Board(reads.source_names(session))
    _tracker(session, board, item)
    commits = _commits(session, board, item)
    _requests(session, board, item)
    _builds(session, board, item, commits)
    deployments = _deployments(session, board, commits)
    _service_desk(session, board, item, deployments)
    add_features(session, board, item)
    _live(board, fact)
    return board.gathered()


def _at(ts: int | None) -> datetime | None:
    return None if ts is None else from_ts(ts)


def _tracker(session: Session, board: Board, item: Row) -> None:
    lane, tool = board.tool_of(item["source_id"])
    if created := _at(item["created_ts"]):
        event = Event("created", "created", created, "ticket", url=item["url"])
        board.add(lane, tool, item["key"], event)
    for place, move in enumerate(reads.moves_of(session, item["id"])):
        if at := _at(move["ts"]):
            board.add(lane, tool, item["key"], Event(f"move{place}", "move", at, move["status"]))
    for place, row in enumerate(reads.blocks_of(session, item["id"])):
        if at := _at(row["start_ts"]):
            label = "flagged" if row["kind"] == "flag" else f"blocked: {row['detail']}"
            event = Event(f"block{place}", "flag", at, label, end=_at(row["end_ts"]))
            board.add(lane, tool, item["key"], event)


def _commits(session: Session, board: Board, item: Row) -> list[int]:
    why = grouped_by_b(reads.links_between(session, Entity.ITEM, Entity.COMMIT, a=[item["id"]]))
    rows = reads.things(session, Entity.COMMIT, why)
    dated = [row for row in rows.values() if row["committed_ts"] is not None]
    first = min(dated, key=lambda row: row["committed_ts"], default=None)
    for row in dated:
        at = _at(row["committed_ts"])
        if at is None:
            continue
        lane, tool = board.tool_of(row["source_id"])
        event = Event(
            f"commit{row['id']}",
            "commit",
            at,
            row["sha"][:8],
            detail=row["message"].partition("\n")[0],
            result="bot" if row["bot"] else "",
        )
        board.add(f"{lane} {row['repository']}", tool, row["repository"], event)
        board.believe(event, why[row["id"]], decides=row is first)
    return sorted(rows)


def _requests(session: Session, board: Board, item: Row) -> None:
    why = grouped_by_b(
        reads.links_between(session, Entity.ITEM, Entity.MERGE_REQUEST, a=[item["id"]])
    )
    for row in reads.things(session, Entity.MERGE_REQUEST, why).values():
        at = _at(row["created_ts"])
        if at is None:
            continue
        lane, tool = board.tool_of(row["source_id"])
        event = Event(
            f"request{row['id']}",
            "merge_request",
            at,
            f"!{row['number']}",
            end=_at(row["merged_ts"] or row["closed_ts"]),
            detail=row["title"],
            result=row["state"],
            url=row["url"],
        )
        board.add(f"{lane} {row['repository']}", tool, row["repository"], event)
        board.believe(event, why[row["id"]], decides=row["state"] == MergeState.MERGED.value)
        for link in reads.links_between(
            session, Entity.COMMIT, Entity.MERGE_REQUEST, b=[row["id"]]
        ):
            board.connect(f"commit{link.a_id}", event.id, link)


def _builder(tool: str) -> str:
    """GitLab's pipelines are another lane than its code."""
    return f"{tool} CI" if tool in ("GitLab", "GitHub") else tool


def _builds(session: Session, board: Board, item: Row, commits: list[int]) -> None:
    of_item = reads.links_between(session, Entity.ITEM, Entity.BUILD, a=[item["id"]])
    of_commits = reads.links_between(session, Entity.COMMIT, Entity.BUILD, a=commits)
    why = grouped_by_b([*of_commits, *of_item])
    for row in reads.things(session, Entity.BUILD, why).values():
        at = _at(row["started_ts"] or row["queued_ts"])
        if at is None:
            continue
        lane, tool = board.tool_of(row["source_id"])
        event = Event(
            f"build{row['id']}",
            "build",
            at,
            f"{row['job']}#{row['number']}",
            end=_at(row["finished_ts"]),
            result=row["result"],
            url=row["url"],
        )
        board.add(f"{lane} builds", _builder(tool), row["job"], event)
        board.believe(event, why[row["id"]], decides=False)


def _deployments(session: Session, board: Board, commits: list[int]) -> dict[int, Row]:
    links = reads.links_between(session, Entity.COMMIT, Entity.DEPLOYMENT, a=commits)
    why = grouped_by_b(links)
    rows = reads.things(session, Entity.DEPLOYMENT, why)
    live = reads.production_deployments(session, rows)
    last = max((rows[one]["finished_ts"] or 0 for one in live), default=0)
    for row in rows.values():
        at = _at(row["finished_ts"] or row["started_ts"] or row["created_ts"])
        if at is None:
            continue
        lane, tool = board.tool_of(row["source_id"])
        decides = row["id"] in live and row["finished_ts"] == last
        event = Event(
            f"deployment{row['id']}",
            "deployment",
            at,
            f"{row['environment']} {row['version']}".strip(),
            result=row["result"],
            url=row["url"],
            production=row["id"] in live,
        )
        board.add(f"{lane} builds", _builder(tool), row["service"] or row["environment"], event)
        board.believe(event, why[row["id"]], decides=decides)
        for link in why[row["id"]]:
            board.connect(f"commit{link.a_id}", event.id, link, decides=decides)
    return rows


def _service_desk(session: Session, board: Board, item: Row, deployments: dict[int, Row]) -> None:
    named = reads.links_between(session, Entity.ITEM, Entity.CHANGE, a=[item["id"]])
    made = reads.links_between(session, Entity.DEPLOYMENT, Entity.CHANGE, a=deployments)
    why = grouped_by_b([*made, *named])
    changes = reads.things(session, Entity.CHANGE, why)
    for row in changes.values():
        start = _at(row["requested_ts"] or row["created_ts"])
        if start is None:
            continue
        lane, tool = board.tool_of(row["source_id"])
        approved = _at(row["approved_ts"])
        event = Event(
            f"change{row['id']}",
            "change",
            start,
            row["number"],
            end=approved or _at(row["closed_ts"]),
            detail=row["title"],
            result="approved" if approved else row["state"],
            url=row["url"],
        )
        board.add(lane, tool, "CHG, INC", event)
        sure = any(link.confidence >= _SURE for link in why[row["id"]])
        board.believe(event, why[row["id"]], decides=approved is not None and sure)
        for link in made:
            if link.b_id == row["id"]:
                board.connect(event.id, f"deployment{link.a_id}", link)
    _incidents(session, board, deployments, changes)


def _incidents(
    session: Session, board: Board, deployments: dict[int, Row], changes: dict[int, Row]
) -> None:
    by_deployment = reads.links_between(session, Entity.DEPLOYMENT, Entity.INCIDENT, a=deployments)
    by_change = reads.links_between(session, Entity.CHANGE, Entity.INCIDENT, a=changes)
    why: dict[int, list[Link]] = grouped_by_b([*by_change, *by_deployment])
    for row in reads.things(session, Entity.INCIDENT, why).values():
        at = _at(row["opened_ts"])
        if at is None:
            continue
        lane, tool = board.tool_of(row["source_id"])
        event = Event(
            f"incident{row['id']}",
            "incident",
            at,
            row["number"],
            end=_at(row["resolved_ts"]),
            detail=row["title"],
            result=row["state"],
            url=row["url"],
        )
        board.add(lane, tool, "CHG, INC", event)
        sure = any(link.confidence >= _SURE for link in why[row["id"]])
        board.believe(event, why[row["id"]], decides=sure)
        for link in by_deployment:
            if link.b_id == row["id"]:
                board.connect(f"deployment{link.a_id}", event.id, link)


def _live(board: Board, fact: Row | None) -> None:
    if fact is None:
        return
    first, last = _at(fact["first_released_ts"]), _at(fact["released_ts"])
    if first is not None:
        label = "live" if first == last else "partly live" if last is None else "first part live"
        board.add("production", "Production", "", Event("live0", "live", first, label))
    if last is not None and last != first:
        board.add("production", "Production", "", Event("live1", "live", last, "live"))
