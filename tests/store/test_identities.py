"""What names a record in a file is what names its row in the store."""

from __future__ import annotations

import pytest
from sqlalchemy import Table, UniqueConstraint

from core.record_fields import IDENTITY, KINDS
from store.models import metadata

_TABLES = {"commit": "git_commit", "exposure": "exposure_event"}
_FIELDS = {
    "external_id": ("id",),
    "item_id": ("item",),
    "release_id": ("release",),
    "repository_id": ("repository",),
    "merge_request_id": ("repository", "merge_request"),
    "build_id": ("build",),
    "entity_id": ("id",),
    "ts": ("at",),
    "start_ts": ("start",),
    "pseudonym": ("identity",),
    "source_id": (),
}
"""The fields that a column of a key is made of; others have its name."""


def _key(table: Table) -> list[str]:
    unique = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    return [column.key for column in (unique[0] if unique else table.primary_key).columns]


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_identity_of_a_kind_is_the_key_of_its_table(kind: str) -> None:
    columns = _key(metadata.tables[_TABLES.get(kind, kind)])
    named = {field for column in columns for field in _FIELDS.get(column, (column,))}
    assert set(IDENTITY.get(kind, ("id",))) == named
