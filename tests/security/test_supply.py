"""What is shipped: its licences, its list, and what is told of known holes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.security.audit import judged
from tests.security.licences import ROOT, WITH_A_NOTICE, fits, licence_of, locked
from tests.security.sbom import bom, faults

SHIPPED = sorted(locked())


@pytest.mark.parametrize("package", [name for name, _ in SHIPPED])
def test_the_licence_of_what_is_shipped_fits(package: str) -> None:
    told = licence_of(package)
    assert fits(package, told), f"{package}: {told or 'tells no licence'}"


@pytest.mark.parametrize(
    ("expression", "fitting"),
    [
        ("MIT", True),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("Apache-2.0 AND (MIT OR AGPL-3.0-only)", True),
        ("AGPL-3.0-only AND (MIT OR Apache-2.0)", False),
        ("LGPL-3.0-only", False),
        ("", False),
    ],
)
def test_a_licence_is_judged_by_its_alternatives(expression: str, fitting: bool) -> None:
    assert fits("other", expression) is fitting


def test_what_asks_for_a_notice_is_in_it() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    shipped = {name for name, _ in SHIPPED}
    assert set(WITH_A_NOTICE) <= shipped
    for name, licence in WITH_A_NOTICE.items():
        assert f"{name} ({licence})" in notice


def test_the_list_of_what_is_shipped_is_whole_and_of_its_schema() -> None:
    found = bom()
    assert faults(json.dumps(found)) == ""
    assert {(one["name"], one["version"]) for one in found["components"]} == set(SHIPPED)
    for one in found["components"]:
        assert one["licenses"][0]["expression"], one["name"]
        assert one["purl"].startswith(f"pkg:pypi/{one['name']}@{one['version']}")
    assert found["metadata"]["component"]["name"] == "headwater"
    assert faults('{"bomFormat": "other"}')


def _told(*packages: dict[str, Any]) -> dict[str, Any]:
    return {"dependencies": list(packages), "fixes": []}


SOUND = {"name": "a", "version": "1", "vulns": []}
HOLED = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]}
MISSED = {"name": "c", "skip_reason": "Dependency not found on PyPI"}


def test_a_known_hole_fails_and_is_named_with_its_cure() -> None:
    found = judged("lock", _told(SOUND, HOLED), strict=False)
    assert found.status == 1
    assert found.lines[0] == "lock: b 2: PYSEC-1, mended in 2.1"


def test_what_could_not_be_looked_up_is_no_good_news() -> None:
    assert judged("lock", _told(SOUND), strict=True).status == 0
    for told, why in ((_told(MISSED), ""), (None, "ConnectionError"), (_told(), "")):
        found = judged("lock", told, why, strict=False)
        assert "NOT AUDITED" in found.lines[0]
        assert found.status == 0
        assert judged("lock", told, why, strict=True).status == 3
    some = judged("lock", _told(SOUND, MISSED), strict=False)
    assert (some.status, "NOT LOOKED UP: 1 packages (c" in some.lines[-1]) == (0, True)
    assert judged("lock", _told(HOLED, MISSED), strict=False).status == 1
