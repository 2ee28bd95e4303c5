"""The working calendar of the configuration: what it takes, and what it refuses where and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.closed_days import public_holidays
from core.config_file import load_settings
from core.errors import ConfigError
from core.settings import Calendar


def loaded(tmp_path: Path, *lines: str) -> Calendar:
    path = tmp_path / "headwater.toml"
    path.write_text("\n".join(["[calendar]", *lines]), encoding="utf-8")
    return load_settings(path, {}).calendar


def refused(tmp_path: Path, *lines: str) -> str:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, *lines)
    return str(caught.value)


def test_every_key_lands_in_its_place(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        'working_days = ["sun", "mon"]',
        'holidays = "DE-BE"',
        "closed = [2026-12-24, 2026-12-31]",
        'timezone = "Europe/Berlin"',
    )
    assert found.holidays == "DE-BE"
    assert found.closed == (date(2026, 12, 24), date(2026, 12, 31))
    assert (found.working_days, found.timezone) == (("sun", "mon"), "Europe/Berlin")


def test_without_a_word_weeks_have_five_days_and_no_holidays(tmp_path: Path) -> None:
    found = loaded(tmp_path)
    assert found.working_days == ("mon", "tue", "wed", "thu", "fri")
    assert (found.holidays, found.closed, found.timezone) == ("", (), "")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('holidays = "de-be"', 'there is no "de-be"; did you mean "DE-BE"?'),
        ('holidays = "DE-XX"', '"DE" has no part "XX"; known: BB, BE, '),
        ('holidays = "DE-"', '"DE" has no part ""; known: BB, BE, '),
        ('holidays = "Germany"', 'write a country as "DE" or a part of one as "DE-BE"'),
        ('holidays = "DD"', "known with this letter: DE, DJ, DK, DM, DO, DZ"),
        ('holidays = "SE-AB"', '"SE" has no parts with holidays of their own; write "SE"'),
        ('holidays = ["DE"]', "holidays"),
        ("closed = [2026-02-30]", "Invalid date"),
        ('closed = ["soon"]', "closed"),
        ("working_days = []", "at least 1"),
        ('working_days = ["monday"]', 'did you mean "mon"?'),
        ('timezone = "Mars/Phobos"', "no such time zone"),
        ('zone = "UTC"', 'unknown key "zone"'),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    message = refused(tmp_path, 'week_starts = "monday"', line)
    assert told in message
    assert f"{tmp_path / 'headwater.toml'}:3" in message or "line 3" in message


def test_the_days_of_a_place_are_those_of_its_law() -> None:
    berlin = public_holidays("DE-BE")
    assert date(2026, 3, 8) in berlin
    assert date(2026, 3, 8) not in public_holidays("DE")
    assert date(2026, 10, 3) in public_holidays("DE")
    assert date(1989, 10, 3) not in public_holidays("DE")
    assert date(2026, 7, 3) in public_holidays("US")  # the 4th falls on a Saturday
    assert public_holidays("") == frozenset()
    with pytest.raises(ValueError, match="no country"):
        public_holidays("XX")
