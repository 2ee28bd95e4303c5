"""What became of a feature once its code was live: who can see it, who uses it, what it brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.errors import FieldError
from core.record_words import Attribution, Effect

MOST_CENTS: Final = 10**15
MOST_COUNT: Final = 10**12
MOST_ITEMS: Final = 100


@dataclass(frozen=True, slots=True)
class Exposure:
    """From a moment on a share of users, 0 to 1, has a feature in an environment.

    feature: the name of its flag, or an item's key. share: None where it is only told which `items`
    (keys) the feature belongs to. tier: production, staging, testing, development, other or empty.
    """

    id: str
    feature: str
    at: datetime
    environment: str = ""
    share: float | None = None
    items: tuple[str, ...] = ()
    tier: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was measured of a feature up to a moment: `share` of users who used it, 0 to 1, `count`
    of uses, and `value_cents`, what it brought since the last time that was told.

    At least one of them is there. A value says how it was found out (`attribution`), and whether
    the feature itself brought it (`effect`).
    """

    id: str
    feature: str
    measure: str
    at: datetime
    items: tuple[str, ...] = ()
    share: float | None = None
    count: int | None = None
    value_cents: int | None = None
    attribution: Attribution | None = None
    effect: Effect | None = None
    url: str = ""


def check_value(record: object) -> None:
    """`FieldError` for an exposure or an outcome that says nothing, or what can't be."""
    if not isinstance(record, Exposure | Outcome):
        return
    if record.share is not None and not 0 <= record.share <= 1:
        raise FieldError("share", "must be a share from 0 to 1")
    if len(record.items) > MOST_ITEMS:
        raise FieldError("items", f"are more than {MOST_ITEMS}")
    if isinstance(record, Exposure):
        _check_exposure(record)
    else:
        _check_outcome(record)


def _check_exposure(record: Exposure) -> None:
    if record.share is None and not record.items:
        raise FieldError("share", "is missing, and no items are linked either")
    if record.share is not None and not record.environment:
        raise FieldError("environment", "is missing: where is it so?")


def _check_outcome(record: Outcome) -> None:
    if record.share is None and record.count is None and record.value_cents is None:
        raise FieldError("share", "is missing; tell a share, a count or a value")
    if record.count is not None and not 0 <= record.count <= MOST_COUNT:
        raise FieldError("count", "must be a whole number from 0")
    if record.value_cents is None:
        return
    if abs(record.value_cents) > MOST_CENTS:
        raise FieldError("value_cents", "is out of all bounds")
    if record.attribution is None:
        raise FieldError("attribution", f"must be one of {', '.join(Attribution)}")
    if record.effect is None:
        raise FieldError("effect", f"must be one of {', '.join(Effect)}")
