"""A first look at a GitLab project: what is deployed, merge requests, labels of its board."""

from __future__ import annotations

from connectors.gitlab_project import PER_PAGE, in_project
from connectors.http import Params, SourceClient, body_of
from connectors.look import NEWEST, Code, refused_of, tally
from connectors.stream import Payload, Scope
from connectors.times import utc_or_none

_OFF = (400, 403, 404)
_NEWEST_DEPLOYMENTS: Params = {"order_by": "id", "sort": "desc", "per_page": PER_PAGE}
_NEWEST_REQUESTS: Params = {
    "scope": "all",
    "state": "all",
    "order_by": "updated_at",
    "sort": "desc",
    "per_page": NEWEST,
}


def look(client: SourceClient, scope: Scope) -> Code:
    """What one page of each list tells; what is switched off or refused is empty."""
    environments = _page(client, scope, "environments", {"per_page": PER_PAGE})
    deployments = _page(client, scope, "deployments", _NEWEST_DEPLOYMENTS)
    requests = _page(client, scope, "merge_requests", _NEWEST_REQUESTS)
    return Code(
        str(scope.payload["path_with_namespace"]),
        tally(
            [
                (str(row["environment"]["name"]), utc_or_none(row["created_at"]), _ok(row))
                for row in deployments or ()
            ],
            [(str(row["name"]), str(row.get("tier") or "")) for row in environments or ()],
        ),
        len(deployments or ()),
        tuple(
            f"{row.get('title') or ''} {row.get('source_branch') or ''}" for row in requests or ()
        ),
        refused=refused_of(
            {"environments": environments, "deployments": deployments, "merge requests": requests}
        ),
    )


def _ok(row: Payload) -> bool:
    return row.get("status") == "success"


def board_labels(client: SourceClient, scope: Scope) -> tuple[str, ...]:
    """The labels of the lists of the first board, from left to right; none without a board."""
    boards = _page(client, scope, "boards", {"per_page": 1})
    lists = sorted(boards[0].get("lists") or (), key=_position) if boards else []
    return tuple(str(row["label"]["name"]) for row in lists if row.get("label"))


def labels(client: SourceClient, scope: Scope) -> tuple[str, ...]:
    """The names of labels, a page of them."""
    return tuple(
        str(row["name"]) for row in _page(client, scope, "labels", {"per_page": PER_PAGE}) or ()
    )


def _position(row: Payload) -> int:
    return int(row.get("position") or 0)


def _page(client: SourceClient, scope: Scope, what: str, asked: Params) -> list[Payload] | None:
    """None where the list is refused."""
    where = in_project(what, scope)
    answer = client.get(where, asked, none_on=_OFF)
    if answer.status_code in _OFF:
        return None
    rows = body_of(answer, where)
    return rows if isinstance(rows, list) else []
