"""What odd input once did, so that it stays mended."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from connectors.jenkins_parse import _without_user
from connectors.quota import quota_of, retry_after
from core.config_file import load_settings
from core.errors import BadRequestError, ConfigError, PayloadError
from core.record_check import NAME_BYTES, require_sound
from core.records import Person, Project, Repository
from core.settings import Server
from core.source_settings import JiraSource
from core.toml_lines import line_of
from core.workshop_map import read_workshop_map
from correlator.delivery_rules import parse_correlation
from correlator.references import _host
from pipeline.estimate_files import _lines
from pipeline.keyset import before_of
from store.raw import payload_hash

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize("text", ["http://[x", "https://]/job/a/1", "http://[::1/job/a/1/"])
def test_an_address_that_is_none_in_an_incident_does_not_stop_linking(text: str) -> None:
    assert parse_correlation(text) == ""
    assert _host(text) == ""
    assert _without_user(text) == ""
    assert parse_correlation("http://ci.example/job/a/job/b/31/") == "a/b#31"


@pytest.mark.parametrize("name", ["retry-after", "x-ratelimit-limit", "x-ratelimit-fillrate"])
@pytest.mark.parametrize("digits", [b"\xb2", b"\xb2\xb3", b"9" * 5_000, b"0" * 5_000])
def test_digits_that_make_no_number_are_no_limit(name: str, digits: bytes) -> None:
    usual = [(b"x-ratelimit-remaining", b"1"), (b"x-ratelimit-interval-seconds", b"1")]
    headers = httpx.Headers([*usual, (name.encode(), digits)])
    assert quota_of(headers, NOW) is None
    assert retry_after(headers, NOW) is None


def test_a_long_header_of_limits_is_not_searched_again_and_again() -> None:
    """With all of it the work grew with the square: a minute of computing for 64 kB."""
    headers = httpx.Headers({"ratelimit": "a" * 60_000, "ratelimit-policy": ";a=1" * 15_000})
    began = time.thread_time()
    assert quota_of(headers, NOW) is None
    assert time.thread_time() - began < 5


def _deep(levels: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(levels):
        found = [found]
    return found


def test_a_payload_that_is_nested_without_end_is_misshapen_and_no_fault() -> None:
    with pytest.raises(ValueError, match="nested without end"):
        payload_hash({"a": _deep(5_000)})
    assert len(payload_hash({"a": _deep(300)})) == 16


def test_files_that_are_nested_without_end_are_refused(tmp_path: Path) -> None:
    for name, text in (
        ("map.toml", f"x = {'[' * 3_000}{']' * 3_000}"),
        ("map.json", f"{'[' * 30_000}{']' * 30_000}"),
    ):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError):
            read_workshop_map(file)
        with pytest.raises(ConfigError):
            load_settings(file, {})


def test_a_number_of_thousands_of_digits_is_refused_and_a_column_of_them_not_quoted_whole(
    tmp_path: Path,
) -> None:
    file = tmp_path / "headwater.toml"
    file.write_text(f"x = {'9' * 9_000}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="not valid TOML"):
        load_settings(file, {})
    file.write_text(f"key,likely,why,{'9' * 90_000}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="nothing reads column '999") as refused:
        list(_lines(file))
    assert len(str(refused.value)) < 1_000


def test_a_cursor_of_thousands_of_digits_is_refused() -> None:
    assert before_of("9223372036854775807") == 2**63 - 1
    for cursor in ("9" * 5_000, "9223372036854775808", "0", "\u00b2"):
        with pytest.raises(BadRequestError, match="cursor"):
            before_of(cursor)


def test_a_time_zone_that_is_longer_than_a_file_s_name_is_refused() -> None:
    with pytest.raises(ValidationError, match="no such time zone") as refused:
        Server(timezone="x" * 5_000)
    assert len(refused.value.errors()[0]["msg"]) < 200


def test_an_unknown_kind_of_a_page_s_length_is_not_quoted_whole(tmp_path: Path) -> None:
    file = tmp_path / "headwater.toml"
    file.write_text(f'[[sources]]\nname = "a"\nkind = "{"x" * 9_000}"\n', encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_settings(file, {})
    assert len(str(refused.value)) < 1_000


def test_the_lines_of_a_text_that_gets_out_of_step_come_to_an_end() -> None:
    assert line_of('x = [["""b"""", {y = 1}], 2]\ny = 3\n', ("y",)) == 2
    assert line_of("x = [}", ("x",)) == 1


@pytest.mark.parametrize("url", ["http://[::1", "https://x:99999", "https://x:y", "http://:80"])
def test_an_address_that_is_none_is_refused_in_the_configuration(url: str) -> None:
    with pytest.raises(ValidationError, match="url"):
        JiraSource(kind="jira", name="a", url=url, projects=("A",))


@pytest.mark.parametrize(
    "record",
    [
        Repository({}, "a", "main", ""),  # type: ignore[arg-type]
        Repository("1", "a", {"a": 1}, ""),  # type: ignore[arg-type]
        Repository("1", "a", "main", None),  # type: ignore[arg-type]
        Project(id="1" * (NAME_BYTES + 1), key="A", title="a"),
        Project(id="1", key="A", title=["a"]),  # type: ignore[arg-type]
        Person(identity="a", name=5),  # type: ignore[arg-type]
    ],
)
def test_a_record_that_no_database_takes_is_a_misshapen_payload(record: Any) -> None:
    with pytest.raises(PayloadError, match="is not what it should be"):
        require_sound([Project("1", "A", "a"), record])


def test_sound_records_are_handed_on_as_they_are() -> None:
    sound = [
        Project("1", "A", "t" * 50_000),
        Person("a", name="Anna"),
        Repository("1", "a", "main", ""),
    ]
    assert require_sound(iter(sound)) == sound
