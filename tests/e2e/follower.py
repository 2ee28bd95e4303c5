"""What a store that followed a company holds beside what a first load of it finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from simulator.live import Live
from simulator.live_tickets import ELSEWHERE
from tests.e2e.dumps import Rows

SEEN_BY_A_FOLLOWER = {
    "git_commit": "commits to which no branch leads any more: rewritten, or squashed",
    "commit_parent": "the parents of those; a list of a merge request does not name them",
    "ref": "branches that were deleted since",
    "link": "of those commits",
    "work_item": "tickets that were deleted, or moved to where nothing is read: marked as such",
    "item_key": "the keys of those tickets",
    "transition": "their history",
    "block": "when they were blocked",
    "item_link": "what they were linked to, as they told it",
    "worklog": "time booked on them",
    "planned_in": "the releases that they were planned for",
    "person": "authors of those commits, and who moved those tickets or booked time on them",
    "person_alias": "what else those authors are known by",
    "mention": "what those commits name; and a first load still lacks what names them",
    "identity": "with whom those authors are one; the others are one with the same as without them",
}
"""What no first load can find any more, by table: rows of these kinds only are there besides."""

_OF_TICKETS = ("item_key", "transition", "block", "item_link", "worklog", "planned_in")
_SHA = re.compile(r"[0-9a-f]{40}")
_PSEUDONYM = re.compile(r"[0-9a-f]{32}")
_TICKET = re.compile(r"work_item source jira/(\d+)'")
_OWN_ID = re.compile(r"\('external_id', '(\d+)'\)")
_PERSON = re.compile(r"'(person source [^']*)'")
_WORD = re.compile(r"\('word', '([0-9a-f]{7})'\)")
_WHY = re.compile(r"\('gone', '(\w*)'\)")


@dataclass(frozen=True)
class Followed:
    """here: the rows of the store that followed `live`. first: those of a first load of it now."""

    here: Mapping[str, Rows]
    first: Mapping[str, Rows]
    live: Live

    @cached_property
    def unexplained(self) -> list[str]:
        """Rows that only the follower has and that are of none of the kinds above, and rows that
        only a first load has.
        """
        explained: dict[str, Callable[[str], bool]] = {
            "git_commit": lambda row: row in self._commits,
            "commit_parent": lambda row: bool(set(_SHA.findall(row)) & self._left_behind),
            "link": lambda row: bool(set(_SHA.findall(row)) & self._left_behind),
            "ref": lambda row: "'branch'" in row and not any(b in row for b in self._branches),
            "work_item": self._is_tombstone,
            **dict.fromkeys(_OF_TICKETS, self._is_of_tombstone),
            "person": self._is_named_there,
            "mention": lambda row: bool(set(_SHA.findall(row)) & self._left_behind),
            "person_alias": lambda row: _PERSON.findall(row)[0] in self._strangers,
            "identity": self._is_joined_alike,
        }
        assert explained.keys() == SEEN_BY_A_FOLLOWER.keys()
        strange = [
            f"{table}: {row}"
            for table, is_explained in explained.items()
            for row in self._only_here(table)
            if not is_explained(row)
        ]
        # A commit that only a merge request still names has no parents in a first load.
        lacking = [
            f"{table}: {row} is missing"
            for table in explained
            for row in sorted(set(self.first[table]) - set(self.here[table]))
            if not (table == "git_commit" and row.replace("None", "1", 1) in self.here[table])
            and not (table == "mention" and self._names_what_is_left_behind(row))
            and not (table == "identity" and self._is_joined_alike(row))
        ]
        return strange + lacking

    @property
    def tombstones(self) -> dict[str, str]:
        """Why each ticket that is gone is so, by its id, as the store has it."""
        told = {_OWN_ID.findall(row)[0]: _WHY.findall(row)[0] for row in self.here["work_item"]}
        return {ticket: why for ticket, why in told.items() if why}

    @cached_property
    def gone(self) -> dict[str, str]:
        """The same by what really happened, of all tickets that ever were."""
        moved = [item.id for item in self.live.world.items if item.project == ELSEWHERE]
        deleted = [item.id for item in self.live.deleted]
        return {**dict.fromkeys(moved, "moved"), **dict.fromkeys(deleted, "deleted")}

    def _only_here(self, table: str) -> list[str]:
        return sorted(set(self.here[table]) - set(self.first[table]))

    @cached_property
    def _left_behind(self) -> set[str]:
        """The shas of the store to which no branch leads, by what the company really has."""
        parents = {commit.sha: commit.parents for commit in self.live.world.commits}
        heads = [sha for found in self.live.world.branches.values() for sha in found.values()]
        reached, waiting = set[str](), heads
        while waiting:
            sha = waiting.pop()
            if sha not in reached:
                reached.add(sha)
                waiting += parents[sha]
        return {sha for row in self.here["git_commit"] for sha in _SHA.findall(row)} - reached

    @cached_property
    def _commits(self) -> list[str]:
        return [r for r in self.here["git_commit"] if set(_SHA.findall(r)) & self._left_behind]

    @cached_property
    def _branches(self) -> set[str]:
        """How the rows of branches begin that are still there."""
        world = self.live.world
        services = [service for stream in world.streams for service in stream.services]
        return {
            f"gitlab/{101 + place}'), ('kind', 'branch'), ('name', '{name}')"
            for place, service in enumerate(services)
            for name in world.branches[service.repository]
        }

    def _names_what_is_left_behind(self, row: str) -> bool:
        """Whether the word of a mention is that of a commit that only the follower has."""
        words = _WORD.findall(row)
        return bool(words) and any(sha.startswith(words[0]) for sha in self._left_behind)

    def _is_tombstone(self, row: str) -> bool:
        return _OWN_ID.findall(row)[0] in self.gone and _WHY.findall(row)[0] != ""

    def _is_of_tombstone(self, row: str) -> bool:
        """The first ticket that a row names is the one that it belongs to."""
        return _TICKET.findall(row)[0] in self.gone

    @cached_property
    def _naming(self) -> str:
        """The rows that may name people whom a first load never meets."""
        tables = ("transition", "worklog")
        rows = [row for table in tables for row in self._only_here(table)]
        return "\n".join([*self._commits, *rows])

    def _is_named_there(self, row: str) -> bool:
        return _PSEUDONYM.findall(row)[0] in self._naming

    @cached_property
    def _strangers(self) -> set[str]:
        """Accounts that a first load never meets."""
        return _accounts(self.here) - _accounts(self.first)

    @cached_property
    def _joined(self) -> tuple[Mapping[str, Joined], Mapping[str, Joined]]:
        return _groups(self.here, self._strangers), _groups(self.first, set())

    def _is_joined_alike(self, row: str) -> bool:
        """Which account stands for a person depends on who is known; strangers apart, the accounts
        that are one must be the same.
        """
        account = _PERSON.findall(row)[0]
        here, first = self._joined
        return account in self._strangers or here[account] == first[account]


Joined = tuple[frozenset[str], bool]
"""The accounts of one person, and whether they are a bot's."""


def _accounts(rows: Mapping[str, Rows]) -> set[str]:
    return {_PERSON.findall(row)[0] for row in rows["identity"]}


def _groups(rows: Mapping[str, Rows], without: set[str]) -> dict[str, Joined]:
    groups: dict[str, set[str]] = {}
    found = [(*_PERSON.findall(row), "('bot', True)" in row) for row in rows["identity"]]
    for account, group, _ in found:
        groups.setdefault(group, set()).add(account)
    return {account: (frozenset(groups[group] - without), bot) for account, group, bot in found}
