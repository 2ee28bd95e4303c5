"""What hangs on pull requests and deployments, many at once by GraphQL, in the shapes of REST.

Fields: docs.github.com/en/graphql/reference/objects (PullRequest, PullRequestReview, Commit,
GitActor, Deployment, DeploymentStatus).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.github_graph import Asked, Graph, Listed
from connectors.stream import Payload

_ACTOR = "login __typename"
_COMMIT = (
    "oid message authoredDate committedDate author{name email user{login}} "
    "committer{name email} parents(first:100){nodes{oid}}"
)
_PULLS = Asked(
    type="PullRequest",
    fields=f"mergeCommit{{{_COMMIT}}}",
    lists=(
        # Each row that might come is asked for its parents, which is what a query is charged for.
        Listed("commits", f"commit{{{_COMMIT}}}", first=20),
        Listed("reviews", f"fullDatabaseId state submittedAt author{{{_ACTOR}}}"),
    ),
)
_DEPLOYMENTS = Asked(
    type="Deployment", lists=(Listed("statuses", "state createdAt logUrl", first=20),)
)
_BOT = re.compile(r"(?:\d+\+)?([\w.-]+\[bot\])@users\.noreply\.", re.IGNORECASE)


def pulls(graph: Graph, payloads: Sequence[Payload]) -> dict[str, Payload]:
    """By node id: `commits`, `reviews`, and `landed`, what the merge commit is."""
    found = graph.read(_ids(payloads), _PULLS)
    return {
        name: {
            "commits": [_commit(row["commit"]) for row in node["commits"]],
            "reviews": [_review(row) for row in node["reviews"]],
            "landed": _commit(node["mergeCommit"]) if node.get("mergeCommit") else None,
        }
        for name, node in found.items()
    }


def statuses(graph: Graph, payloads: Sequence[Payload]) -> dict[str, list[Payload]]:
    """By node id: the statuses of a deployment, newest first."""
    found = graph.read(_ids(payloads), _DEPLOYMENTS)
    return {name: _newest_first(node["statuses"]) for name, node in found.items()}


def _ids(payloads: Sequence[Payload]) -> list[str]:
    return [str(row["node_id"]) for row in payloads if row.get("node_id")]


def _commit(row: Mapping[str, Any]) -> Payload:
    """As `short_commit` makes it."""
    told: Payload = {
        "author": _signature(row.get("author"), row.get("authoredDate")),
        "committer": _signature(row.get("committer"), row.get("committedDate")),
        "message": row.get("message"),
    }
    return {
        "sha": row["oid"],
        "commit": told,
        "author": _author(row.get("author") or {}),
        "parents": [{"sha": parent["oid"]} for parent in row["parents"]["nodes"]],
    }


def _signature(actor: Mapping[str, Any] | None, at: str | None) -> Payload | None:
    """The actor's own date has the zone of whoever wrote it; that of the commit is UTC."""
    if actor is None:
        return None
    return {"name": actor.get("name"), "email": actor.get("email"), "date": at}


def _author(actor: Mapping[str, Any]) -> Payload | None:
    """A signature leads to users only; an app is known by the address that GitHub gave it."""
    if actor.get("user"):
        return {"login": actor["user"]["login"], "type": "User"}
    app = _BOT.match(str(actor.get("email") or ""))
    return {"login": app[1], "type": "Bot"} if app else None


def _account(actor: Mapping[str, Any] | None) -> Payload | None:
    """REST ends the names of apps in `[bot]`, GraphQL leaves that out."""
    if not actor:
        return None
    login, kind = str(actor["login"]), actor["__typename"]
    app = kind == "Bot" and not login.endswith("[bot]")
    return {"login": f"{login}[bot]" if app else login, "type": kind}


def _review(row: Mapping[str, Any]) -> Payload:
    review: Payload = {"id": int(row["fullDatabaseId"]), "state": row["state"]}
    if row.get("submittedAt"):
        review["submitted_at"] = row["submittedAt"]
    return {**review, "user": _account(row.get("author"))}


def _newest_first(rows: Sequence[Mapping[str, Any]]) -> list[Payload]:
    """GraphQL promises no order; of one second, the order that the ends of the list show."""
    made = [
        {
            "state": str(row["state"]).lower(),
            "created_at": row["createdAt"],
            "log_url": row.get("logUrl") or "",
        }
        for row in rows
    ]
    ascending = bool(made) and made[0]["created_at"] < made[-1]["created_at"]
    return made[::-1] if ascending else made
