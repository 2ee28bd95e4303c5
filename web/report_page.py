"""What a report says, section by section; the same for Markdown and HTML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from core.written import duration, money
from web.report_cells import Cell, Page, Section, plain
from web.report_links import Links
from web.report_lists import ageing_section, blocked_section, released_section, waits_section
from web.report_trust import trust_section
from web.report_words import (
    DAY,
    NAMES,
    change_words,
    counted,
    likely,
    moment_words,
    range_words,
    signal_words,
    value_words,
    weeks_words,
    why,
)

Told = Mapping[str, Any]
_TRUSTED: Final = ("A", "B")
_NAME: Final = 40
_CHANGES: Final = (
    "Compared with as many weeks before; a change is only called one where a process behaviour"
    " chart says so."
)


def report_page(told: Told, *, base: str = "") -> Page:
    """told: the answer of the report. base: the address at which people reach the server, without a
    slash at its end; "" where none is configured: then only items lead anywhere, to their tracker.
    """
    links = Links(base, str(told["stream"]))
    weeks = weeks_words(told["first_day"], told["last_day"])
    running = "" if told["complete"] else "; the week still runs, its numbers are not whole"
    return Page(
        title=f"{plain(told['title'], most=_NAME)}, {weeks}",
        href=links.page("/"),
        answer=_answer(told),
        facts=f"{counted(told['weeks'], 'week')}, {weeks}, {told['zone']}{running}. {_CHANGES}",
        sections=(
            _headline(told, links),
            _signals(told, links),
            waits_section(told, links),
            ageing_section(told, links),
            blocked_section(told, links),
            released_section(told, links),
            trust_section(told, links),
        ),
        foot=f"Headwater, told at {moment_words(told['as_of'])} UTC."
        + (f" {base}" if base else ""),
    )


def _answer(told: Told) -> str:
    """Only of what is sure enough; else what is not known."""
    return " ".join((_how_long(told["headline"][0]), _where(told["waits"], told["headline"][5])))


def _how_long(number: Told) -> str:
    body = number["now"]
    value = body["value"]["p50"]
    if value is None:
        reason = next(iter(why(body, "p50")), "no data")
        return f"How long it took from idea to release can't be said: {reason}."
    if body["grade"] not in _TRUSTED:
        return "How long it took from idea to release is a direction only (grade C)."
    items = counted(body["n"], "release")
    return f"Half of {items} came within {duration(value * DAY)} of the idea."


def _where(waits: Told, cost: Told) -> str:
    if not waits["items"]:
        return "Nothing waited."
    first = waits["items"][0]
    name = plain(first["stage"], most=_NAME)
    if first["cost_cents"] is None or cost["now"]["grade"] not in _TRUSTED:
        return f"Most waiting was in {name}; its cost is not known: {waits['reason'] or 'grade C'}."
    now = f", {first['waiting_now']} wait there now" if first["waiting_now"] else ""
    spent = money(first["cost_cents"], waits["currency"], likely(first["range"]))
    return f"Waiting cost most in {name}: {spent}{now}."


def _headline(told: Told, links: Links) -> Section:
    rows = []
    for number in told["headline"]:
        now, before, change = number["now"], number["before"], number["change"]
        changed = change["state"] == "changed"
        rows.append(
            (
                Cell(NAMES[number["metric"]]),
                Cell(
                    value_words(number, "now", told["waits"]),
                    links.evidence(now["explain"]),
                    tone="strong",
                    grade=now["grade"],
                ),
                Cell(range_words(number, told["waits"]), sub=_sample(number)),
                Cell(
                    value_words(number, "before", told["waits"]),
                    links.evidence(before["explain"]),
                    grade=before["grade"],
                ),
                Cell(
                    change_words(number),
                    links.evidence(change["chart"]),
                    tone="strong" if changed else "quiet",
                ),
            )
        )
    weeks = "this week" if told["weeks"] == 1 else f"these {told['weeks']} weeks"
    earlier = "week before" if told["weeks"] == 1 else "weeks before"
    return Section(
        title="Numbers",
        href=links.page("/"),
        note="The letter is the grade: A and B carry a decision, C is a direction, D is withheld.",
        heads=(
            ("", "left"),
            (weeks, "right"),
            ("range", "right"),
            (earlier, "right"),
            ("change", "left"),
        ),
        rows=rows,
    )


def _sample(number: Told) -> str:
    """What a value rests on, where it is not itself a number of items."""
    return "" if number["now"]["unit"] == "items" else f"n {number['now']['n']}"


def _signals(told: Told, links: Links) -> Section:
    currency = told["waits"]["currency"]
    broken = [one for one in told["headline"] if one["change"]["signals"]]
    unjudged = sum(one["change"]["state"] == "not_judged" for one in told["headline"])
    judged = len(told["headline"]) - unjudged
    empty = f"None: {judged} of {len(told['headline'])} numbers were judged, and no rule fired."
    return Section(
        title="Signals",
        lines=[
            Cell(
                NAMES[one["metric"]],
                links.evidence(one["change"]["chart"]),
                sub=signal_words(one, currency),
                tone="strong",
            )
            for one in broken
        ],
        empty="" if broken else empty,
    )
