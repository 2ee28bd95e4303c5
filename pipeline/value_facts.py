"""What tools tell of the features of a stream, as measures read it."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

import pandas as pd
from sqlalchemy.orm import Session

from core.settings import Settings, ValueStream
from metrics.value_events import ValueFacts, ValueRules, value_facts
from store.features import Features, told_of_features, told_of_item

_TIER = "tier:"


def rules_of(settings: Settings, stream: ValueStream) -> ValueRules:
    """From which shares on something is live or adopted; a switch-on that is taken back within the
    reopen window of the stream was none.
    """
    told = settings.value
    settle = int(stream.reopen_window.total_seconds())
    return ValueRules(told.live_share, told.adoption_share, settle)


def stream_value(
    session: Session,
    items: pd.Series,
    rules: ValueRules,
    environments: Sequence[str],
    *,
    until_ts: int | None = None,
) -> ValueFacts:
    """Of these items, as received up to a moment (None: ever). environments: patterns of the names
    of those that are production, `tier:production` one of their tier.
    """
    told = told_of_features(session, until_ts=until_ts)
    return _facts(told, items.drop_duplicates(), rules, environments)


def item_value(
    session: Session,
    item_id: int,
    rules: ValueRules,
    environments: Sequence[str],
    *,
    until_ts: int | None = None,
) -> ValueFacts:
    """The same of one item."""
    told = told_of_item(session, item_id, until_ts=until_ts)
    return _facts(told, pd.Series([item_id], dtype="int64"), rules, environments)


def _facts(
    told: Features, items: pd.Series, rules: ValueRules, environments: Sequence[str]
) -> ValueFacts:
    shown = told.exposures
    places = list(zip(shown["environment"], shown["tier"], strict=True))
    live = {place: _is_production(*place, environments) for place in set(places)}
    production = pd.Series([live[one] for one in places], index=shown.index, dtype="bool")
    rows = shown.assign(production=production)
    return value_facts(rows, told.outcomes, told.keys, items.to_numpy("int64"), rules)


def _is_production(environment: str, tier: str, patterns: Sequence[str]) -> bool:
    for pattern in patterns:
        if pattern.startswith(_TIER):
            if tier.casefold() == pattern.removeprefix(_TIER).casefold():
                return True
        elif fnmatchcase(environment.casefold(), pattern.casefold()):
            return True
    return False
