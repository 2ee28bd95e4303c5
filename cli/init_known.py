"""The configuration that `headwater init --add` adds to."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.config_file import load_settings
from core.errors import ConfigError
from core.settings import Settings
from core.source_settings import EventsSource
from pipeline.draft.looking import CHOICE, Given
from pipeline.draft.making import Before, Seen

_OURS = ("name", "kind", "url", "auth", "status_labels", *CHOICE.values())


@dataclass(frozen=True, slots=True)
class Known:
    """The text of a file and what it says. `there` False: there is none yet, all of it is empty."""

    there: bool = False
    text: str = ""
    settings: Settings = field(default_factory=Settings)

    @property
    def names(self) -> set[str]:
        """Of sources."""
        return {one.name for one in self.settings.sources}

    @property
    def before(self) -> Before:
        """What of it a draft has to fit to."""
        return Before(
            streams={one.name for one in self.settings.streams},
            services={
                path: one.name for one in self.settings.services for path in one.repositories
            },
            named={one.name for one in self.settings.services},
            counted={
                (one.items.source, project): one.name
                for one in self.settings.streams
                for project in one.items.projects
            },
        )

    def given(self, kind: str, *, name: str = "", url: str = "") -> Given | None:
        """The source that is meant, with its references as they stand in the file: by its name, or
        by its address, or the only one of its kind; None where it has none such.
        """
        alike = [
            one
            for one in self.settings.sources
            if one.kind == kind and not isinstance(one, EventsSource)
        ]
        if name:
            alike = [one for one in alike if one.name == name]
        if url:
            alike = [one for one in alike if one.url.rstrip("/") == url.rstrip("/")]
        if not alike:
            return None
        if len(alike) > 1:
            names = ", ".join(one.name for one in alike)
            raise ConfigError(f"several sources are of kind {kind}; say which with --name: {names}")
        return self._as_written(alike[0].name, alike[0].url)

    def _as_written(self, name: str, url: str) -> Given:
        row: dict[str, Any] = next(
            one for one in tomllib.loads(self.text)["sources"] if one["name"] == name
        )
        auth = row.get("auth") or {}
        return Given(
            row["kind"],
            name,
            url,
            auth.get("user", ""),
            auth.get("password") or auth.get("token") or "",
            chosen=tuple(row.get(CHOICE[row["kind"]]) or ()),
            labels=tuple(row.get("status_labels") or ()),
            more={key: value for key, value in row.items() if key not in _OURS},
        )

    def tracked_beside(self, name: str) -> bool:
        """Whether a stream counts the items of another source than this one."""
        return any(one.items.source != name for one in self.settings.streams)

    def not_yet_read(self, one: Seen) -> Sequence[str]:
        """What was chosen of a source of the file that is not in its list; a list that is empty, or
        stands beside groups, may hold it anyway.
        """
        written = self.given(one.given.kind, name=one.given.name)
        if (
            written is None
            or not written.chosen
            or written.more.keys() & {"groups", "organizations"}
        ):
            return ()
        return [name for name in one.given.chosen if name not in written.chosen]


def known_file(path: Path) -> Known:
    """`ConfigError` where there is no such file, or it does not load."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ConfigError(f"{path} is not there to add to; leave out --add to make it") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    return Known(True, text, load_settings(path))
