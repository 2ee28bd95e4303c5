"""Days as a stranger writes them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.errors import FieldError
from core.record_fields import record_of
from core.records import PlannedRelease, WorkItem

RELEASE = {"id": "10", "name": "Summer", "due_on": "2026-12-24"}


def test_a_day_is_read_as_it_is_written() -> None:
    assert record_of("planned_release", RELEASE) == PlannedRelease(
        "10", "Summer", due_on=date(2026, 12, 24)
    )
    assert record_of("planned_release", RELEASE | {"due_on": ""}) == PlannedRelease("10", "Summer")
    times = dict.fromkeys(("created_at", "updated_at"), "2026-01-05T09:00:00Z")
    row = {"id": "1", "key": "A-1", "project": "A", "type": "Bug", "status_id": "1", **times}
    found = record_of("work_item", row | {"due_on": "2026-02-28"})
    assert isinstance(found, WorkItem)
    assert found.due_on == date(2026, 2, 28)


@pytest.mark.parametrize(
    "day",
    [
        "24.12.2026", "2026-12-24T00:00:00Z", "20261224", "2026-W52-4", "2026-02-29", "2026-13-01",
        "soon", 20261224, True, ["2026-12-24"], "1871-01-01", "9999-12-31",
    ],
)  # fmt: skip
def test_what_is_no_day_is_refused_by_its_field(day: Any) -> None:
    with pytest.raises(FieldError) as refused:
        record_of("planned_release", RELEASE | {"due_on": day})
    assert refused.value.field == "due_on"
