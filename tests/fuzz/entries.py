"""Every parser of foreign input, with what is known to be good for it, as one table.

An entry takes bytes, makes an input of them (a good one, changed), and hands it to the parser. It
comes back where the parser gave a result or one of its documented refusals, and raises otherwise.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.contract.payload_set import PayloadSet, payloads
from tests.contract.table import SETS
from tests.fuzz import parsers
from tests.fuzz.chance import Chance
from tests.fuzz.odd import changed, torn
from tests.fuzz.texts import EXAMPLE, SEEDS, TEXTS, configuration

VENDORS: Final = ("jira", "gitlab", "github", "jenkins", "servicenow")
Entry = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class Fixtures:
    """The folder of recorded payloads, read once."""

    folder: Path

    def sets(self, vendor: str) -> list[tuple[PayloadSet, list[Any]]]:
        return _sets(self.folder, vendor)


@cache
def _sets(folder: Path, vendor: str) -> list[tuple[PayloadSet, list[Any]]]:
    own = [one for one in SETS if one.files.startswith(f"{vendor}/")]
    found = [(one, payloads(folder, one)[:12]) for one in own]
    return [(one, listed) for one, listed in found if listed]


@cache
def _hooks(folder: Path, kind: str) -> list[tuple[str, Any]]:
    """Recorded webhooks with the name of their event; for those that were not recorded, made."""
    files = sorted((folder / kind / "webhooks").rglob("*.json"))
    recorded = [(one.parent.name, json.loads(one.read_text(encoding="utf-8"))) for one in files]
    return [*recorded, *parsers.MADE_HOOKS.get(kind, [])]


def _payload(fixtures: Fixtures, vendor: str) -> Entry:
    def run(data: bytes) -> None:
        chance = Chance(data)
        one, listed = chance.one_of(fixtures.sets(vendor))
        parsers.payload(one, changed(chance.one_of(listed), chance))

    return run


def _hook(fixtures: Fixtures, kind: str) -> Entry:
    def run(data: bytes) -> None:
        chance = Chance(data)
        event, payload = chance.one_of(_hooks(fixtures.folder, kind))
        parsers.hook(kind, event, changed(payload, chance), chance)

    return run


def _json(use: Callable[[Any, Chance], None], seeds: Sequence[Any]) -> Entry:
    def run(data: bytes) -> None:
        chance = Chance(data)
        use(changed(chance.one_of(seeds), chance), chance)

    return run


def settings(given: Any, _chance: Chance) -> None:
    """A configuration in which values, not letters, are odd."""
    if not isinstance(given, dict):
        return
    try:
        text = "\n".join(f"{_inline(k)} = {_inline(v)}" for k, v in given.items())
    except RecursionError:
        text = f"x = {'[' * 3_000}{']' * 3_000}"
    configuration(text.encode("utf-8", "replace"))


def _inline(value: Any) -> str:
    """TOML on one line; it has no null, so that this stands for none of it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_inline(k)} = {_inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return '""' if value is None else json.dumps(value, default=str).replace("\x7f", " ")


def _text(use: Callable[[bytes], None], seeds: Sequence[bytes]) -> Entry:
    def run(data: bytes) -> None:
        chance = Chance(data)
        use(torn(chance.one_of([*seeds, b""]), chance))

    return run


def entries(folder: Path) -> dict[str, Entry]:
    """By name. `folder` is that of the recorded payloads."""
    fixtures = Fixtures(folder)
    return {
        **{f"payload-{vendor}": _payload(fixtures, vendor) for vendor in VENDORS},
        **{f"hook-{kind}": _hook(fixtures, kind) for kind in parsers.HOOK_KINDS},
        "cdevent": _json(parsers.cdevent, parsers.EVENTS),
        "import-row": _json(parsers.import_row, parsers.ROWS),
        "headers": _json(parsers.limits, parsers.HEADERS),
        "settings": _json(settings, [tomllib.loads(EXAMPLE.decode())]),
        **{name: _text(use, SEEDS[name]) for name, use in TEXTS.items()},
    }
