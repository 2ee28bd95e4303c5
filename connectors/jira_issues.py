"""Jira's issues: searched by their last change, with whole changelogs; and their census."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Final

from connectors import jira_parse
from connectors.http import Params, SourceClient, body_of
from connectors.jira_changelog import is_complete, keep_entries
from connectors.jira_parse import Layout
from connectors.ordered import beginning
from connectors.paging import NextPage, batches, offset, pages, token
from connectors.stream import (
    Census,
    Cursor,
    Named,
    Page,
    Payload,
    Read,
    Reading,
    Scope,
    Stream,
    own_id,
)
from connectors.times import epoch_ms, utc
from connectors.windows import Window, listing
from core.errors import SourceAuthError
from core.records import Entity

CLOUD: Final = "rest/api/3"
DATA_CENTER: Final = "rest/api/2"
_PAGE = 100
_IDS = {CLOUD: 5000, DATA_CENTER: 1000}
_CUSTOM = "customfield_"
_BULK_ISSUES = 1000
_BULK_HISTORIES = 10_000
_FIELDS = (
    "summary",
    "issuetype",
    "status",
    "project",
    "priority",
    "resolution",
    "resolutiondate",
    "created",
    "updated",
    "parent",
    "labels",
    "issuelinks",
    "assignee",
    "duedate",
    "fixVersions",
)
_by_token = token("nextPageToken", param="nextPageToken")


def issues_stream(projects: Sequence[Payload], layout: Layout, *, cloud: bool) -> Stream:
    """The issues of these projects."""
    site = _Site(projects, layout, CLOUD if cloud else DATA_CENTER)
    return Stream(
        name="issues",
        read=site.read(),
        id=own_id,
        parse=partial(jira_parse.parse_issue, layout=layout),
        complete=_add_changelogs if cloud else None,
        kept=keep_entries,
        census=Census(
            ids=site.ids,
            missing=site.missing,
            entity=Entity.ITEM,
            every=timedelta(days=1),
            read=site.by_id,
            again=site.again,
        ),
        named=Named(read=site.named, id=lambda name, _scope: name),
    )


def jql(keys: Sequence[str], since: datetime | None, until: datetime | None = None) -> str:
    """Unquoted milliseconds: a quoted time is cut to the minute and read in the account's zone."""
    projects = ", ".join(f'"{key}"' for key in keys)
    later = f" AND updated >= {epoch_ms(since)}" if since else ""
    earlier = f" AND updated < {epoch_ms(until)}" if until else ""
    return f"project in ({projects}){later}{earlier} ORDER BY updated ASC, key ASC"


