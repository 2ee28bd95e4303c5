"""The answers of the lab as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.table import Table

from cli.words import money, share

Answer = dict[str, Any]
_ARROWS = {"less": "↓", "more": "↑", "same": "="}


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for number, name in enumerate(columns):
        table.add_column(name, overflow="fold", justify="left" if number < 2 else "right")
    return table


def summary_lines(answer: Answer) -> Iterator[str]:
    """The headline figures, one line each."""
    yield f"85 % within {_changed(answer['flow_d']['p85'], 'd')}"
    cost = answer["delay_cost"]
    cents = cost["cents_per_week"]
    if cents is None:
        yield f"delay cost not known: {cost['reason']}"
    elif cents["after"] is not None:
        now, then = (money(cents[name], cost["currency"]) for name in ("before", "after"))
        yield f"delay cost {then} a week, was {now}"
    found = answer["constraint"]
    if found is not None:
        busy = "" if found["busy"] is None else f", {share(found['busy'])} busy"
        yield f"next constraint: {found['step']}{busy} ({found['team']})"
    heir = answer["inherits"]
    if heir is not None:
        items = "" if heir["items"] is None else f": {heir['items']:+.1f} items wait there"
        yield f"{heir['team'] or heir['step']} inherits the wait{items}"


def _changed(pair: Answer, unit: str) -> str:
    if pair["after"] is None:
        words = {"less": "is shorter", "more": "is longer", "same": "stays"}
        return f"{words[pair['direction']]} (no numbers, see below)"
    span = f"{_days(abs(pair['difference']))} {unit}"
    way = {"less": f"{span} less", "more": f"{span} more", "same": "no more than chance"}
    bounds = sorted(abs(one) for one in (pair["low"], pair["high"]))
    told = "" if pair["direction"] == "same" else f" · {_days(bounds[0])}–{_days(bounds[1])}"
    return (
        f"{_days(pair['after'])} {unit}, was {_days(pair['before'])} {unit}:"
        f" {way[pair['direction']]}{told}"
    )


def steps_table(answer: Answer) -> Table:
    """Wait, queue and busy share of each step, before and after."""
    table = _table("step", "team", "wait", "with the change", "", "waiting", "with", "busy", "with")
    for row in answer["steps"]:
        wait, queue, busy = row["wait_d"], row["queue_items"], row["busy"]
        table.add_row(
            row["step"], row["team"],
            _cell(wait["before"], "d"), _cell(wait["after"], "d"), _ARROWS[wait["direction"]],
            _cell(queue["before"]), _cell(queue["after"]),
            "" if busy is None else share(busy["before"]),
            "" if busy is None else share(busy["after"]),
        )  # fmt: skip
    return table


def levers_table(rows: Sequence[Answer]) -> Table:
    """Each lever as it stands, and what it is moved to."""
    table = _table("lever", "now", "")
    for row in rows:
        table.add_row(row["lever"], row["now"] or "", f"→ {row['changed']}" if row["moved"] else "")
    return table


def checks_table(calibration: Answer) -> Table:
    """What was measured beside what the model makes of it."""
    table = _table("compared", "", "measured", "model", "off", "")
    names = {"p50": "half within", "p85": "85 % within", "queue": "waiting at"}
    for row in calibration["checks"]:
        unit = "" if row["step"] else "d"
        table.add_row(
            names[row["what"]], row["step"] or "",
            _cell(row["measured"], unit), _cell(row["modelled"], unit),
            f"{row['off'] * 100:+.0f} %", "" if row["holds"] else "misses",
        )  # fmt: skip
    return table


def _cell(value: float | None, unit: str = "") -> str:
    return "–" if value is None else f"{_days(value)} {unit}".strip()


def _days(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 20 else f"{value:.1f}"
