"""The lists of a report: where it waits, what is too old, blocked and released."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from core.written import duration, money, money_range, share
from web.report_cells import Cell, Section, plain
from web.report_links import Links
from web.report_words import DAY, counted, likely, moment_words

Told = Mapping[str, Any]
_TITLE: Final = 64
_NAME: Final = 40


def waits_section(told: Told, links: Links) -> Section:
    waits, found = told["waits"], told["finding"]
    rows = []
    for row in waits["items"]:
        drawn = likely(row["range"])
        spent = (
            "not known"
            if row["cost_cents"] is None
            else money(row["cost_cents"], waits["currency"], drawn)
        )
        ages = row["average_wait_now_d"]
        rows.append(
            (
                Cell(plain(row["stage"], most=_NAME), sub=plain(row["team"] or "", most=_NAME)),
                Cell(
                    spent,
                    links.evidence(row["explain"] or waits["explain"]),
                    tone="waiting",
                    grade=waits["grade"],
                ),
                Cell("" if drawn is None else f"likely {money_range(drawn, waits['currency'])}"),
                Cell("–" if row["waiting_d"] is None else duration(row["waiting_d"] * DAY)),
                Cell("–" if row["waiting_now"] is None else str(row["waiting_now"])),
                Cell("" if ages is None else duration(ages * DAY)),
            )
        )
    tried = f"{found['text']} {found['try_next']}" if found else ""
    return Section(
        title="Where it waits",
        href=links.page("/delay-cost"),
        note="The three dearest of "
        + f"{counted(waits['total'], 'place')}; what waiting there cost in this time."
        if waits["by"] == "cost_cents"
        else f"The three longest; the cost is not known: {waits['reason']}.",
        heads=(
            ("", "left"),
            ("cost", "right"),
            ("", "right"),
            ("each delivery waited", "right"),
            ("wait at the end", "right"),
            ("for, on average", "right"),
        ),
        rows=rows,
        empty="Nothing waited.",
        lines=[Cell("In the last 90 days", links.evidence(found["explain"]), sub=tried)]
        if found
        else [],
    )


def _item_cells(row: Told, links: Links) -> Cell:
    return Cell(
        plain(row["key"], most=_NAME), links.item(row), sub=plain(row["title"], most=_TITLE)
    )


def ageing_section(told: Told, links: Links) -> Section:
    ageing = told["ageing"]
    value = ageing["value"]
    limit = value["sle_d"]
    rows = [
        (
            _item_cells(row, links),
            Cell(plain(row["stage"], most=_NAME)),
            Cell(
                ("≥ " if row["age_at_least"] else "") + duration(row["age_s"]),
                tone="waiting" if row["late"] else "",
            ),
            Cell("too old" if row["late"] else _odds(row)),
        )
        for row in ageing["items"]
    ]
    note = (
        f"{share(ageing['percent'] / 100)} of what was done lately took at most"
        f" {duration(limit * DAY)}: {value['late']} of {ageing['n']} in flight are older, and"
        f" {ageing['total'] - value['late']} more will probably be."
        if limit is not None and value["late"] is not None
        else f"Too few were done lately to say what is too old; {ageing['n']} are in flight."
    )
    return Section(
        title="Ageing",
        href=links.page("/ageing"),
        note=f"{note} {_shown(len(rows), ageing['total'])}".rstrip(),
        heads=(("", "left"), ("stage", "left"), ("age", "right"), ("", "left")),
        rows=rows,
        empty="Nothing is too old, and nothing will probably be.",
    )


def _odds(row: Told) -> str:
    told = row["breach_p"]
    return "probably late" if told is None else f"late with {share(told)}"


def blocked_section(told: Told, links: Links) -> Section:
    blocked = told["blocked"]
    rows = [
        (
            _item_cells(row, links),
            Cell(plain(row["stage"], most=_NAME)),
            Cell(duration(row["blocked_s"]), tone="blocked"),
            Cell(plain(_reason(row), most=_TITLE)),
        )
        for row in blocked["items"]
    ]
    return Section(
        title="Blocked now",
        href=links.page("/ageing"),
        note=_shown(len(rows), blocked["total"]),
        heads=(("", "left"), ("stage", "left"), ("for", "right"), ("why", "left")),
        rows=rows,
        empty="Nothing is blocked.",
    )


def _reason(row: Told) -> str:
    told = [f"{one['kind']}: {one['reason'] or one['detail']}" for one in row["reasons"]]
    return "; ".join(told) or "not told"


def released_section(told: Told, links: Links) -> Section:
    released = told["released"]
    rows = [
        (
            _item_cells(row, links),
            Cell(moment_words(row["released_at"])),
            Cell(duration(row["seconds"])),
        )
        for row in released["items"]
    ]
    return Section(
        title="Released",
        href=links.evidence(released["explain"]),
        note=_shown(len(rows), released["total"]),
        heads=(("", "left"), ("live since (UTC)", "right"), ("from the idea", "right")),
        rows=rows,
        empty="Nothing that is known was released.",
    )


def _shown(count: int, total: int) -> str:
    return f"{count} of {total} are listed." if count < total else ""
