"""The findings of a stream in words, each with its evidence, and the items behind one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, urlencode

import pandas as pd
from sqlalchemy.orm import Session

from core.errors import NotFoundError
from core.settings import Settings
from core.written import duration, money
from metrics.findings.model import KEYS, Finding, Found, Kind, Money, money_of
from metrics.holders import DelayClock
from metrics.periods import DAY
from pipeline.explain import explained, item_rows
from pipeline.finding_ground import found_of, in_flight
from pipeline.map_answers import map_answer
from pipeline.map_facts import map_facts
from pipeline.map_numbers import days, share_of
from pipeline.prices import prices_in
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import explain_address

Answer = dict[str, Any]

LABELS: Final[Mapping[Kind, str]] = {
    "biggest_delay": "Biggest delay",
    "rework": "Most common rework loop",
    "handoff": "Handoff to simplify",
    "ageing": "Where ageing work piles up",
    "approval": "Approval that never rejects",
    "batch": "Batch waiting for a release",
    "before_work": "Before work begins",
}
_TOLD = ("window", "known_at", "grade", "reasons", "n", "title", "clock", "currency", "caveats")
_KEYS_TOLD = 10
_TOLD_UNDER = 0.5
"""Where the ledger charges less of the waiting, the words say so."""
_UNVALUED = "nobody valued these items"
_UNCHARGED = (
    "the ledger of delay cost charges none of it, as it is after done or off a critical path"
)


def findings_answer(
    session: Session,
    snapshot: Snapshot,
    settings: Settings,
    stream: StreamFacts,
    asked: Question,
    *,
    clock: str = "",
    document: Answer | None = None,
) -> Answer:
    """Every kind with the first finding and up to two runners-up, or the reason why it has none.

    document: the map of the same question, where it is at hand already.
    """
    body = document or map_answer(session, snapshot, settings, stream, asked, clock=clock)
    found = found_of(session, stream, asked, clock=clock)
    whole = found[0].whole_s
    return {
        **{name: body[name] for name in _TOLD if name in body},
        "waiting_d": whole / DAY,
        "waiting_each_d": whole / DAY / body["n"] if body["n"] else None,
        "kinds": [_kind(stream, asked, body, one) for one in found],
        "explain": body["explain"],
    }


def _kind(stream: StreamFacts, asked: Question, body: Answer, found: Found) -> Answer:
    return {
        "kind": found.kind,
        "label": LABELS[found.kind],
        "findings": [_finding(stream, asked, body, found, one) for one in found.findings],
        "reason": found.reason,
    }


def _finding(
    stream: StreamFacts, asked: Question, body: Answer, found: Found, one: Finding
) -> Answer:
    charged: DelayClock = "idea" if found.kind == "before_work" else "commitment"
    cost = money_of(one, prices_in(stream, asked, charged), asked.window.seconds)
    step = one.step
    told = {"clock": str(body["clock"]), "kind": found.kind, "about": one.title}
    address = explain_address(f"/v1/streams/{stream.config.name}/findings/explain", asked)
    return {
        "kind": found.kind,
        "title": one.title,
        "text": _text(one, cost, str(body["currency"]), flying=_flies(found)),
        "step": step.name if step else None,
        "team": (step.team or None) if step else None,
        "tag": (step.value or None) if step else None,
        "items": one.items,
        "keys": _keys(stream, one),
        "waiting": {
            "each_d": one.waited_s / DAY / one.items,
            "total_d": one.waited_s / DAY,
            "share": one.waited_s / found.whole_s if found.whole_s else None,
            "of": "what is in flight" if _flies(found) else "the deliveries of the map",
        },
        "money": {**_money(cost), "clock": charged},
        "confidence": _confidence(one, str(body["grade"])),
        "figures": _in_days(one.figures),
        "try_next": one.advice,
        "explain": f"{address}&{urlencode(told, quote_via=quote)}",
    }


def _text(one: Finding, cost: Money, currency: str, *, flying: bool) -> list[str]:
    """Of what did not wait no money is told."""
    told = [_money_words(cost, currency, flying=flying)] if one.waited_s else []
    return [*one.words, *told]


def _flies(found: Found) -> bool:
    return found.kind == "ageing"


def _in_days(figures: Mapping[str, float | int | None]) -> dict[str, float | int | None]:
    """Seconds become days, and say so in their names."""
    told: dict[str, float | int | None] = {}
    for name, own in figures.items():
        if name.endswith("_s"):
            told[f"{name.removesuffix('_s')}_d"] = days(own)
        else:
            told[name] = own
    return told


def _money(cost: Money) -> Answer:
    return {
        "cost_cents": cost.cost_cents,
        "per_week_cents": cost.per_week_cents,
        "valued": cost.valued,
        "unvalued": cost.unvalued,
        "charged_d": cost.charged_s / DAY,
        "reason": _no_cost(cost),
    }


def _no_cost(cost: Money) -> str | None:
    if cost.cost_cents is not None:
        return None
    return _UNCHARGED if cost.valued else _UNVALUED


def _money_words(cost: Money, currency: str, *, flying: bool) -> str:
    if cost.cost_cents is None:
        return f"Its cost is not known: {_no_cost(cost)}."
    of = f" ({cost.valued} of {cost.valued + cost.unvalued} are valued)" if cost.unvalued else ""
    verb = "While they wait they lose" if flying else "This waiting cost"
    told = f"{verb} {money(cost.per_week_cents, currency)} a week{of}."
    if flying or cost.charged_s >= _TOLD_UNDER * cost.valued_s:
        return told
    charged = f"{duration(cost.charged_s)} of {duration(cost.valued_s)}"
    return f"{told} Only {charged} are charged: what is after done or off a critical path is not."


def _confidence(one: Finding, grade: str) -> Answer:
    part = one.part
    few = part.few
    return {
        "grade": grade,
        "observed": few,
        "note": "observed, few" if few else None,
        "of": part.words,
        **share_of(part.numerator, part.n),
    }


def _keys(stream: StreamFacts, one: Finding) -> list[str]:
    """Of the first few items, those with most time first."""
    own = one.evidence.groupby(KEYS, as_index=False)["seconds"].sum()
    told = own.merge(stream.items[[*KEYS, "key"]], on=KEYS)
    first = told.sort_values(["seconds", "key"], ascending=[False, True])
    return [str(key) for key in first["key"].tolist()[:_KEYS_TOLD]]


def explain_findings(
    session: Session,
    stream: StreamFacts,
    asked: Question,
    *,
    kind: Kind = "biggest_delay",
    about: str | None = None,
    clock: str = "",
) -> Answer:
    """The items of a finding with the seconds that it names; of none, no items. What is left out of
    the map has its reason.

    `NotFoundError` where nothing of this kind is called so.
    """
    found = next(one for one in found_of(session, stream, asked, clock=clock) if one.kind == kind)
    one = _named(found.findings, about)
    if kind == "ageing":
        rows, left_out = in_flight(stream, asked), []
    else:
        made = map_facts(session, stream, asked, clock=clock)
        rows, left_out = made.lives, item_rows(made.found.left_out)
    if one is None:
        return explained("value_stream_map", asked, [], left_out)
    return explained("value_stream_map", asked, item_rows(_with_seconds(rows, one)), left_out)


def _named(findings: Sequence[Finding], about: str | None) -> Finding | None:
    if about is None:
        return findings[0] if findings else None
    for one in findings:
        if one.title == about:
            return one
    raise NotFoundError(f'no finding of this kind is called "{about[:100]}"')


def _with_seconds(rows: pd.DataFrame, one: Finding) -> pd.DataFrame:
    spent = one.evidence.groupby(KEYS, as_index=False)["seconds"].sum()
    return rows.drop(columns=["seconds"], errors="ignore").merge(spent, on=KEYS)
