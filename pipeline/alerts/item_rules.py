"""Rules about single items: too old, probably late, blocked, or too dear to wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from urllib.parse import quote, urlencode

from core.alert_settings import Rule
from core.written import duration, money, share
from metrics.periods import DAY
from pipeline.ageing_list import AgeingQuery, list_ageing
from pipeline.alerts.causes import Cause, Ground, key_of, seconds_of
from pipeline.blocked_answers import blocked_answer
from pipeline.burning_items import burning_answer
from pipeline.kanban import OWN
from pipeline.question import Question, question
from pipeline.snapshot import StreamFacts

Row = Mapping[str, Any]
_ALL: Final = 1_000_000
_SLACK_P: Final = 0.1
"""An open alert ends only when the chance has fallen by so much, or the cost by a tenth."""
NEAR: Final = 0.9


@dataclass(frozen=True)
class Items:
    """What the rules about items read of a stream. burns: rows of what is in flight by key."""

    ground: Ground
    stream: StreamFacts
    asked: Question
    burns: Mapping[str, Row]
    total: Row

    @property
    def name(self) -> str:
        return self.stream.config.name

    @cached_property
    def ageing(self) -> dict[str, Any]:
        """All that is in load, by age."""
        query = AgeingQuery(limit=_ALL)
        return list_ageing(self.ground.snapshot, self.stream, self.asked, OWN, query)

    def cause(
        self, rule: Rule, row: Row, what: str, why: list[str], api: str, **more: Any
    ) -> Cause:
        """A cause in an item of a list that has key, title, team and url."""
        key = more.pop("key", None) or key_of(rule, self.name, row["key"], row.get("episode", 1))
        stage = f"in {row['stage']}, with {row['team'] or 'no team that is known'}"
        return Cause(
            key=key,
            rule=rule,
            subject=str(row["key"]),
            what=what,
            why=[*why, stage],
            page=f"/journey?{urlencode({'key': row['key']})}",
            explain=f"/v1/streams/{quote(self.name)}/{api}",
            stream=self.name,
            team=str(row["team"] or ""),
            title=str(row["title"]),
            url=str(row["url"] or ""),
            cost=cost_of(self.burns.get(str(row["key"])), self.total["currency"]),
            **more,
        )


def items_of(ground: Ground, stream: StreamFacts) -> Items:
    """The question is that of every page: the last 90 days up to now."""
    asked = question(ground.settings, as_of=ground.as_of)
    total = burning_answer(ground.snapshot, ground.settings, stream, asked)
    return Items(ground, stream, asked, {row["key"]: row for row in total["items"]}, total)


def cost_of(burn: Row | None, currency: str) -> dict[str, Any] | None:
    """What an item burns a week and cost so far; None without a value."""
    if burn is None or burn["burn_rate_cents"] is None:
        return None
    return {
        "currency": currency,
        "per_week_cents": burn["burn_rate_cents"],
        "range_cents": [burn["burn_range"]["p10"], burn["burn_range"]["p90"]],
        "so_far_cents": burn["cost_cents"],
    }


def ageing_causes(items: Items) -> list[Cause]:
    """Older than the expectation: of that which is done, 85 % took no longer."""
    body = items.ageing
    expected = body["value"]["sle_d"]
    if expected is None:
        return []
    return [
        items.cause(
            "ageing",
            row,
            f"{row['key']} is {_age(row)} old, longer than the {expected:.3g} d expected",
            [
                f"85 % of what was done in the last 90 days took at most {expected:.3g} d",
                *_pace(row),
            ],
            "ageing?sort=-age",
            since_ts=_commit(row) + round(expected * DAY),
        )
        for row in body["items"]
        if row["late"]
    ]


def breach_causes(items: Items) -> list[Cause]:
    """Not late yet, and more likely than not to be."""
    body, least = items.ageing, items.ground.settings.alerts.breach_p
    expected = body["value"]["sle_d"]
    if expected is None:
        return []
    return [
        items.cause(
            "breach",
            row,
            f"{row['key']} will probably take longer than the {expected:.3g} d expected",
            [
                f"{_age(row)} old; {share(row['breach_p'])} of those that got this old took longer",
                *_pace(row),
            ],
            f"ageing?breach_p={least:g}&sort=-breach_p",
            begins=row["breach_p"] >= least,
            since_ts=None,
        )
        for row in body["items"]
        if not row["late"] and row["breach_p"] is not None and row["breach_p"] >= least - _SLACK_P
    ]


def blocked_causes(items: Items) -> list[Cause]:
    """Blocked for so long without a break; another stretch is another cause."""
    least = int(items.ground.settings.alerts.blocked_after.total_seconds())
    body = blocked_answer(items.ground.snapshot, items.stream, items.asked)
    return [
        items.cause(
            "blocked",
            row,
            f"{row['key']} is blocked for {duration(row['blocked_s'])}",
            [_reason(one) for one in row["reasons"]] or ["no tool tells why"],
            "blocked",
            key=key_of("blocked", items.name, row["key"], row["since"]),
            since_ts=seconds_of(row["since"]),
        )
        for row in body["items"]
        if row["blocked_s"] >= least
    ]


def cost_causes(items: Items) -> list[Cause]:
    """What waits and burns more a week than the limits, of one item and of the whole stream."""
    limits, currency = items.ground.settings.alerts, items.total["currency"]
    found = []
    if limits.item_cost_per_week is not None:
        found += list(_dear(items, round(limits.item_cost_per_week * 100), currency))
    if limits.stream_cost_per_week is not None:
        found += list(_dear_stream(items, round(limits.stream_cost_per_week * 100), currency))
    return found


def _dear(items: Items, limit: int, currency: str) -> Iterator[Cause]:
    for row in items.total["items"]:
        burn = row["burn_rate_cents"] or 0
        if burn < limit * NEAR:
            continue
        spread = (row["burn_range"]["p10"], row["burn_range"]["p90"])
        told = money(burn, currency, spread if spread[0] < spread[1] else None)
        what = f"{row['key']} waits and costs {told} a week"
        limited = f"the limit is {money(limit, currency)} a week for one item"
        since = seconds_of(row["waiting_since"])
        begins = burn >= limit
        yield items.cause(
            "cost", row, what, [limited], "delay-cost/items", begins=begins, since_ts=since
        )


def _dear_stream(items: Items, limit: int, currency: str) -> Iterator[Cause]:
    known = [row for row in items.total["items"] if row["burn_rate_cents"]]
    burn = sum(row["burn_rate_cents"] for row in known)
    if burn < limit * NEAR:
        return
    most = ", ".join(
        f"{row['key']} {money(row['burn_rate_cents'], currency)} in {row['stage']}"
        for row in known[:3]
    )
    so_far = sum(row["cost_cents"] or 0 for row in known)
    name = items.name
    yield Cause(
        key=key_of("cost", name),
        rule="cost",
        subject=name,
        what=f"What waits in {items.stream.title} costs {money(burn, currency)} a week",
        why=[
            f"the limit is {money(limit, currency)} a week",
            f"{len(known)} items wait; most: {most}",
        ],
        page=f"/delay-cost?{urlencode({'stream': name})}",
        explain=f"/v1/streams/{quote(name)}/delay-cost?by=stage",
        stream=name,
        cost={
            "currency": currency,
            "per_week_cents": burn,
            "range_cents": None,
            "so_far_cents": so_far,
        },
        begins=burn >= limit,
    )


def _age(row: Row) -> str:
    return f"{'at least ' if row['age_at_least'] else ''}{duration(row['age_s'])}"


def _commit(row: Row) -> int:
    return seconds_of(row["committed_at"]) or 0


def _pace(row: Row) -> list[str]:
    if row["pace"] is None:
        return []
    of = "all" if row["pace"] == 1 else f"{share(row['pace'])} of"
    return [f"older than {of} {row['pace_n']} others were when they left this stage"]


def _reason(one: Row) -> str:
    by = one["by"]
    named = f" {by['title']}" if by and by["title"] else ""
    whose = f", with {by['team']}" if by and by["team"] else ""
    return f"{one['kind']}: {one['detail']}{named}{whose}"
