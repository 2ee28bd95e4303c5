"""What happens to code while Headwater looks on; see `simulator.live_tickets`."""

from __future__ import annotations

from datetime import datetime, timedelta

from simulator.live_world import LiveWorld, following
from simulator.model import MergeRequest, Service


def open_request(live: LiveWorld) -> str:
    """A branch of some commits, and the request to merge it."""
    return _propose(live, live.rng.choice(live.services), age=timedelta())


def push_late(live: LiveWorld) -> str:
    """Commits of three weeks ago that nobody has seen until now."""
    return _propose(live, live.rng.choice(live.services), age=timedelta(days=21))


def push_late_to_default(live: LiveWorld) -> str:
    """A commit of five days ago, pushed straight onto the default branch."""
    service = live.rng.choice(live.services)
    branches = live.world.branches[service.repository]
    at = live.tick() - timedelta(days=5)
    head = branches[service.default_branch]
    made = live.commit(service.repository, [head], _message(live, "late fix"), at)
    made.on_default = True
    branches[service.default_branch] = made.sha
    return f"{made.sha[:8]} pushed late"


def merge_request(live: LiveWorld) -> str:
    """By a merge commit or a squash; its branch is deleted."""
    request = live.pick(_open(live))
    if request is None:
        return ""
    service = _service(live, request)
    branches, at = live.world.branches[request.repository], live.tick()
    head = branches[service.default_branch]
    squash = live.rng.random() < 0.5
    parents = [head] if squash else [head, request.head_sha]
    text = request.title if squash else f"Merge branch '{request.source_branch}'"
    made = live.commit(request.repository, parents, text, at)
    made.on_default = True
    branches[service.default_branch] = made.sha
    branches.pop(request.source_branch, None)
    request.state, request.merged, request.updated = "merged", at, at
    if squash:
        request.squash_sha = made.sha
    else:
        request.merge_sha = made.sha
    return f"!{request.iid} merged"


def force_push(live: LiveWorld) -> str:
    """The commits of an open request are written anew; no branch leads to the old ones any more."""
    request = live.pick(_open(live))
    if request is None:
        return ""
    known = {commit.sha: commit for commit in live.world.commits}
    old = [known[sha] for sha in request.commits if sha in known]
    if not old:
        return ""
    parent, rewritten, at = old[0].parents[0], list[str](), live.tick()
    for commit in old:
        parent = live.commit(request.repository, [parent], commit.message, at).sha
        rewritten.append(parent)
    request.commits, request.head_sha, request.updated = rewritten, parent, at
    live.world.branches[request.repository][request.source_branch] = parent
    return f"!{request.iid} rewritten"


def close_request(live: LiveWorld) -> str:
    request = live.pick(_open(live))
    if request is None:
        return ""
    at = live.tick()
    request.state, request.closed, request.updated = "closed", at, at
    return f"!{request.iid} closed"


def tag_head(live: LiveWorld) -> str:
    service = live.rng.choice(live.services)
    tags = live.world.tags.setdefault(service.repository, {})
    name = f"live-{len(tags) + 1}-{live.tick():%H%M%S}"
    tags[name] = live.world.branches[service.repository][service.default_branch]
    return f"{name} tagged"


def _propose(live: LiveWorld, service: Service, *, age: timedelta) -> str:
    at, repository = live.tick(), service.repository
    parent = live.world.branches[repository][service.default_branch]
    title, shas = _message(live, "change"), list[str]()
    for place in range(live.rng.randrange(1, 4)):
        made = live.commit(repository, [parent], f"{title}, part {place + 1}", at - age)
        parent = made.sha
        shas.append(parent)
    branch = f"live/{at:%d-%H%M%S}"
    live.world.branches[repository][branch] = parent
    live.world.merge_requests.append(_request(live, repository, branch, title, shas, at))
    return f"{branch} proposed in {repository}"


def _request(
    live: LiveWorld, repository: str, branch: str, title: str, shas: list[str], at: datetime
) -> MergeRequest:
    others = live.world.merge_requests
    return MergeRequest(
        id=following(one.id for one in others),
        iid=following(one.iid for one in others if one.repository == repository),
        repository=repository,
        title=title,
        description="",
        source_branch=branch,
        created=at,
        updated=at,
        state="opened",
        commits=shas,
        head_sha=shas[-1],
        author=live.person(),
    )


def _open(live: LiveWorld) -> list[MergeRequest]:
    return [one for one in live.world.merge_requests if one.state == "opened"]


def _service(live: LiveWorld, request: MergeRequest) -> Service:
    return next(one for one in live.services if one.repository == request.repository)


def _message(live: LiveWorld, what: str) -> str:
    item = live.pick(live.world.items)
    return f"{item.key}: {what}" if item else what
