"""How far the rules and people agree about links; a rule is judged, never a person."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy.orm import Session

from core.records import Entity
from correlator.rules import RULES
from metrics.stats import ratio, wilson
from store import judged_links

Answer = dict[str, Any]
_CAVEAT: Final = (
    "people look at links that seem wrong: the share is that of the links they judged, not of all"
)


def agreement(session: Session) -> Answer:
    """Of each rule: the links that stand, those that people judged, and how often they agreed."""
    standing = judged_links.links_by_rule(session)
    confirmed = judged_links.confirmed_by_rule(session)
    rejected = judged_links.rejected_by_rule(session)
    rows = [
        {
            "rule": rule.name,
            "a": rule.a.name.lower(),
            "b": rule.b.name.lower(),
            "meaning": rule.meaning,
            "base": rule.confidence,
            "links": standing.get(rule.name, 0),
            "judged": confirmed.get(rule.name, 0) + rejected.get(rule.name, 0),
            "confirmed": confirmed.get(rule.name, 0),
            "rejected": rejected.get(rule.name, 0),
            "agreement": share_of(confirmed.get(rule.name, 0), rejected.get(rule.name, 0)),
        }
        for rule in RULES
    ]
    missed = [
        {"a": Entity(a).name.lower(), "b": Entity(b).name.lower(), "links": links}
        for (a, b), links in sorted(judged_links.missed(session).items())
    ]
    return {"items": rows, "next": None, "missed": missed, "caveats": [_CAVEAT]}


def share_of(confirmed: int, rejected: int) -> Answer:
    """The share confirmed of those judged, with its Wilson interval."""
    judged = confirmed + rejected
    reason = None if judged else "nobody judged a link of this rule yet"
    interval = list(wilson(confirmed, judged))
    return {"share": ratio(confirmed, judged), "interval": interval, "reason": reason}
