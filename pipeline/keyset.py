"""Pages of a sorted table, each after the last row of the one before, whatever came between."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Final

import orjson
import pandas as pd

from core.errors import BadRequestError


@dataclass(frozen=True, slots=True)
class Paged:
    """A page, the cursor of the next (None on the last) and how many rows there are in all."""

    rows: pd.DataFrame
    next: str | None
    total: int


_BIGGEST: Final = 2**63 - 1


def before_of(cursor: str | None) -> int | None:
    """The id that the next page of a list goes on before, the newest first; None for the first."""
    if cursor is None:
        return None
    before = int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 20 else 0
    if not 0 < before <= _BIGGEST:
        raise BadRequestError("cursor: give `next` of the page before")
    return before


def paged(table: pd.DataFrame, *, sort: str, column: str, limit: int, cursor: str | None) -> Paged:
    """The page of `limit` rows after `cursor`, by `column` (the greatest first), key and stream.

    table: columns `key`, `stream` and `column`, which must not move while pages are asked for; ""
    sorts by key alone. `sort` is its name in the question: a cursor of another is refused.
    """
    ordered = _ordered(table, column)
    start = _start(ordered, sort=sort, column=column, cursor=cursor)
    rows = ordered.iloc[start : start + limit]
    more = start + limit < len(ordered)
    return Paged(rows, _cursor(rows, sort, column) if more else None, len(ordered))


def _ordered(table: pd.DataFrame, column: str) -> pd.DataFrame:
    parts = [str(key).rpartition("-") for key in table["key"]]
    table = table.assign(by_key=[f"{project}-{number:>010}" for project, _, number in parts])
    if not column:
        return table.sort_values(["by_key", "stream"])
    return table.sort_values([column, "by_key", "stream"], ascending=[False, True, True])


def _start(ordered: pd.DataFrame, *, sort: str, column: str, cursor: str | None) -> int:
    """Position after the row that the cursor names, also where that row has gone meanwhile."""
    if cursor is None:
        return 0
    try:
        named, value, by_key, stream = orjson.loads(base64.urlsafe_b64decode(cursor + "=="))
        after = (float(value), str(by_key), str(stream))
        if named != sort:
            raise ValueError("of another order")
    except (ValueError, TypeError) as error:
        raise BadRequestError(
            "cursor: give the `next` of the page before, unchanged, with the same `sort`"
        ) from error
    values = ordered[column] if column else pd.Series(0.0, index=ordered.index)
    rows = zip(-values.astype("float64"), ordered["by_key"], ordered["stream"], strict=True)
    return sum(1 for row in rows if row <= (-after[0], after[1], after[2]))


def _cursor(page: pd.DataFrame, sort: str, column: str) -> str:
    last = page.iloc[-1]
    value = float(last[column]) if column else 0.0
    packed = orjson.dumps([sort, value, str(last["by_key"]), str(last["stream"])])
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")
