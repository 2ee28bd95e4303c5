"""Events about features: what they say, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.cdevents import event_of
from connectors.pushed import records_of_events, whole_of
from core.errors import FieldError
from core.record_fields import record_of
from core.record_value import Exposure, Outcome
from core.records import Record
from tests.api.feature_events import exposed, feature, measured

REFUSED: dict[str, tuple[Any, str]] = {
    "no share": (feature("feature.exposed", "f", "2026-08-05T08:00:00Z",
                         environment={"id": "production"}), "subject.content.share"),
    "a share in per cent": (exposed("f", "2026-08-05T08:00:00Z", 50), "subject.content.share"),
    "a share below nothing": (exposed("f", "2026-08-05T08:00:00Z", -0.1), "subject.content.share"),
    "a share in words": (feature("feature.exposed", "f", "2026-08-05T08:00:00Z", share="all",
                                 environment={"id": "production"}), "subject.content.share"),
    "nowhere": (feature("feature.exposed", "f", "2026-08-05T08:00:00Z", share=1),
                "subject.content.environment.id"),
    "an odd tier": (feature("feature.exposed", "f", "2026-08-05T08:00:00Z", share=1,
                            environment={"id": "x", "tier": "gold"}),
                    "subject.content.environment.tier"),
    "items that are no list": (feature("feature.exposed", "f", "2026-08-05T08:00:00Z", share=1,
                               environment={"id": "x"}, items="SHOP-1"), "subject.content.items"),
    "linked to nothing": (feature("feature.linked", "f", "2026-08-05T08:00:00Z"),
                          "subject.content.items"),
    "too many items": (feature("feature.linked", "f", "2026-08-05T08:00:00Z",
                               items=[f"A-{n}" for n in range(101)]), "subject.content.items"),
    "no measure": (feature("outcome.measured", "f", "2026-08-05T08:00:00Z", count=1),
                   "subject.content.measure"),
    "nothing measured": (measured("f", "2026-08-05T08:00:00Z"), "subject.content.share"),
    "half a use": (measured("f", "2026-08-05T08:00:00Z", count=0.5), "subject.content.count"),
    "a count in words": (measured("f", "2026-08-05T08:00:00Z", count="7"), "subject.content.count"),
    "uses below nothing": (measured("f", "2026-08-05T08:00:00Z", count=-1),
                           "subject.content.count"),
    "money from nowhere": (measured("f", "2026-08-05T08:00:00Z", valueCents=5, effect="direct"),
                           "subject.content.attribution"),
    "money of a guess": (measured("f", "2026-08-05T08:00:00Z", valueCents=5, effect="direct",
                                  attribution="hearsay"), "subject.content.attribution"),
    "money of no effect": (measured("f", "2026-08-05T08:00:00Z", valueCents=5,
                                    attribution="opinion"), "subject.content.effect"),
    "endless money": (measured("f", "2026-08-05T08:00:00Z", valueCents=10**18, effect="direct",
                               attribution="opinion"), "subject.content.valueCents"),
}  # fmt: skip


def _records(body: Any) -> list[Record]:
    found = event_of(body)
    return records_of_events(whole_of(found), [found])


@pytest.mark.parametrize("case", REFUSED)
def test_what_makes_no_sense_is_refused_with_its_field(case: str) -> None:
    body, field = REFUSED[case]
    with pytest.raises(FieldError) as refused:
        _records(body)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "kind", ["headwater-feature.eaten", "headwater-toggle.exposed", "other-feature.exposed"]
)
def test_an_event_of_no_known_kind_is_refused(kind: str) -> None:
    body = exposed("f", "2026-08-05T08:00:00Z", 1.0)
    body["context"]["type"] = f"dev.cdeventsx.{kind}.0.1.0"
    with pytest.raises(FieldError) as refused:
        event_of(body)
    assert refused.value.field == "context.type"


_JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.lists(st.one_of(st.text(max_size=5), st.integers()), max_size=3),
    st.dictionaries(st.sampled_from(["id", "tier", "x"]), st.text(max_size=5), max_size=3),
)
_FIELDS = ("share", "items", "environment", "measure", "count", "valueCents", "attribution",
           "effect", "uri")  # fmt: skip
_KINDS = ["feature.exposed", "feature.linked", "outcome.measured"]


def _record_or_refusal(body: Any) -> Record | str:
    try:
        [record] = _records(body)
    except FieldError as error:
        return error.field
    return record


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(_FIELDS), _JUNK), st.sampled_from(_KINDS))
def test_junk_becomes_a_record_within_bounds_or_names_its_field(
    content: dict[str, Any], kind: str
) -> None:
    record = _record_or_refusal(feature(kind, "f", "2026-08-05T08:00:00Z", **content))
    if isinstance(record, str):
        assert record.startswith("subject.content.")
        return
    assert isinstance(record, Exposure | Outcome)
    assert record.share is None or 0 <= record.share <= 1
    assert all(key and isinstance(key, str) for key in record.items)
    if isinstance(record, Outcome):
        assert record.count is None or record.count >= 0
        assert (record.value_cents is None) or (record.attribution and record.effect)


def test_an_event_tells_what_it_says_and_items_once() -> None:
    body = exposed("pay", "2026-08-05T08:00:00Z", 0.25, "SHOP-1", "SHOP-2", "SHOP-1")
    [record] = _records(body)
    assert isinstance(record, Exposure)
    assert (record.feature, record.share, record.environment) == ("pay", 0.25, "production")
    assert record.items == ("SHOP-1", "SHOP-2")
    assert whole_of(event_of(body)).endswith(body["context"]["id"])


def test_a_row_of_a_file_is_checked_like_an_event() -> None:
    row = {"id": "1", "feature": "pay", "at": "2026-08-05T08:00:00Z", "share": "0.5",
           "environment": "production", "items": "SHOP-1|SHOP-2"}  # fmt: skip
    found = record_of("exposure", row)
    assert isinstance(found, Exposure)
    assert (found.share, found.items) == (0.5, ("SHOP-1", "SHOP-2"))
    for name, value in {"share": "1.5", "environment": "", "items": "|".join("abc" * 50)}.items():
        with pytest.raises(FieldError) as refused:
            record_of("exposure", {**row, name: value})
        assert refused.value.field == name
    money = {"id": "1", "feature": "pay", "measure": "m", "at": "2026-08-05T08:00:00Z"}
    with pytest.raises(FieldError, match="attribution"):
        record_of("outcome", {**money, "value_cents": "100", "effect": "direct"})
    with pytest.raises(FieldError, match="share"):
        record_of("outcome", money)
