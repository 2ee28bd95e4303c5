"""Secrets of hooks are references like all others; a source of events has nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config_file import load_settings
from core.errors import ConfigError
from core.settings import Settings
from core.source_settings import EventsSource

GITLAB = '[[sources]]\nname = "g"\nkind = "gitlab"\nurl = "https://g.example"\n'
EVENTS = '[[sources]]\nname = "t"\nkind = "events"\n'
ENV = {"ONE": "1st", "TWO": "2nd", "SIGNS": "whsec_not base64!", "BARE": "whsec_"}


def _loaded(folder: Path, text: str) -> Settings:
    path = folder / "headwater.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path, ENV)


def test_two_secrets_are_resolved_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("from a file\n", encoding="utf-8")
    settings = _loaded(tmp_path, GITLAB + 'hooks = { secrets = ["env:ONE", "file:new"] }\n')
    hooks = settings.sources[0].hooks
    assert hooks is not None
    assert [one.get_secret_value() for one in hooks.secrets] == ["1st", "from a file"]
    assert "1st" not in repr(settings)
    assert settings.polled == settings.sources


def test_a_source_of_events_is_not_read(tmp_path: Path) -> None:
    settings = _loaded(tmp_path, GITLAB + EVENTS + 'hooks = { secrets = ["env:ONE"] }\n')
    assert isinstance(settings.sources[1], EventsSource)
    assert [one.name for one in settings.polled] == ["g"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GITLAB + 'hooks = { secrets = ["glpat-in-clear"] }\n', ':5: a secret is never written'),
        (GITLAB + 'hooks = { secrets = ["env:ONE", "env:NOT_SET"] }\n', "NOT_SET is not set"),
        (GITLAB + "hooks = { secrets = [] }\n", "hooks.secrets"),
        (GITLAB + 'hooks = { secrets = ["env:ONE", "env:TWO", "env:ONE"] }\n', "hooks.secrets"),
        (GITLAB + 'hooks = { secret = "env:ONE" }\n', 'unknown key "secret"'),
        (GITLAB + 'hooks = { secrets = ["env:ONE", "env:SIGNS"] }\n', ':5: what follows "whsec_"'),
        (GITLAB + 'hooks = { secrets = ["env:SIGNS"] }\n', 'follows "whsec_" is no base64'),
        (GITLAB + 'hooks = { secrets = ["env:BARE"] }\n', 'follows "whsec_" is no base64'),
        (EVENTS + 'url = "https://t.example"\n', "nothing is read from a source of kind"),
        (EVENTS + 'every = "10m"\n', "drop `every`"),
        (
            EVENTS + 'hooks = { secrets = ["env:ONE"] }\n'
            + EVENTS.replace('"t"', '"u"') + 'hooks = { secrets = ["env:TWO", "env:ONE"] }\n',
            'this is a secret of "t" already',
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_and_no_secret_is_repeated(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        _loaded(tmp_path, text)
    assert words in str(refused.value)
    assert "1st" not in str(refused.value)
    assert "not base64!" not in str(refused.value)
    assert "glpat" not in str(refused.value)
