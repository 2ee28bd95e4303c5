"""Features that are shown to users, and what came of it, from the events that tell of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from connectors.cdevents import Event, thing_id
from connectors.pushed_delivery import TIERS
from core.errors import FieldError
from core.fields import Given
from core.record_fields import large
from core.record_value import Exposure, Outcome, check_value
from core.records import Attribution, Effect, Record

_WIRE: Final = {"environment": "environment", "value_cents": "valueCents"}


def exposure(events: Sequence[Event]) -> Iterator[Record]:
    """From when on a share of the users of an environment has a feature, or which items it is of.

    `linked` tells the items alone. An event stands for itself: sent again it is the same.
    """
    for event in events:
        share, items = event.content.get("share"), _items(event)
        shown = event.predicate == "exposed"
        if shown and share.value is None:
            raise share.wrong("is missing; write a share of users from 0 to 1")
        if not shown and not items:
            raise event.content.get("items").wrong("are missing")
        tier = event.content.get("environment").get("tier")
        if tier.name_or("") not in ("", *TIERS):
            raise tier.wrong(f"must be one of {', '.join(TIERS)}")
        record = Exposure(
            id=thing_id(event.source, event.id),
            feature=event.thing,
            at=event.at,
            environment=event.content.get("environment").get("id").name_or("") if shown else "",
            share=share.number() if shown else None,
            items=items,
            tier=tier.name_or("") if shown else "",
            url=event.content.get("uri").name_or(""),
        )
        yield _checked(event, record)


def outcome(events: Sequence[Event]) -> Iterator[Record]:
    """What was measured of a feature up to the time of the event."""
    for event in events:
        content = event.content
        attribution = _word(content.get("attribution"), tuple(Attribution))
        effect = _word(content.get("effect"), tuple(Effect))
        record = Outcome(
            id=thing_id(event.source, event.id),
            feature=event.thing,
            measure=content.get("measure").name(),
            at=event.at,
            items=_items(event),
            share=content.get("share").number(),
            count=_whole(content.get("count")),
            value_cents=_whole(content.get("valueCents")),
            attribution=Attribution(attribution) if attribution else None,
            effect=Effect(effect) if effect else None,
            url=content.get("uri").name_or(""),
        )
        yield _checked(event, record)


def _checked(event: Event, record: Exposure | Outcome) -> Record:
    try:
        check_value(record)
    except FieldError as error:
        raise event.content.get(_WIRE.get(error.field, error.field)).wrong(error.what) from error
    return record


def _items(event: Event) -> tuple[str, ...]:
    """Keys, each once."""
    keys = (one.name() for one in event.content.get("items").items())
    return tuple(dict.fromkeys(keys))


def _word(given: Given, known: Sequence[str]) -> str:
    text = given.name_or("")
    if text and text not in known:
        raise given.wrong(f"must be one of {', '.join(known)}")
    return text


def _whole(given: Given) -> int | None:
    """JSON has one kind of number: 3.0 is 3, and text is none."""
    value = given.value
    if isinstance(value, str):
        raise given.wrong("must be a whole number")
    if isinstance(value, float) and value.is_integer():
        return large(Given(int(value), given.path))
    return None if value is None else large(given)
