"""Which sources a stream may take its items from, and which projects of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config_file import load_settings
from core.errors import ConfigError
from core.settings import Settings
from core.source_settings import GitlabSource

SOURCE = """[[sources]]
name = "code"
kind = "gitlab"
url = "https://gitlab.example"
{extra}

[[streams]]
name = "shop"
items = {{ source = "code", projects = ["shop/api"] }}
stages = [{{ name = "Build", state = "active", statuses = ["workflow::in dev"] }}]
"""


def loaded(tmp_path: Path, extra: str) -> Settings:
    path = tmp_path / "headwater.toml"
    path.write_text(SOURCE.format(extra=extra), encoding="utf-8")
    return load_settings(path, {})


@pytest.mark.parametrize(
    "extra", ['projects = ["shop/api"]', "", 'projects = ["shop/web"]\ngroups = ["shop"]']
)
def test_a_stream_may_take_its_items_from_gitlab(tmp_path: Path, extra: str) -> None:
    settings = loaded(tmp_path, extra)
    assert settings.streams[0].items.source == "code"


def test_a_project_that_gitlab_is_not_asked_for_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match='no project among those of source "code": "shop/api"'):
        loaded(tmp_path, 'projects = ["shop/web"]')


def test_labels_that_are_statuses_can_be_chosen(tmp_path: Path) -> None:
    chosen = loaded(tmp_path, 'status_labels = ["status/*"]').sources[0]
    plain = loaded(tmp_path, "").sources[0]
    assert isinstance(chosen, GitlabSource)
    assert isinstance(plain, GitlabSource)
    assert (chosen.status_labels, plain.status_labels) == (("status/*",), ("workflow::*",))
