"""Which records stand beside others: what must be looked at again when those change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, Table, literal_column, select
from sqlalchemy.orm import Session

from core.records import LEFT, Entity
from store.links import any_of
from store.lookup import chunks, found_in, one_of
from store.models import (
    build,
    commit_parent,
    deployment,
    git_commit,
    incident,
    item_key,
    link,
    merge_request,
    merge_request_commit,
    overruled_link,
    ref,
    source,
    work_item,
)
from store.read import IDS
from store.told import CommitTold, RequestTold

Sha = tuple[int, str]
"""A commit by its repository and its sha, whole or abbreviated."""


def linked_to(session: Session, a: Entity, b: Entity, *, a_ids: Iterable[int]) -> set[int]:
    """The ends of kind `b` of the links of these ends of kind `a`, overruled ones among them."""
    kinds, own = {"a_kind": int(a), "b_kind": int(b)}, set(a_ids)
    return {
        row[0]
        for table in _told(session)
        for row in found_in(session, table, ("b_id",), "a_id", own, **kinds)
    }


def linked_from(session: Session, a: Entity, b: Entity, *, b_ids: Iterable[int]) -> set[int]:
    """The ends of kind `a` of the links of these ends of kind `b`, overruled ones among them."""
    own = set(b_ids)
    # Asked for both kinds and no more than the ids SQLite goes through all links of kind `a`: the
    # index that begins with that kind holds everything that is wanted.
    return {
        row[0]
        for table in _told(session)
        for row in found_in(session, table, ("a_id", "a_kind"), "b_id", own, b_kind=int(b))
        if row[1] == a
    }


def _told(session: Session) -> Sequence[Table]:
    return (link, overruled_link) if any_of(session, overruled_link) else (link,)


def keys_of(session: Session, item_ids: Collection[int]) -> dict[int, set[str]]:
    """Every key that each of these items ever had."""
    keys: dict[int, set[str]] = defaultdict(set)
    for item, key in found_in(session, item_key, ("item_id", "key"), "item_id", item_ids):
        keys[item].add(key)
    return keys


def having_keys(session: Session, keys: Iterable[str]) -> set[int]:
    """The items that have or had one of these keys, at whatever tracker."""
    wanted = set(keys)
    if not wanted:
        return set()
    return {
        row[0]
        for home in session.execute(select(source.c.id)).scalars().all()
        for row in found_in(session, item_key, ("item_id",), "key", wanted, source_id=home)
    }


def former_keys(session: Session) -> set[str]:
    """The keys that items had before they moved."""
    return set(session.execute(select(item_key.c.key).where(~item_key.c.current)).scalars())


def has_issues(session: Session) -> bool:
    """Whether issues of a code host are work items: those have keys such as `shop/web#12`."""
    named = select(item_key.c.key).where(item_key.c.key.contains("#")).limit(1)
    return session.execute(named).first() is not None


def incident_numbers(session: Session) -> set[str]:
    """The numbers of all incidents."""
    return set(session.execute(select(incident.c.number)).scalars())


def titles_of(session: Session, item_ids: Iterable[int]) -> list[str]:
    """The titles of these items."""
    return [row[0] for row in found_in(session, work_item, ("title",), "id", item_ids)]


def gone(session: Session, item_ids: Collection[int]) -> set[int]:
    """Which of these items are gone for good."""
    rows = found_in(session, work_item, ("id", "gone"), "id", item_ids)
    return {row[0] for row in rows if row[1] in LEFT}


def shas_of(session: Session, commit_ids: Iterable[int]) -> set[str]:
    """The shas of these commits."""
    return {row[0] for row in found_in(session, git_commit, ("sha",), "id", commit_ids)}


def commits_by_sha(session: Session, shas: Iterable[Sha]) -> set[int]:
    """The commits with these shas; of an abbreviated one all that begin with it."""
    whole: dict[int, set[str]] = defaultdict(set)
    found: set[int] = set()
    for home, sha in set(shas):
        if len(sha) >= 40:
            whole[home].add(sha.lower())
        else:
            begins = git_commit.c.sha.between(sha, f"{sha}g")
            query = select(git_commit.c.id).where(git_commit.c.repository_id == home, begins)
            found.update(session.execute(query).scalars())
    for home, wanted in whole.items():
        rows = found_in(session, git_commit, ("id",), "sha", wanted, repository_id=home)
        found.update(row[0] for row in rows)
    return found


def requests_by_number(session: Session, numbers: Iterable[tuple[int, int]]) -> set[int]:
    """The merge requests with these numbers, each in its repository."""
    wanted: dict[int, set[int]] = defaultdict(set)
    for home, number in numbers:
        wanted[home].add(number)
    return {
        row[0]
        for home, own in wanted.items()
        for row in found_in(session, merge_request, ("id",), "number", own, repository_id=home)
    }


def requests_by_branch(session: Session, branches: Iterable[tuple[int, str]]) -> set[int]:
    """The merge requests from branches with these names, each in its repository."""
    wanted: dict[int, set[str]] = defaultdict(set)
    for home, name in branches:
        wanted[home].add(name)
    names = ("id",)
    return {
        row[0]
        for home, own in wanted.items()
        for row in found_in(session, merge_request, names, "source_branch", own, repository_id=home)
    }


def copies_of(session: Session, commits: Iterable[CommitTold]) -> set[int]:
    """The commits of one author and one second with these, in their repositories."""
    authored: dict[tuple[int, int], set[int]] = defaultdict(set)
    for one in commits:
        if one.author is not None and one.made is not None:
            authored[one.home, one.author].add(one.made)
    return {
        row[0]
        for (home, author), made in authored.items()
        for row in found_in(
            session, git_commit, ("id",), "authored_ts", made, repository_id=home, author_id=author
        )
    }


def requested_commits(session: Session, requests: Collection[RequestTold]) -> set[int]:
    """The commits that these merge requests list or name, and those linked to them so far."""
    request_ids = [one.id for one in requests]
    shas = {(one.home, sha) for one in requests for sha in one.shas}
    listed = found_in(
        session, merge_request_commit, ("commit_id",), "merge_request_id", request_ids
    )
    linked = linked_from(session, Entity.COMMIT, Entity.MERGE_REQUEST, b_ids=request_ids)
    return commits_by_sha(session, shas) | {row[0] for row in listed} | linked


def is_delivered(session: Session, commit_ids: Collection[int]) -> bool:
    """Whether one of these commits is in a deployment, is named by one, or has a child outside of
    them and so may join the history of one.
    """
    if linked_to(session, Entity.COMMIT, Entity.DEPLOYMENT, a_ids=commit_ids):
        return True
    own = set(commit_ids)
    children = found_in(session, commit_parent, ("commit_id",), "parent_id", own)
    if any(row[0] not in own for row in children):
        return True
    shas = shas_of(session, own)
    return _any_in(session, deployment.c.sha, shas) or _any_in(
        session, ref.c.sha, shas, ref.c.kind != "branch"
    )


def _any_in(
    session: Session, column: ColumnElement[str], words: Iterable[str], *more: ColumnElement[bool]
) -> bool:
    """Whether a row has one of these words. Many are asked for at a time: of a column without an
    index each time all rows are read.
    """
    return any(
        session.execute(
            select(column).where(one_of(session, column, chunk), *more).limit(1)
        ).first()
        for chunk in chunks(sorted(set(words)), IDS)
    )


def is_deploying(session: Session, build_ids: Collection[int]) -> bool:
    """Whether one of these builds made a deployment, or started a build that may have."""
    names = ("id", "source_id", "external_id", "job", "number")
    rows = list(found_in(session, build, names, "id", build_ids))
    named = {(row[1], row[2]) for row in rows}
    columns = (deployment.c.source_id, deployment.c.build_external_id, deployment.c.group_key)
    for home, own, group in session.execute(select(*columns).distinct()):
        pipeline = group.rpartition("!pipeline/")[2]
        if (home, own) in named or (home, pipeline) in named:
            return True
    started = {f"{row[3]}#{row[4]}" for row in rows}
    # Its index leaves out builds that none started, and is of use where the statement does, too.
    some = build.c.upstream != literal_column("''")
    return _any_in(session, build.c.upstream, started, some)
