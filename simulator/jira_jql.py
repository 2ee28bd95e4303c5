"""The part of JQL that collectors use: `AND` of comparisons, and `ORDER BY`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from simulator.jira_catalogue import ZONE
from simulator.jira_issues import Issues
from simulator.model import Item

Test = Callable[[Item], bool]
SortKey = tuple[float, ...]

CLAUSE = re.compile(r"^(\w+)\s*(>=|<=|!=|=|>|<|\bnot in\b|\bin\b)\s*(.+)$", re.I | re.S)
ORDER = re.compile(r"\border\s+by\b", re.I)
LOCAL_FORMATS = ("%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y-%m-%d")
COMPARE: dict[str, Callable[[datetime, datetime], bool]] = {
    ">=": lambda one, other: one >= other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    "<": lambda one, other: one < other,
    "=": lambda one, other: one == other,
}


class JqlError(Exception):
    """A query that Jira refuses with 400; the message is Jira's."""


@dataclass(frozen=True, slots=True)
class Query:
    tests: list[Test]
    order: list[tuple[str, bool]]  # field, descending

    def run(self, issues: Issues) -> list[tuple[SortKey, Item]]:
        """Matching issues in order, each with its place; the key makes places unique."""
        found = [item for item in issues.items if all(test(item) for test in self.tests)]
        ranks = {key: rank for rank, key in enumerate(sorted({item.project for item in found}))}
        placed = [(self._place(issues, item, ranks), item) for item in found]
        return sorted(placed, key=lambda pair: pair[0])

    def _place(self, issues: Issues, item: Item, ranks: dict[str, int]) -> SortKey:
        place: list[float] = []
        for field, descending in [*self.order, ("key", False)]:
            values = _sort_values(issues, item, field) or (ranks[item.project], _number(item))
            place += [-value for value in values] if descending else values
        return tuple(place)


def parse_jql(text: str, issues: Issues, *, projects: Collection[str]) -> Query:
    """`JqlError` for what is malformed, unknown, or names a project that does not exist."""
    where, *order = ORDER.split(text, maxsplit=1)
    clauses = [part.strip() for part in re.split(r"\s+and\s+", where.strip(), flags=re.I)]
    tests = [_test(clause, issues, projects) for clause in clauses if clause]
    return Query(tests, _order(order[0]) if order else [("created", True)])


def _test(clause: str, issues: Issues, projects: Collection[str]) -> Test:
    match = CLAUSE.match(clause)
    if match is None:
        raise JqlError(f"Error in the JQL Query: unexpected '{clause}'.")
    field, operator, value = match[1].lower(), match[2].lower(), match[3].strip()
    if field in ("updated", "created"):
        if operator not in COMPARE:
            raise JqlError(f"The operator '{operator}' is not supported by the '{field}' field.")
        compare, bound = COMPARE[operator], _moment(field, value)
        if field == "created":
            return lambda item: compare(item.created, bound)
        return lambda item: compare(issues.updated[item.id], bound)
    chosen = set(_values(value))
    if operator in ("=", "in"):
        return _member(field, chosen, projects)
    if operator in ("!=", "not in"):
        member = _member(field, chosen, projects)
        return lambda item: not member(item)
    raise JqlError(f"The operator '{operator}' is not supported by the '{field}' field.")


def _member(field: str, chosen: set[str], projects: Collection[str]) -> Test:
    if field == "project":
        for name in sorted(chosen - set(projects)):
            raise JqlError(f"The value '{name}' does not exist for the field 'project'.")
        return lambda item: item.project in chosen
    if field in ("key", "issuekey", "id", "issue"):
        return lambda item: item.key in chosen or item.id in chosen
    if field in ("issuetype", "type"):
        return lambda item: item.type in chosen
    raise JqlError(f"Field '{field}' does not exist or you do not have permission to view it.")


def _values(text: str) -> list[str]:
    inner = text[1:-1] if text.startswith("(") and text.endswith(")") else text
    return [part.strip().strip("\"'") for part in inner.split(",") if part.strip()]


def _moment(field: str, text: str) -> datetime:
    """Unquoted: milliseconds since the epoch. Quoted: a minute or day in the caller's zone."""
    if text.isdigit():
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    if text[:1] in "\"'" and text[-1:] == text[:1]:
        for layout in LOCAL_FORMATS:
            try:
                return datetime.strptime(text[1:-1], layout).replace(tzinfo=ZONE)
            except ValueError:
                continue
    raise JqlError(
        f"Date value {text} for field '{field}' is invalid. Valid formats include: "
        "'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd'."
    )


def _order(text: str) -> list[tuple[str, bool]]:
    order = []
    for part in text.split(","):
        field, *direction = part.split()
        if field.lower() not in ("updated", "created", "key", "issuekey", "id"):
            raise JqlError(f"Not able to sort using field '{field}'.")
        order.append((field.lower(), bool(direction) and direction[0].upper() == "DESC"))
    return order


def _sort_values(issues: Issues, item: Item, field: str) -> tuple[float, ...]:
    """Numbers to sort by; empty for the key, which needs the ranks of the projects."""
    if field == "updated":
        return (issues.updated[item.id].timestamp(),)
    if field == "created":
        return (item.created.timestamp(),)
    return (float(item.id),) if field == "id" else ()


def _number(item: Item) -> int:
    return int(item.key.rpartition("-")[2])
