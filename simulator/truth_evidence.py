"""Which evidence there is for each true pair of ticket and commit: what somebody wrote somewhere.

Read off the world's texts and shas by plain means; nothing here is shared with the product.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from simulator.model import Commit, Item, MergeRequest, World

MESSAGE, QUOTE, REQUEST, LISTED = "message", "quote", "request", "listed commit"
COPY, SAME_PATCH = "copy", "same patch"
NONE, MISTYPED = "", "mistyped"
"""No evidence; and no evidence but a key with a typing error."""

Pair = tuple[str, str]
"""Item id and sha."""


def evidence_of(world: World) -> dict[Pair, str]:
    """Each true pair with the plainest evidence for it, or with `NONE` or `MISTYPED`.

    message: it names the ticket. quote: the title that a revert quotes does. request: a merge
    request that has the commit names it anywhere. copy: the message names the sha of a commit that
    is supported. same patch: such a commit has the same author, time of writing and message.
    listed commit: it landed for a request whose own commits are supported.
    """
    items = {item.id: item for item in world.items}
    commits = {commit.sha: commit for commit in world.commits}
    requests = _requests(world)
    found: dict[Pair, str] = {}
    for commit in world.commits:
        for ticket in commit.tickets:
            found[ticket, commit.sha] = _own(commit, items[ticket], requests[commit.sha])
    _spread(found, commits, requests)
    for (ticket, sha), evidence in found.items():
        if evidence == NONE and _nearly(items[ticket], commits[sha].message):
            found[ticket, sha] = MISTYPED
    return found


def supported(evidence: str) -> bool:
    return evidence not in (NONE, MISTYPED)


def _requests(world: World) -> Mapping[str, list[MergeRequest]]:
    """By sha, as the tools tell: rebased copies are named by nobody but the last one by GitHub."""
    found: dict[str, list[MergeRequest]] = defaultdict(list)
    for request in world.merge_requests:
        for sha in (*request.commits, request.squash_sha, request.merge_sha):
            if sha:
                found[sha].append(request)
    return found


def _own(commit: Commit, item: Item, requests: list[MergeRequest]) -> str:
    quoted = _quoted(commit.message)
    if _names(item.key, commit.message.replace(quoted, "", 1) if quoted else commit.message):
        return MESSAGE
    if any(_request_names(request, item.key) for request in requests):
        return REQUEST
    return QUOTE if _names(item.key, quoted) else NONE


def _request_names(request: MergeRequest, key: str) -> bool:
    text = f"{request.title}\n{request.description}"
    return _names(key, text) or _names(key, request.source_branch.upper())


def _quoted(message: str) -> str:
    match = re.match(r'(?:Revert|Reapply) "(.*)"', message)
    return match[1] if match else ""


def _names(key: str, text: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9]){key}(?![A-Za-z0-9])", text) is not None


def _nearly(item: Item, message: str) -> bool:
    """A word like the key in front of its number, which no project is called."""
    project, _, number = item.key.partition("-")
    words = re.findall(rf"\b([A-Z]+)[- ]?{number}\b", message)
    return any(sorted(set(word)) == sorted(set(project)) for word in words)


def _spread(
    found: dict[Pair, str],
    commits: Mapping[str, Commit],
    requests: Mapping[str, list[MergeRequest]],
) -> None:
    """From supported pairs to the commits that repeat theirs, until nothing is added."""
    twins: dict[tuple[str, str, object, str], list[str]] = defaultdict(list)
    for commit in commits.values():
        twins[_patch(commit)].append(commit.sha)
    added = True
    while added:
        added = False
        for (ticket, sha), evidence in found.items():
            if evidence != NONE:
                continue
            for kind, others in _near(commits[sha], twins, requests[sha]):
                if any(found.get((ticket, other)) for other in others):
                    found[ticket, sha], added = kind, True
                    break


def _near(
    commit: Commit, twins: Mapping[tuple[str, str, object, str], list[str]],
    requests: list[MergeRequest],
) -> Iterator[tuple[str, list[str]]]:  # fmt: skip
    named = [sha for sha in (commit.reverts, commit.picked_from) if sha and sha in commit.message]
    yield COPY, named
    yield SAME_PATCH, [sha for sha in twins[_patch(commit)] if sha != commit.sha]
    yield LISTED, [sha for request in requests for sha in request.commits if sha != commit.sha]


def _patch(commit: Commit) -> tuple[str, str, object, str]:
    return commit.repository, commit.author.email, commit.authored, commit.message