@dataclass(frozen=True)
class _Site:
    """How issues are asked for: on Cloud by token, on Data Center by offset."""

    projects: Sequence[Payload]
    layout: Layout
    api: str

    @cached_property
    def homes(self) -> frozenset[str]:
        """The ids of the projects."""
        return frozenset(str(project["id"]) for project in self.projects)

    @property
    def cloud(self) -> bool:
        return self.api == CLOUD

    @property
    def keys(self) -> list[str]:
        return sorted(str(project["key"]) for project in self.projects)

    @property
    def fields(self) -> list[str]:
        return [*_FIELDS, *self.layout.custom_fields]

    @property
    def where(self) -> str:
        return f"{CLOUD}/search/jql" if self.cloud else f"{DATA_CENTER}/search"

    @property
    def next_page(self) -> NextPage:
        return _by_token if self.cloud else offset(items="issues")

    def read(self) -> Read:
        window = Window(
            at=_updated_at,
            overlap=timedelta(minutes=15 if self.cloud else 5),
            lag=timedelta(minutes=5 if self.cloud else 1),
            reanchor=not self.cloud,
            asked=f"{','.join(self.keys)} {','.join(self.fields)}",
            between=lambda _scope, since, until: self._asked(jql(self.keys, since, until)),
        )
        listed = listing(
            path=self.where,
            params=lambda _scope, since: self._asked(jql(self.keys, since)),
            next_page=self.next_page,
            items="issues",
            post=self.cloud,
            window=window,
            belongs=self._belongs,
        )

        def read(reading: Reading) -> Iterator[Page]:
            self._keep_fields(reading.cursor)
            return listed(reading)

        return read

    def _keep_fields(self, cursor: Cursor) -> None:
        """`SourceAuthError` where a field that was read is missing now: Jira leaves those out that
        are on no screen of a visible project, and issues read without it would lose what it told.
        """
        before = str(cursor.get("asked", "")).rpartition(" ")[2].split(",")
        lost = [name for name in before if name.startswith(_CUSTOM) and name not in self.fields]
        if lost:
            raise SourceAuthError(
                f"{self.api}/field: no longer lists {', '.join(lost)}, which was read before; grant"
                " access again, or if it is meant to be gone run: headwater sync --full"
            )

    def ids(self, reading: Reading) -> Iterator[list[str]]:
        """The ids of all issues whose last change lies in the history that is wanted."""
        floor = beginning(reading)
        asked: Params = {"jql": jql(self.keys, floor), "maxResults": _IDS[self.api]}
        for page in self._search(reading.client, {**asked, **self._only("id"), **self._start}):
            yield [str(row["id"]) for row in page]

    def by_id(
        self, client: SourceClient, _scope: Scope, ids: Sequence[str]
    ) -> Iterator[list[Payload]]:
        """These issues as a search shows them; all of them are there."""
        for some in batches(ids, _PAGE):
            found = f"id in ({', '.join(some)}) ORDER BY key ASC"
            yield from self._search(client, self._asked(found))

    def again(
        self, client: SourceClient, _scope: Scope, since: datetime
    ) -> Iterator[list[Payload]]:
        """What changed since then: the index of a search may take in a change after the list of
        changes has gone past it.
        """
        return self._search(client, self._asked(jql(self.keys, since)))

    def missing(self, client: SourceClient, _scope: Scope, ids: Sequence[str]) -> Mapping[str, str]:
        """An issue that Jira does not find at all is deleted; one that it finds in a project that
        is not read was moved. That the projects are visible was made sure of in connecting.
        """
        rows = self._fetched(client, ids, self._only("project"))
        found = {str(row["id"]): str(row["fields"]["project"]["id"]) for row in rows}
        reasons = {id: "moved" if id in found else "deleted" for id in ids}
        return {id: why for id, why in reasons.items() if found.get(id) not in self.homes}

    def named(self, reading: Reading, ids: Sequence[str]) -> Iterator[Payload]:
        """By their ids and not by a search, whose index a webhook is faster than."""
        self._keep_fields(reading.cursor)
        floor = beginning(reading)
        asked: Params = {"expand": ["changelog"] if self.cloud else "changelog"}
        for issue in self._fetched(reading.client, ids, {**asked, **self._only(*self.fields)}):
            ours = str(issue["fields"]["project"]["id"]) in self.homes
            if ours and (floor is None or _updated_at(issue) >= floor):
                yield issue

    def _fetched(
        self, client: SourceClient, ids: Sequence[str], asked: Params
    ) -> Iterator[Payload]:
        """Those of these issues that are anywhere at all."""
        if self.cloud:
            for some in batches(ids, _PAGE):
                body = {"issueIdsOrKeys": list(some), **asked}
                yield from body_of(client.post(f"{self.api}/issue/bulkfetch", body))["issues"]
            return
        for id in ids:
            answer = client.get(f"{self.api}/issue/{id}", asked, none_on=(404,))
            if answer.status_code != 404:
                yield body_of(answer)

    def _search(self, client: SourceClient, asked: Params) -> Iterator[list[Payload]]:
        return pages(
            client,
            self.where,
            asked,
            items="issues",
            post=self.cloud,
            next_page=self.next_page,
        )

    def _asked(self, found: str) -> Params:
        asked: Params = {"jql": found, "expand": "changelog", "maxResults": _PAGE}
        return {**asked, **self._only(*self.fields), **self._start}

    @property
    def _start(self) -> Params:
        return {} if self.cloud else {"startAt": 0}

    def _only(self, *fields: str) -> Params:
        return {"fields": list(fields) if self.cloud else ",".join(fields)}

    def _belongs(self, issue: Payload) -> bool:
        project = (issue.get("fields") or {}).get("project") or {}
        return str(project.get("id", "")) in self.homes or "id" not in project


def _updated_at(issue: Payload) -> datetime:
    return utc(issue["fields"]["updated"])


def _add_changelogs(client: SourceClient, _scope: Scope, issues: list[Payload]) -> None:
    """The whole changelog of the issues whose embedded one is cut: one bulk read for the page."""
    cut = {str(issue["id"]): issue for issue in issues if not is_complete(issue)}
    full: dict[str, list[Payload]] = {id: [] for id in cut}
    where = f"{CLOUD}/changelog/bulkfetch"
    for some in batches(list(cut), _BULK_ISSUES):
        body: Params = {"issueIdsOrKeys": list(some), "maxResults": _BULK_HISTORIES}
        found = pages(client, where, body, items="issueChangeLogs", post=True, next_page=_by_token)
        for page in found:
            for row in page:
                full.setdefault(str(row["issueId"]), []).extend(row.get("changeHistories") or ())
    for id, issue in cut.items():
        known = {"_details": issue.pop("_details", {})}
        issue["_details"] = {"changelog": full[id]}
        keep_entries(known, issue)
