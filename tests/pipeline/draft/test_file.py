"""A configuration is written whole or not at all, and nobody's words are lost."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from core.config_file import load_settings
from core.errors import ConfigError
from pipeline.draft.file import change, create, keep_secret, require_own, with_more

TEXT = """# ours
[[sources]]
name = "jira"
kind = "jira"
url = "https://jira.example"   # projects = [ is said below
projects = [   # the shop
  "SHOP",
]
"""


def test_a_new_file_is_there_whole_and_nothing_beside(tmp_path: Path) -> None:
    file = tmp_path / "headwater.toml"
    assert create(file, TEXT, {}).sources[0].name == "jira"
    assert file.read_text() == TEXT
    assert list(tmp_path.iterdir()) == [file]


def test_what_does_not_load_is_not_written(tmp_path: Path) -> None:
    file = tmp_path / "headwater.toml"
    with pytest.raises(ConfigError, match=r"nothing was written.*\n.*headwater\.toml:1: unknown"):
        create(file, "nonsense = 1\n", {})
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_appeared_meanwhile_wins(tmp_path: Path) -> None:
    file = tmp_path / "headwater.toml"
    file.write_text("# theirs\n")
    with pytest.raises(ConfigError, match="stays as it is"):
        create(file, TEXT, {})
    assert file.read_text() == "# theirs\n"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_was_edited_meanwhile_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "headwater.toml"
    file.write_text("# edited\n")
    with pytest.raises(ConfigError, match="changed meanwhile"):
        change(file, "# as it was\n", TEXT, {})
    assert file.read_text() == "# edited\n"
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file or directory"):
        create(tmp_path / "nowhere" / "headwater.toml", TEXT, {})


def test_further_projects_stand_in_the_list_and_every_other_letter_stays(tmp_path: Path) -> None:
    file = tmp_path / "headwater.toml"
    file.write_text(TEXT)
    settings = load_settings(file, {})
    more = with_more(TEXT, settings, "jira", "projects", ['A"B', "OPS"])
    assert more == TEXT.replace(
        "projects = [   # the shop", 'projects = ["A\\"B", "OPS",    # the shop'
    )
    projects = change(file, TEXT, more, {}).sources[0].model_dump()["projects"]
    assert projects == ('A"B', "OPS", "SHOP")


def test_a_list_inside_a_table_on_one_line_is_for_the_person_to_change(tmp_path: Path) -> None:
    text = 'sources = [{ name = "j", kind = "jira", url = "https://x", "projects" = ["A"] }]\n'
    file = tmp_path / "headwater.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match="add there: B"):
        with_more(text, load_settings(file, {}), "j", "projects", ["B"])


def test_a_secret_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "token"
    keep_secret(path, "first")
    keep_secret(path, "second")
    assert path.read_text() == "second"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]
    require_own(path)
    path.chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        require_own(path)
