"""GitLab's pages by offset, and its refusals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from starlette.responses import Response

from simulator.paging import Window, link_header, page_links, whole_number
from simulator.vendor import Call, Json, json_answer

MAX_OFFSET = 50_000
TOO_FAR = "Offset pagination has a maximum allowed offset of 50000 for requests that return objects"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pager:
    """totals_up_to: rows beyond which the total is not told."""

    totals_up_to: int = 10_000

    def page(
        self, call: Call, rows: Sequence[T], make: Callable[[T], Json], *, totals: bool = True
    ) -> Response:
        query = call.query
        size = whole_number(query.get("per_page"), 20, low=1, high=100)
        number = whole_number(query.get("page"), 1, low=1, high=2**31)
        if (number - 1) * size > MAX_OFFSET:
            return json_answer({"error": TOO_FAR}, 405)
        window = Window(number, size, len(rows))
        told = totals and window.total <= self.totals_up_to
        headers = {
            "Link": link_header(page_links(f"{call.root}{call.path}", query, window, last=told)),
            "X-Page": str(number),
            "X-Per-Page": str(size),
            "X-Prev-Page": str(number - 1) if number > 1 else "",
            "X-Next-Page": str(number + 1) if number < window.last else "",
        }
        if told:
            headers |= {"X-Total": str(window.total), "X-Total-Pages": str(window.last)}
        return json_answer([make(row) for row in rows[window.rows]], headers=headers)


def message(text: str, status: int) -> Response:
    return json_answer({"message": text}, status)


def not_found(what: str) -> Response:
    return message(f"404 {what} Not Found" if what else "404 Not found", 404)
