"""Encoded queries of ServiceNow: conditions joined by `^` and `^OR`, and orders.

A part that names an unknown column or has no known operator is left out without a word, so that a
misspelt query answers with the whole table. That is what the vendor does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simulator.servicenow_rows import Row

Test = Callable[[Row], bool]

CONDITION = re.compile(
    r"^([a-z_][a-z0-9_]*)(>=|<=|!=|=|>|<|NOT IN|IN|LIKE|STARTSWITH|ISNOTEMPTY|ISEMPTY)(.*)$", re.S
)
NUMBER = re.compile(r"^-?\d+$")


@dataclass(frozen=True, slots=True)
class Query:
    """Groups of alternatives, all of which must hold, then the orders, most significant first."""

    groups: list[list[Test]]
    orders: list[tuple[str, bool]]  # column, descending

    def run(self, rows: Sequence[Row]) -> list[Row]:
        found = [row for row in rows if all(any(t(row) for t in group) for group in self.groups)]
        for column, descending in reversed(self.orders):
            found.sort(key=lambda row: _comparable(row[column]), reverse=descending)
        return found


def parse_query(text: str, columns: frozenset[str]) -> Query:
    groups: list[list[Test]] = []
    orders: list[tuple[str, bool]] = []
    for part in re.split(r"\^(?!OR(?!DERBY))", text):
        if part.startswith("ORDERBY"):
            descending = part.startswith("ORDERBYDESC")
            column = part.removeprefix("ORDERBYDESC").removeprefix("ORDERBY")
            orders += [(column, descending)] if column in columns else []
            continue
        tests = [_condition(one, columns) for one in re.split(r"\^OR", part)]
        kept = [test for test in tests if test is not None]
        groups += [kept] if kept else []
    return Query(groups, orders)


def _condition(text: str, columns: frozenset[str]) -> Test | None:
    match = CONDITION.match(text)
    if match is None or match[1] not in columns:
        return None
    column, operator, value = match[1], match[2], match[3]
    if operator in ("IN", "NOT IN"):
        chosen = frozenset(value.split(","))
        return lambda row: (row[column] in chosen) is (operator == "IN")
    if operator in ("ISEMPTY", "ISNOTEMPTY"):
        return lambda row: (row[column] == "") is (operator == "ISEMPTY")
    if operator in ("LIKE", "STARTSWITH"):
        start = operator == "STARTSWITH"
        return lambda row: row[column].startswith(value) if start else value in row[column]
    return _comparison(column, operator, value)


def _comparison(column: str, operator: str, value: str) -> Test:
    bound = _comparable(value)
    match operator:
        case "=":
            return lambda row: row[column] == value
        case "!=":
            return lambda row: row[column] != value
        case ">":
            return lambda row: _comparable(row[column]) > bound
        case ">=":
            return lambda row: _comparable(row[column]) >= bound
        case "<":
            return lambda row: _comparable(row[column]) < bound
    return lambda row: _comparable(row[column]) <= bound


def _comparable(text: str) -> tuple[int, str]:
    """Numbers by value, everything else as text; the forms of dates sort as text."""
    return (int(text), "") if NUMBER.match(text) else (0, text)
