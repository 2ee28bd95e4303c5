"""What GitHub's streams share: paths, pages, and how much of a payload is kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from connectors.http import Params, SourceClient, body_of, for_each
from connectors.ordered import beginning
from connectors.paging import all_or_none, pages
from connectors.people import person
from connectors.stream import Named, Payload, Reading, Scope
from connectors.times import utc
from core.records import Person

PER_PAGE = 100
OFF = (403, 404)
"""Not visible, or switched off in this repository."""
GONE = (301, 404, 410)
"""An issue that was transferred, one that is hidden, one that was deleted."""


def in_repository(what: str, scope: Scope) -> str:
    """A path below the repository, by the name that connecting found for its number."""
    return f"repos/{scope.payload['full_name']}/{what}"


def rows(
    client: SourceClient,
    path: str,
    extra: Params | None = None,
    *,
    items: str = "",
    none_on: Collection[int] = OFF,
) -> Iterator[Payload]:
    """All rows of a list; none where it is switched off or not visible."""
    asked: Params = {**(extra or {}), "per_page": PER_PAGE}
    for page in pages(client, path, asked, items=items, none_on=none_on):
        yield from page


def rows_or_none(
    client: SourceClient,
    path: str,
    extra: Params | None = None,
    *,
    items: str = "",
    none_on: Collection[int] = OFF,
) -> list[Payload] | None:
    """All rows of a list; None where it is refused."""
    asked: Params = {**(extra or {}), "per_page": PER_PAGE}
    return all_or_none(client, path, asked, items=items, none_on=none_on)


def one(client: SourceClient, path: str, *, none_on: Collection[int] = (404,)) -> Payload | None:
    """An object, None where it is no longer there."""
    answer = client.get(path, none_on=none_on)
    found: Payload | None = body_of(answer, path) if answer.status_code == 200 else None
    return found


def read_again(
    client: SourceClient,
    scope: Scope,
    payloads: Sequence[Payload],
    *,
    what: str,
    keep: Callable[[Payload], Payload],
    key: str = "id",
    none_on: Collection[int] = (404,),
) -> list[Payload]:
    """These payloads by id, as a list would give them; without those that are gone. `what`: their
    list.
    """
    found: list[Payload] = []

    def ask(payload: Payload) -> None:
        row = one(client, in_repository(f"{what}/{payload[key]}", scope), none_on=none_on)
        found.extend([keep(row)] if row else [])

    for_each(client, ask, payloads)
    return found


def named(
    what: str,
    keep: Callable[[Payload], Payload],
    at: str,
    *,
    belongs: Callable[[Payload], bool] = lambda _row: True,
    id: Callable[[str, Scope], str] | None = None,
) -> Named:
    """Single things of a repository, as their list gives them, for webhooks that name them. at: the
    time by which their list goes back in history.
    """

    def read(reading: Reading, names: Sequence[str]) -> list[Payload]:
        first, found = beginning(reading), list[Payload]()

        def ask(name: Payload) -> None:
            path = in_repository(f"{what}/{name['name']}", reading.scope)
            row = one(reading.client, path, none_on=(301, 404, 410))
            if row and belongs(row) and (first is None or utc(row[at]) >= first):
                found.append(keep(row))

        for_each(reading.client, ask, [{"name": name} for name in names])
        return found

    return Named(read=read, id=id)


def kept(row: Mapping[str, Any], names: Iterable[str]) -> Payload:
    """These fields of a row, where it has them. The others are addresses and counts, some of which
    move with every push and would make each row look changed.
    """
    return {name: row[name] for name in names if name in row}


def account(user: Mapping[str, Any] | None) -> Payload | None:
    """What is kept of an account; None for one that was deleted."""
    return kept(user, ("login", "type")) if user else None


def short_commit(row: Mapping[str, Any]) -> Payload:
    """A commit without addresses and signature."""
    told = row.get("commit") or {}
    return {
        "sha": row.get("sha"),
        "commit": kept(told, ("author", "committer", "message")),
        "author": account(row.get("author")),
        "parents": [kept(parent, ("sha",)) for parent in row.get("parents") or ()],
    }


def someone(user: Mapping[str, Any] | None, bots: Sequence[str]) -> Person | None:
    """An account by its login; GitHub says itself which ones are apps."""
    user = user or {}
    login, app = user.get("login"), user.get("type") == "Bot"
    return person(login, bots=bots, username=login, app=app)
