"""What no list of changes tells at GitLab: whether open things moved on, and whether things are
still there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from connectors.gitlab_project import API, PER_PAGE, by_creation, in_project
from connectors.http import Params, SourceClient, body_of
from connectors.ordered import beginning
from connectors.paging import pages
from connectors.stream import Census, Payload, Reading, Scope, Watch
from connectors.times import iso
from core.records import Entity

DELETED = "deleted"
HIDDEN = "not_visible"
_WEEK = timedelta(days=7)
_REPORTER = 20


def watch(
    what: str, *, by: str, open: frozenset[str], number: str = "id", extra: Params | None = None
) -> Watch:
    """What is open is asked for as a list of each state; only what left that list is asked for by
    itself.

    by: the field of a row, and the parameter of the list, that tells the state. open: states that
    something leaves without the list of changes showing it. number: what its own address ends in.
    """

    def read(client: SourceClient, scope: Scope, stored: Sequence[Payload]) -> Iterator[Payload]:
        path = in_project(what, scope)
        now: dict[str, Payload] = {}
        for state in sorted({str(row[by]) for row in stored}):
            asked: Params = {**(extra or {}), by: state, "per_page": PER_PAGE}
            now |= {str(row["id"]): row for page in pages(client, path, asked) for row in page}
        for row in stored:
            found = now.get(str(row["id"])) or _alone(client, f"{path}/{row[number]}", row)
            if found:
                yield found

    return Watch(open=lambda row: row.get(by) in open, read=read)


def _alone(client: SourceClient, path: str, like: Payload) -> Payload | None:
    """A thing by itself, cut to the fields that its row in a list has."""
    answer = client.get(path, none_on=(404,))
    if answer.status_code == 404:
        return None
    return {name: value for name, value in body_of(answer, path).items() if name in like}


def census(what: str, entity: Entity, extra: Params | None = None) -> Census:
    """Of the issues or merge requests of a project, by `iid`: numbers of its own, without gaps."""
    everything = by_creation(what, extra)

    def ids(reading: Reading) -> Iterator[Iterable[str]]:
        since = beginning(reading)
        changed: Params = {"updated_after": iso(since)} if since else {}
        read = by_creation(what, {**(extra or {}), **changed})
        for page in read(replace(reading, cursor={}, since=None)):
            yield [str(row["id"]) for row in page.payloads]

    def missing(client: SourceClient, scope: Scope, gone: Sequence[str]) -> Mapping[str, str]:
        """A row can slip out of a list while it is paged: the numbers that are not in it are asked
        for by themselves, a hundred at once.
        """
        listed = everything(Reading(client, scope, {}, lambda _ids: set()))
        seen = {str(row["id"]): int(row["iid"]) for page in listed for row in page.payloads}
        highest = max(seen.values(), default=0) + len(gone)
        open_numbers = sorted(set(range(1, highest + 1)) - set(seen.values()))
        there = {*seen, *_by_number(client, in_project(what, scope), open_numbers, extra)}
        lost = [id for id in gone if id not in there]
        why = _why(client, scope, entity, there) if lost else ""
        return dict.fromkeys(lost, why)

    def read(
        client: SourceClient, scope: Scope, wanted: Sequence[str]
    ) -> Iterator[Sequence[Payload]]:
        """An id is no address: the list is gone through once more."""
        for page in everything(Reading(client, scope, {}, lambda _ids: set())):
            yield [row for row in page.payloads if str(row["id"]) in set(wanted)]

    return Census(ids=ids, missing=missing, entity=entity, every=_WEEK, read=read)


def _by_number(
    client: SourceClient, path: str, numbers: Sequence[int], extra: Params | None
) -> Iterator[str]:
    for start in range(0, len(numbers), PER_PAGE):
        chunk = [str(number) for number in numbers[start : start + PER_PAGE]]
        asked: Params = {**(extra or {}), "iids[]": chunk, "per_page": PER_PAGE}
        yield from (str(row["id"]) for page in pages(client, path, asked) for row in page)


def _why(client: SourceClient, scope: Scope, entity: Entity, there: Iterable[str]) -> str:
    """Deleted, if others are seen. Confidential issues hide from those below the Reporter role."""
    if not there:
        return HIDDEN
    if entity is not Entity.ITEM:
        return DELETED
    path = f"{API}projects/{scope.id}"
    permissions = body_of(client.get(path), path).get("permissions") or {}
    levels = [(access or {}).get("access_level") or 0 for access in permissions.values()]
    return DELETED if max(levels, default=0) >= _REPORTER else HIDDEN


def project_census(projects: Sequence[Payload]) -> Census:
    """Projects that were read once and that the configured groups, or our memberships, no longer
    show. One that is archived, moved or only left out is still there.
    """

    def ids(_reading: Reading) -> Iterator[Iterable[str]]:
        yield [str(project["id"]) for project in projects]

    return Census(
        ids=ids,
        missing=lambda client, _scope, gone: {
            id: HIDDEN for id in gone if not _is_there(client, id)
        },
        entity=Entity.REPOSITORY,
        every=timedelta(days=1),
    )


def _is_there(client: SourceClient, number: str) -> bool:
    """A deleted project and one that we may not see answer alike: 404."""
    return client.get(f"{API}projects/{number}", none_on=(301, 403, 404)).status_code in (200, 301)
