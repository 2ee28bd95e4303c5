"""Histories of items as vectors tell them, and as the frames that facts are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import pandas as pd
from pydantic import Field, field_validator

from conformance.given import At, Given, Span, seconds
from core.frames import NONE
from metrics.facts import FactInputs, Rules

State = Literal["new", "waiting", "active", "done", "cancelled", "ignored"]


class Meaning(Given):
    """What a status counts as from `since` on; without a time, always."""

    state: State
    since: At | None = None


class Change(Given):
    """An item enters a status. Changes of one second happened in the order of the list."""

    at: At
    to: str


class Item(Given):
    """One item as its tool tells it. type: feature, defect, risk, debt, or another word. updated:
    when the tool last saw it change, for histories that are not complete.
    """

    id: str
    type: str = ""
    created: At
    first_status: str
    changes: tuple[Change, ...] = ()
    blocked: tuple[Span, ...] = ()
    history_complete: bool = True
    updated: At | None = None
    idea: At | None = None
    released: At | None = None
    release_reason: str = "no_commits"
    value_per_week_cents: int | None = Field(default=None, ge=0, le=10**15)


class HistoryRules(Given):
    """What the owner of the stream decided."""

    reopen_window_days: float = Field(default=14, ge=0, le=36_500)
    ignored_counts_as_waiting: bool = True


class Histories(Given):
    """statuses: what each status counts as; one that is not there is unmapped."""

    statuses: dict[str, State | tuple[Meaning, ...]]
    items: tuple[Item, ...]
    rules: HistoryRules = HistoryRules()

    @field_validator("items")
    @classmethod
    def _each_once(cls, items: tuple[Item, ...]) -> tuple[Item, ...]:
        if len({item.id for item in items}) < len(items):
            raise ValueError("two items have the same id")
        return items

    def status_ids(self) -> dict[str, int]:
        """A number for every status, the mapped ones first, in their order."""
        named = [name for item in self.items for name in _statuses_of(item)]
        return {name: n for n, name in enumerate(dict.fromkeys([*self.statuses, *named]), start=1)}

    def inputs(self) -> FactInputs:
        """The frames of these items; an item's id is its place in the list, from 1."""
        status = self.status_ids()
        owned = list(enumerate(self.items, start=1))
        mapping, stages = self._mapping(status)
        return FactInputs(
            items=_frame(_ITEMS, (_item_row(n, item, status) for n, item in owned)),
            transitions=_frame(
                "item_id ts seq from_id to_id",
                (row for n, item in owned for row in _move_rows(n, item, status)),
            ),
            blocks=_frame(
                "item_id start_ts end_ts",
                (
                    (n, seconds(one.since), seconds(one.until))
                    for n, item in owned
                    for one in item.blocked
                ),
            ),
            mapping=mapping,
            stages=stages,
            statuses=_frame("status_id category", ()),
            ideas=_frame(
                "item_id idea_ts", ((n, seconds(item.idea)) for n, item in owned if item.idea)
            ),
            releases=_frame(
                "item_id first_released_ts released_ts release_reason has_code",
                (_release_row(n, item) for n, item in owned),
            ),
        )

    def fact_rules(self) -> Rules:
        """As the facts know them; the four kinds of work are types of their own name."""
        return Rules(
            reopen_window_s=round(self.rules.reopen_window_days * 86_400),
            count_ignored=self.rules.ignored_counts_as_waiting,
            kinds={kind: kind for kind in ("feature", "defect", "risk", "debt")},
        )

    def _mapping(self, status: Mapping[str, int]) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Every meaning of a status is a stage of its name."""
        mapping: list[tuple[int, int, int]] = []
        stages: list[tuple[int, int, str, str, str]] = []
        for name, told in self.statuses.items():
            meanings = (Meaning(state=told),) if isinstance(told, str) else told
            for meaning in meanings:
                stage = len(stages) + 1
                since = 0 if meaning.since is None else seconds(meaning.since)
                mapping.append((status[name], stage, since))
                stages.append((stage, stage, name, meaning.state, ""))
        return (
            _frame("status_id stage_id since_ts", mapping),
            _frame("stage_id ordinal name state team", stages),
        )


_ITEMS = (
    "item_id type status_id created_ts updated_ts resolved_ts value_cents changelog_complete gone"
)


def _statuses_of(item: Item) -> list[str]:
    return [item.first_status, *(change.to for change in item.changes)]


def _item_row(number: int, item: Item, status: Mapping[str, int]) -> Sequence[Any]:
    value = NONE if item.value_per_week_cents is None else item.value_per_week_cents
    last = _ordered(item)[-1].to if item.changes else item.first_status
    updated = seconds(item.updated or item.created)
    return (
        *(number, item.type, status[last], seconds(item.created), updated),
        *(NONE, value, item.history_complete, ""),
    )


def _ordered(item: Item) -> list[Change]:
    return sorted(item.changes, key=lambda change: change.at)


def _move_rows(
    number: int, item: Item, status: Mapping[str, int]
) -> Iterable[tuple[int, int, int, int, int]]:
    before = status[item.first_status]
    for place, change in enumerate(_ordered(item)):
        yield number, seconds(change.at), place, before, status[change.to]
        before = status[change.to]


def _release_row(number: int, item: Item) -> Sequence[Any]:
    released = seconds(item.released)
    reason = "" if item.released else item.release_reason
    return number, released, released, reason, item.released is not None


def _frame(columns: str, rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    made = pd.DataFrame(list(rows), columns=columns.split())
    return made if len(made) else made.astype("int64")
