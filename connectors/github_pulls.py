"""Pull requests: newest change first, with the commits, reviews and landed commit of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from connectors import github_bulk
from connectors.github_graph import Graph
from connectors.github_parse import commit_of
from connectors.github_rest import (
    PER_PAGE,
    account,
    in_repository,
    kept,
    named,
    one,
    read_again,
    rows,
    rows_or_none,
    short_commit,
    someone,
)
from connectors.http import SourceClient, for_each
from connectors.newest import Newest, newest_first
from connectors.stream import Payload, Scope, Watch
from connectors.times import utc, utc_or_none
from connectors.unread import details_of
from core.errors import PayloadError
from core.records import MergeRequest, MergeState, Record, Review, ReviewKind

_KEPT = (
    "id", "node_id", "number", "title", "body", "state", "draft", "html_url",
    "created_at", "updated_at", "closed_at", "merged_at",
)  # fmt: skip
_REVIEWS = {
    "APPROVED": ReviewKind.APPROVED,
    "CHANGES_REQUESTED": ReviewKind.CHANGES_REQUESTED,
    "COMMENTED": ReviewKind.COMMENTED,
    # Somebody withdrew it later; what it had said is not told any more, but that it was given is.
    "DISMISSED": ReviewKind.COMMENTED,
}
_GONE = (404, 409, 422)
_FEW = 3


def short_pull(row: Payload) -> Payload:
    """A request without its two repositories, which change with every push."""
    pull = kept(row, _KEPT)
    pull["user"] = account(row.get("user"))
    pull["labels"] = [kept(label, ("name",)) for label in row.get("labels") or ()]
    pull["head"] = kept(row.get("head") or {}, ("ref", "sha"))
    pull["base"] = kept(row.get("base") or {}, ("ref",))
    if row.get("merged_at"):
        # Before, it names a trial merge that moves with the target branch.
        pull["merge_commit_sha"] = row.get("merge_commit_sha")
    return pull


read_pulls = newest_first(
    Newest(
        path=partial(in_repository, "pulls"),
        # The list has no filter by time; `sort` knows created, updated, popularity, long-running.
        params={"state": "all", "sort": "updated", "direction": "desc", "per_page": PER_PAGE},
        at=lambda row: utc(row["updated_at"]),
        overlap=timedelta(minutes=10),
        lag=timedelta(minutes=2),
        keep=short_pull,
    )
)


def _still_open(client: SourceClient, scope: Scope, stored: Sequence[Payload]) -> Iterator[Payload]:
    """Several by the list of what is open; only what left it, and a few, by number."""
    listed: dict[Any, Payload] = {}
    if len(stored) > _FEW:
        found = rows(client, in_repository("pulls", scope), {"state": "open"}, none_on=())
        listed = {row["number"]: short_pull(row) for row in found}
    others = [row for row in stored if row["number"] not in listed]
    yield from (listed[row["number"]] for row in stored if row["number"] in listed)
    yield from read_again(client, scope, others, what="pulls", keep=short_pull, key="number")


watch_pulls = Watch(open=lambda pull: pull.get("state") == "open", read=_still_open)
named_pulls = named("pulls", short_pull, "updated_at")


def add_details(client: SourceClient, scope: Scope, pulls: list[Payload], *, graph: Graph) -> None:
    """Commits and reviews of each changed request, and the commit that a merged one landed as: of
    all at once by GraphQL, of what it does not tell one by one.
    """
    told = github_bulk.pulls(graph, pulls)

    def add(pull: Payload) -> None:
        path = in_repository(f"pulls/{pull['number']}", scope)
        found = told.get(str(pull.get("node_id"))) or _alone(client, path)
        details = details_of(pull, commits=found["commits"], reviews=found["reviews"])
        landed = _landed(client, scope, pull, {**found, "commits": details["commits"] or ()})
        pull["_details"] = {**details, "landed": landed}

    for_each(client, add, pulls)


def _alone(client: SourceClient, path: str) -> Payload:
    """What is refused is None."""
    commits = rows_or_none(client, f"{path}/commits", none_on=_GONE)
    reviews = rows_or_none(client, f"{path}/reviews", none_on=_GONE)
    return {
        "commits": None if commits is None else [short_commit(row) for row in commits],
        "reviews": None if reviews is None else [_short_review(row) for row in reviews],
    }


def _short_review(row: Payload) -> Payload:
    review = kept(row, ("id", "state", "submitted_at"))
    review["user"] = account(row.get("user"))
    return review


def _landed(
    client: SourceClient, scope: Scope, pull: Payload, found: Mapping[str, Any]
) -> Payload | None:
    sha = pull.get("merge_commit_sha")
    if not pull.get("merged_at") or not sha or _forwarded(pull, found["commits"]):
        return None
    told: Payload | None = found.get("landed")
    if told is not None and told["sha"] == sha:
        return told
    row = one(client, in_repository(f"commits/{sha}", scope), none_on=_GONE)
    return short_commit(row) if row else None


def _forwarded(pull: Mapping[str, Any], commits: Iterable[Payload]) -> bool:
    """Whether what landed is a commit of the branch itself, pushed to the target by hand."""
    own = {pull["head"].get("sha"), *(commit["sha"] for commit in commits)}
    return pull.get("merge_commit_sha") in own


def parse_pull(payload: Payload, scope: Scope, *, bots: Sequence[str] = ()) -> Iterator[Record]:
    """The request, its commits (a squash keeps their dates nowhere else) and its reviews."""
    details = payload.get("_details") or {}
    commits = details.get("commits")
    merge_sha, squash_sha = _shas(payload, commits or (), details.get("landed"))
    yield MergeRequest(
        id=str(payload["id"]),
        repository=scope.id,
        number=int(payload["number"]),
        title=payload["title"],
        description=payload.get("body") or "",
        source_branch=payload["head"]["ref"],
        target_branch=payload["base"]["ref"],
        state=_state(payload),
        created_at=utc(payload["created_at"]),
        updated_at=utc(payload["updated_at"]),
        merged_at=utc_or_none(payload.get("merged_at")),
        closed_at=utc_or_none(payload.get("closed_at")),
        head_sha=payload["head"].get("sha") or None,
        merge_sha=merge_sha,
        squash_sha=squash_sha,
        labels=tuple(label["name"] for label in payload.get("labels") or ()),
        commits=None if commits is None else tuple(commit["sha"] for commit in commits),
        url=payload.get("html_url") or "",
        author=someone(payload.get("user"), bots),
    )
    for commit in commits or ():
        yield commit_of(commit, scope.id, bots)
    yield from _reviews(payload, scope, details.get("reviews") or (), bots)


def _state(payload: Payload) -> MergeState:
    if payload.get("merged_at"):
        return MergeState.MERGED
    known = {"open": MergeState.OPEN, "closed": MergeState.CLOSED}
    if payload["state"] not in known:
        raise PayloadError(f"unknown state of a pull request: {payload['state']!r}")
    return known[payload["state"]]


def _shas(
    payload: Payload, commits: Sequence[Payload], landed: Mapping[str, Any] | None
) -> tuple[str | None, str | None]:
    """Merge and squash sha. GitHub names what landed and not how: two parents are a merge commit; a
    copy of the branch's last commit, with its author date and words, is a rebase, which has neither
    squash nor merge commit but a last commit to link by; anything else with one parent is a squash.
    """
    sha = payload.get("merge_commit_sha")
    if not payload.get("merged_at") or not sha or _forwarded(payload, commits):
        return None, None
    if landed is None or len(landed["parents"]) > 1 or _copied(landed, commits):
        return sha, None
    return None, sha


def _copied(landed: Mapping[str, Any], commits: Sequence[Payload]) -> bool:
    def marks(commit: Mapping[str, Any]) -> tuple[object, object]:
        told = commit["commit"]
        return (told.get("author") or {}).get("date"), told.get("message")

    return bool(commits) and marks(landed) == marks(commits[-1])


def _reviews(
    payload: Payload, scope: Scope, reviews: Iterable[Payload], bots: Sequence[str]
) -> Iterator[Record]:
    """What people other than the author said; a pending review is not given yet."""
    author = someone(payload.get("user"), bots)
    for review in reviews:
        kind, by = _REVIEWS.get(str(review.get("state"))), someone(review.get("user"), bots)
        at = utc_or_none(review.get("submitted_at"))
        own = by is not None and author is not None and by.identity == author.identity
        if kind is None or at is None or own or (by is not None and by.bot):
            continue
        yield Review(scope.id, str(payload["id"]), str(review["id"]), kind, at, by)
