"""The numbers of a report in words, as the dashboard writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from core.reasons import reasons
from core.written import day, duration, money, money_range, share

Told = Mapping[str, Any]
DAY: Final = 86_400

NAMES: Final[Mapping[str, str]] = {
    "idea_to_release": "Idea to release, half within",
    "flow_time": "Flow time, half within",
    "velocity": "Delivered",
    "load": "In progress at the end",
    "efficiency": "Share of time that is work",
    "delay_cost": "Waiting cost a week",
}
_MORE: Final[Mapping[str, tuple[str, str]]] = {
    "idea_to_release": ("longer", "shorter"),
    "flow_time": ("longer", "shorter"),
    "velocity": ("more", "fewer"),
    "load": ("more", "fewer"),
    "efficiency": ("higher", "lower"),
    "delay_cost": ("higher", "lower"),
}
_LEFT_OUT: Final[Mapping[str, str]] = {
    "no_commits": "no commit is linked",
    "not_deployed": "not all of the code is in production",
    "deployments_unknown": "the deployments are not known",
}


def amount(
    number: Told, value: float, currency: str, drawn: tuple[float, float] | None = None
) -> str:
    """A value of a number of the headline in its unit, without its grade; money as exactly as the
    range that it was drawn from.
    """
    unit = number["now"]["unit"]
    if unit == "d":
        return duration(value * DAY)
    if unit == "ratio":
        return share(value)
    return money(value, currency, drawn) if unit.startswith("cents") else f"{value:.0f}"


def value_words(number: Told, side: str, waits: Told) -> str:
    """What it is; `≈` before what is only a direction, `≤` before an upper bound, and for none a
    word: `withheld`, or `no data`.
    """
    body, name = number[side], number["change"]["of"]
    value = body["value"][name]
    if value is None:
        seen = body["observed"].get(name) is not None or body["n"] > 0
        return "withheld" if seen else "no data"
    sign = "≤ " if "upper_bound" in body["reasons"] else "≈ " if body["grade"] == "C" else ""
    return sign + amount(number, value, waits["currency"], _drawn(number, waits))


def range_words(number: Told, waits: Told) -> str:
    """The interval of a time, the likely range of money, and of the others what is usual."""
    body, name, currency = number["now"], number["change"]["of"], waits["currency"]
    if body["value"][name] is None:
        return ""
    if number["metric"] == "delay_cost":
        drawn = _drawn(number, waits)
        return f"likely {money_range(drawn, currency)}" if drawn else ""
    interval = body["interval"].get(name)
    if interval is not None:
        low, high = interval
        if high is None:
            return f"≥ {duration(low * DAY)}"
        return between(duration(low * DAY), duration(high * DAY))
    limits = number["change"]["limits"]
    if limits is None:
        return ""
    pair = (amount(number, limits["lower"], currency), amount(number, limits["upper"], currency))
    return f"usual {between(*pair)}{' a week' if number['metric'] == 'velocity' else ''}"


def _drawn(number: Told, waits: Told) -> tuple[float, float] | None:
    """The likely range of what waiting cost, for a week; None for what is no money."""
    found = likely(waits["range"])
    value = number["now"]["value"]
    if number["metric"] != "delay_cost" or found is None or not value["cents"]:
        return None
    weekly = value["per_week_cents"] / value["cents"]
    return found[0] * weekly, found[1] * weekly


def likely(drawn: Told | None) -> tuple[float, float] | None:
    """p10 and p90 of draws; None where nothing in them varies."""
    if drawn is None or drawn["p10"] == drawn["p90"]:
        return None
    return drawn["p10"], drawn["p90"]


def between(low: str, high: str) -> str:
    """`44–61 d`, `31 h – 4 d`."""
    (_, unit), (number, same) = low.rpartition(" ")[::2], high.rpartition(" ")[::2]
    if unit == same and number:
        return f"{low.rpartition(' ')[0]}–{number} {unit}"
    return f"{low}–{high}" if not number else f"{low} – {high}"


def change_words(number: Told) -> str:
    """A word of change only where a rule of the chart fired, else that nothing did, or why not."""
    change = number["change"]
    if change["state"] == "not_judged":
        return f"not judged: {change['reason']}"
    if change["state"] == "usual":
        return "no signal"
    last = _last(change)
    level = next((one for one in last if one["rule"] != "range"), None)
    if level is None:
        return "an unusual step"
    word = _MORE[number["metric"]][level["side"] != "above"]
    return f"{word} since {short(min(one['from'] for one in last if one['rule'] != 'range'))}"


def _last(change: Told) -> Sequence[Told]:
    """The signals that reach the last whole week."""
    end = max(one["to"] for one in change["signals"])
    return [one for one in change["signals"] if one["to"] == end]


def signal_words(number: Told, currency: str) -> str:
    """Every rule that a number broke in these weeks, in a sentence."""
    limits, told = number["change"]["limits"], []
    centre = amount(number, limits["mean"], currency)
    pair = between(*(amount(number, limits[one], currency) for one in ("lower", "upper")))
    ran = any(one["rule"] == "run" for one in number["change"]["signals"])
    for one in number["change"]["signals"]:
        side, since = one["side"], short(one["from"])
        if one["rule"] == "outside":
            told.append(f"{side} its natural limits ({pair}) in the week of {since}")
        elif one["rule"] == "run":
            told.append(
                f"{one['points']} weeks in a row {side} the centre, {centre}, since {since}"
            )
        elif one["rule"] == "near_limit" and not ran:
            told.append(f"mostly nearer a limit than the centre since {since}, {side} it")
        elif one["rule"] == "range":
            told.append(f"an unusual step in the week of {short(one['to'])}")
    return "; ".join(dict.fromkeys(told))


def short(text: str) -> str:
    """`16 Nov` of an ISO date."""
    return day(text).rpartition(" ")[0]


def weeks_words(first: str, last: str) -> str:
    """`16 – 22 Nov 2026`, `28 Dec 2026 – 3 Jan 2027`."""
    one, two = date.fromisoformat(first), date.fromisoformat(last)
    if one == two:
        return day(last)
    if (one.year, one.month) == (two.year, two.month):
        return f"{one.day} – {day(last)}"
    return f"{short(first) if one.year == two.year else day(first)} – {day(last)}"


def moment_words(text: str | None) -> str:
    """`22 Nov 14:20` in UTC, as the page says once."""
    return "never" if text is None else f"{short(text)} {text[11:16]}"


def why(body: Told, name: str) -> list[str]:
    """Why a grade is not better, or this value withheld."""
    told = reasons(body["reasons"], shown=(name,))
    return list(dict.fromkeys(one.removesuffix("; see km_") for one in told))


def left_out_words(reason: str, count: int) -> str:
    """`4 done items: no commit is linked`."""
    items = "1 done item" if count == 1 else f"{count} done items"
    return f"{items}: {_LEFT_OUT.get(reason, reason.replace('_', ' '))}"


def counted(number: int, name: str) -> str:
    """`1 week`, `2 weeks`."""
    return f"{number} {name}" if number == 1 else f"{number} {name}s"
