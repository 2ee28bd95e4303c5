"""How far a report can be trusted: what is not known, and up to when the sources were read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from web.report_cells import Cell, Section, plain
from web.report_links import Links
from web.report_words import NAMES, counted, left_out_words, moment_words, why

Told = Mapping[str, Any]
_NAME: Final = 40
_REASONS: Final = 6


def trust_section(told: Told, links: Links) -> Section:
    return Section(
        title="How far to trust it",
        href=links.page("/quality"),
        lines=[*_gaps(told), *_read(told)],
    )


def _gaps(told: Told) -> Iterator[Cell]:
    """What lowers the grades and what is not known, each once, with its reason."""
    reasons: dict[str, list[str]] = {}
    for number in told["headline"]:
        for reason in why(number["now"], number["change"]["of"]):
            reasons.setdefault(reason, []).append(NAMES[number["metric"]].partition(",")[0])
    stale = {f"{row['name']} was not read lately" for row in told["sources"]}
    kept = [(one, names) for one, names in reasons.items() if one not in stale]
    for reason, names in kept[:_REASONS]:
        every = len(names) == len(told["headline"])
        yield Cell(f"{'All numbers' if every else ', '.join(names)}:", sub=plain(reason))
    missed = [
        left_out_words(reason, count)
        for reason, count in told["headline"][0]["now"]["excluded"].items()
        if reason != "later_episode"
    ]
    if missed:
        yield Cell("Not in idea to release:", sub="; ".join(missed))
    if told["waits"]["unvalued"]:
        unvalued = counted(told["waits"]["unvalued"], "item")
        yield Cell("Not in the cost:", sub=f"{unvalued} that waited, which nobody valued")


def _read(told: Told) -> Iterator[Cell]:
    """Up to when each source was read, and what is wrong with it."""
    marks = [
        (row["name"], row["watermark_at"] or row["last_success_at"]) for row in told["sources"]
    ]
    parts = [f"{plain(name, most=_NAME)} {moment_words(mark)}" for name, mark in marks]
    yield Cell("Read up to (UTC):", sub=", ".join(parts) or "no source is configured")
    late = [row for row in told["sources"] if row["late"] and row["state"] in ("green", "syncing")]
    if late:
        names = ", ".join(plain(row["name"], most=_NAME) for row in late)
        yield Cell("Not read lately:", sub=f"{names}; what came since is not in it")
    for row in told["sources"]:
        name = plain(row["name"], most=_NAME)
        if row["state"] in ("red", "partial", "never"):
            wrong = "was never read" if row["state"] == "never" else plain(row["message"] or "")
            yield Cell(f"{name}:", sub=wrong, tone="blocked" if row["state"] == "red" else "")
        if row["history"]:
            back = row["history"]["back_to"][:10]
            yield Cell(f"{name}:", sub=f"older history is still read; it is there from {back} on")
