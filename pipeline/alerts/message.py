"""What a message says, whatever way it goes: what, since when, why, what it costs, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from core.settings import Settings
from core.written import duration, money, money_range
from store.alerts import Alert, Told

SHOWN: Final = 10
"""A message for people tells so many in full, and counts the others."""
NAMES: Final = {
    "signal": "process signal",
    "breach": "probably late",
    "ageing": "too old",
    "blocked": "blocked",
    "cost": "delay cost",
    "source": "source failing",
    "status": "status not mapped",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One alert in words. page, url: addresses, url "" for none. over: it has ended."""

    alert: Alert
    told: Told
    what: str
    title: str
    facts: Sequence[tuple[str, str]]
    page: str
    url: str

    @property
    def over(self) -> bool:
        return self.alert.ended_ts is not None


@dataclass(frozen=True, slots=True)
class Message:
    """id: the same at each try. home: the page with all alerts."""

    id: str
    ts: int
    lines: Sequence[Line]
    home: str
    test: bool = False

    @property
    def subject(self) -> str:
        """One line that tells the most important of it."""
        first = self.lines[0]
        begin = "Test: " if self.test else ""
        if len(self.lines) == 1:
            return f"{begin}{'Over: ' if first.told == 'ended' else ''}{first.what}"
        counted = Counter(
            "over" if one.told == "ended" else NAMES.get(one.alert.rule, one.alert.rule)
            for one in self.lines
        )
        parts = ", ".join(f"{n} {name}" for name, n in counted.most_common())
        return f"{begin}{len(self.lines)} alerts: {parts}"

    @property
    def rest(self) -> str:
        """What of the lines is not told in full, "" for nothing."""
        left = self.lines[SHOWN:]
        counted = Counter(NAMES.get(one.alert.rule, one.alert.rule) for one in left)
        parts = ", ".join(f"{n} {name}" for name, n in counted.most_common())
        return f"and {len(left)} more: {parts}" if left else ""


def home_of(settings: Settings) -> str:
    """The address under which people reach the pages."""
    if settings.auth.public_url:
        return settings.auth.public_url
    host = settings.server.host
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    return f"http://{shown}:{settings.server.port}"


def message_of(
    settings: Settings,
    number: str,
    told: Sequence[tuple[Alert, Told]],
    *,
    ts: int,
    zone: str,
    test: bool = False,
) -> Message:
    """The dearest first, then in the order in which they were noticed. zone: of the times told."""
    home = home_of(settings)
    order = sorted(told, key=lambda pair: (-_burn(pair[0]), pair[0].id))
    lines = [_line(alert, how, home, ts, zone) for alert, how in order]
    return Message(number, ts, lines, f"{home}/alerts", test)


def _burn(alert: Alert) -> float:
    cost = alert.detail.get("cost")
    return float(cost["per_week_cents"]) if cost else 0.0


def _line(alert: Alert, told: Told, home: str, ts: int, zone: str) -> Line:
    detail = alert.detail
    facts = [("since", _since(alert, ts, zone))]
    if alert.ended_ts is not None:
        facts.append(("over since", moment(alert.ended_ts, zone)))
    facts += [("why", one) for one in detail["why"]]
    facts.append(("costs", cost_words(alert)))
    of = " · ".join(filter(None, (alert.stream, alert.team)))
    if of:
        facts.append(("of", of))
    shown = [(name, one) for name, one in facts if one]
    return Line(
        alert, told, detail["what"], alert.title, shown, home + detail["page"], detail["url"]
    )


def _since(alert: Alert, ts: int, zone: str) -> str:
    """From when on it holds; where no tool tells, when it was noticed."""
    if alert.since_ts is None:
        return f"noticed {moment(alert.began_ts, zone)}"
    lasted = (alert.ended_ts or ts) - alert.since_ts
    return f"{moment(alert.since_ts, zone)} ({duration(max(0, lasted))})"


def moment(ts: int, zone: str) -> str:
    """`Mon 23 Nov 2026 09:05 CET`."""
    at = datetime.fromtimestamp(ts, ZoneInfo(zone))
    return f"{at:%a} {at.day} {at:%b %Y %H:%M %Z}"


def cost_words(alert: Alert) -> str:
    """What waiting costs; for items without a value, that it is not known; "" for what has none."""
    cost: Mapping[str, Any] | None = alert.detail.get("cost")
    if cost is None:
        about_item = alert.rule in ("ageing", "breach", "blocked")
        return "not known: nobody said what a week of it is worth" if about_item else ""
    currency = cost["currency"]
    burn = "nothing a week at present"
    if cost["per_week_cents"]:
        low, high = cost["range_cents"] or (0, 0)
        spread = (low, high) if low < high else None
        burn = f"{money(cost['per_week_cents'], currency, spread)} a week"
        burn += f" (likely {money_range(spread, currency)})" if spread else ""
    return f"{burn}, {money(cost['so_far_cents'], currency)} so far"
