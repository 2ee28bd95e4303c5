"""Erasing a person by command: told first, asked for, and done on a word alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.config_file import load_settings
from core.records import Person
from pipeline.database import opened
from store.migrate import upgrade
from store.models import person
from store.records import save_records
from store.sources import SourceRow, ensure_sources
from tests.cli.conftest import Run

ANNA = Person("anna.b", email="anna@acme.example", username="anna.b", name="Anna Berger")
NAMESAKE = Person("ab2", username="ab2", name="Anna Berger")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two accounts of one name, and one of them has more."""
    upgrade(f"sqlite:///{tmp_path / 'headwater.db'}")
    config = tmp_path / "headwater.toml"
    config.write_text("", encoding="utf-8")
    with opened(load_settings(config).database) as database, database.writing() as session:
        number = ensure_sources(session, [SourceRow("gitlab", "gitlab")])["gitlab"]
        save_records(session, number, [ANNA, NAMESAKE])
    return config


def _erase(alone: Run, home: Path, *words: str) -> tuple[int, str, str]:
    done = alone("privacy", "erase", *words, "--config", str(home))
    return done.status, done.out, done.err


def test_a_dry_run_tells_and_changes_nothing(alone: Run, home: Path) -> None:
    for _ in range(2):
        status, out, _ = _erase(alone, home, "anna.b", "--dry-run", "--json")
        told = json.loads(out)
        assert (status, told["erased"]) == (0, False)
        assert told["accounts"] == [{"source": "gitlab", "accounts": 1}]
        assert told["shared_words"] == 1  # the name, which both have
    assert "Would erase 1 accounts (gitlab)" in _erase(alone, home, "anna.b", "--dry-run")[1]


def test_it_is_done_on_a_word_alone_and_once(alone: Run, home: Path) -> None:
    status, out, err = _erase(alone, home, "anna.b")
    assert (status, "there is nobody to ask" in err, "anna" in err) == (1, True, False)
    status, out, err = _erase(alone, home, "anna@acme.example", "--yes", "--json")
    assert (status, json.loads(out)["erased"]) == (0, True), err
    assert _erase(alone, home, "anna.b", "--yes")[0] == 1
    with opened(load_settings(home).database) as database, database.read() as session:
        assert len(session.execute(person.select()).all()) == 2
    found = _erase(alone, home, "ab2", "--dry-run", "--json")
    assert json.loads(found[1])["accounts"] == [{"source": "gitlab", "accounts": 1}]


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("Anna Berger", "2 people have this word"),
        ("carla", "nobody is known by this word"),
        ("x", "of 2 to 320 letters"),
        ("erased-bbbbbbbbbbbbbbbb", "erased already"),
    ],
)
def test_who_is_not_one_person_is_refused(alone: Run, home: Path, word: str, told: str) -> None:
    status, out, err = _erase(alone, home, word, "--dry-run")
    assert (status, out) == (1, "")
    assert told in err


def test_one_of_two_is_named_by_a_pseudonym(alone: Run, home: Path) -> None:
    err = _erase(alone, home, "Anna Berger", "--dry-run")[2]
    names = [word for word in err.replace(":", " ").split() if len(word) == 32]
    assert len(names) == 2
    for name in names:
        status, out, _ = _erase(alone, home, name, "--dry-run", "--json")
        assert (status, len(json.loads(out)["accounts"])) == (0, 1)
