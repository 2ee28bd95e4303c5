"""A first look at a GitHub repository: environments, deployments, pull requests and labels."""

from __future__ import annotations

from connectors.github_rest import PER_PAGE, in_repository
from connectors.http import Params, SourceClient, body_of
from connectors.look import NEWEST, Code, refused_of, tally
from connectors.stream import Payload, Scope
from connectors.times import utc_or_none

_OFF = (403, 404, 410)
_NEWEST_REQUESTS: Params = {
    "state": "all",
    "sort": "updated",
    "direction": "desc",
    "per_page": NEWEST,
}


def look(client: SourceClient, scope: Scope) -> Code:
    """What one page of each list tells; what is switched off or refused is empty.

    Whether a deployment went well is a request for each of them, and not asked: all count.
    """
    all_of: Params = {"per_page": PER_PAGE}
    environments = _page(client, scope, "environments", all_of, items="environments")
    deployments = _page(client, scope, "deployments", all_of)
    requests = _page(client, scope, "pulls", _NEWEST_REQUESTS)
    return Code(
        str(scope.payload["full_name"]),
        tally(
            [
                (str(row["environment"]), utc_or_none(row["created_at"]), True)
                for row in deployments or ()
                if row.get("environment")
            ],
            [(str(row["name"]), "") for row in environments or ()],
        ),
        len(deployments or ()),
        tuple(
            f"{row.get('title') or ''} {(row.get('head') or {}).get('ref') or ''}"
            for row in requests or ()
        ),
        "pull requests",
        refused_of(
            {"environments": environments, "deployments": deployments, "pull requests": requests}
        ),
    )


def labels(client: SourceClient, scope: Scope) -> tuple[str, ...]:
    """The names of labels, a page of them."""
    return tuple(
        str(row["name"]) for row in _page(client, scope, "labels", {"per_page": PER_PAGE}) or ()
    )


def _page(
    client: SourceClient, scope: Scope, what: str, asked: Params, *, items: str = ""
) -> list[Payload] | None:
    """None where the list is refused."""
    where = in_repository(what, scope)
    answer = client.get(where, asked, none_on=_OFF)
    if answer.status_code in _OFF:
        return None
    body = body_of(answer, where)
    rows = body.get(items) if items and isinstance(body, dict) else body
    return rows if isinstance(rows, list) else []
