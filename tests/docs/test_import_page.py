"""docs/connectors/import.md names every kind and field that can be imported, as it is read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.record_fields import IDENTITY, KINDS, specs

PAGE = (Path(__file__).parents[2] / "docs" / "connectors" / "import.md").read_text(encoding="utf-8")


def _sections() -> dict[str, str]:
    parts = re.split(r"^### (.+)$", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_page_has_exactly_the_kinds_that_can_be_imported() -> None:
    assert list(_sections()) == list(KINDS)


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_table_of_a_kind_is_what_is_read(kind: str) -> None:
    told = re.findall(r"^\| (\*\*)?`(\w+)`(\*\*)?(\*?) \| (.+) \|$", _sections()[kind], re.M)
    assert [(name, must == "*", text) for _, name, _, must, text in told] == [
        (spec.name, spec.required, spec.type) for spec in specs(kind)
    ]
    bold = {name for begin, name, _, _, _ in told if begin}
    named = {"what" if name == "kind" else name for name in IDENTITY.get(kind, ("id",))}
    assert bold == named
