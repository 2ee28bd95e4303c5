"""How parsers of text are asked: files that people write, and what is read out of free text."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

import numpy as np
import pandas as pd

from connectors.paging import link_header
from connectors.quota import date_of
from connectors.times import day_or_none, utc
from core.config_file import load_settings
from core.duration import parse_duration
from core.errors import BadRequestError, ConfigError, NotFoundError, PayloadError
from core.person_marks import marks
from core.records import Person
from core.toml_lines import line_of
from core.workshop_map import read_workshop_map
from correlator import (
    incident_texts,
    manifest_messages,
    near_words,
    patches,
    references,
    remotes,
    request_reverts,
    reverts,
    version_names,
)
from correlator.delivery_rules import parse_correlation
from correlator.mentions import version_words
from pipeline.estimate_files import _lines, _values
from pipeline.estimate_rules import checked
from pipeline.import_rows import rows_of
from pipeline.keyset import before_of, paged
from simulator.credentials import SECRETS
from tests.fuzz.parsers import told

_ROOT: Final = Path(__file__).parents[2]
_TABLE: Final = pd.DataFrame({"key": ["A-1"], "stream": ["s"], "n": np.array([1])})


@cache
def _folder() -> Path:
    return Path(mkdtemp(prefix="headwater-fuzz-"))


def _file(name: str, content: bytes) -> Path:
    path = _folder() / name
    path.write_bytes(content)
    return path


def configuration(content: bytes) -> None:
    """Settings, or every line that is wrong."""
    try:
        load_settings(_file("headwater.toml", content), _ENV)
    except ConfigError as error:
        told(error)


def toml_lines(content: bytes) -> None:
    """A line for each value of whatever TOML there is."""
    text = content.decode("utf-8", "replace")
    try:
        tomllib.loads(text)
    except (ValueError, RecursionError):
        return
    found = line_of(text, ("sources", 0, "name"))
    assert found is None or 1 <= found <= text.count("\n") + 1


def _workshop(suffix: str) -> Callable[[bytes], None]:
    def read(content: bytes) -> None:
        try:
            read_workshop_map(_file(f"map.{suffix}", content))
        except ConfigError as error:
            told(error)

    return read


def estimates(content: bytes) -> None:
    """Rows, or the line and column that is wrong."""
    try:
        for _, row in _lines(_file("values.csv", content)):
            try:
                checked(_values(row), zone="Europe/Berlin")
            except BadRequestError as error:
                told(error)
    except ConfigError as error:
        told(error)


def _imported(name: str) -> Callable[[bytes], None]:
    def read(content: bytes) -> None:
        path = _file(name, content)
        try:
            for row in rows_of(path):
                assert (row.record is None) == bool(row.what)
        except BadRequestError as error:
            told(error)

    return read


def small(content: bytes) -> None:
    """Durations, times, cursors and the like: a value, or their one refusal."""
    text = content.decode("utf-8", "replace")
    _refusing(ValueError, parse_duration, text)
    _refusing(PayloadError, utc, text)
    _refusing(BadRequestError, before_of, text)
    _refusing(BadRequestError, _page_after, text)
    day_or_none(text)
    date_of(text)


def _page_after(cursor: str) -> Any:
    return paged(_TABLE, sort="n", column="n", limit=1, cursor=cursor)


def _refusing(kind: type[Exception], use: Callable[[str], Any], text: str) -> None:
    try:
        use(text)
    except (kind, NotFoundError):
        return


def words(content: bytes) -> None:
    """What is read out of messages, titles and addresses never fails, and ends soon."""
    text = content.decode("utf-8", "replace")
    for read in _READERS:
        found = read(text)
        if hasattr(found, "__next__"):
            list(found)


def person(content: bytes) -> None:
    """The marks by which accounts are joined."""
    parts = [*content.decode("utf-8", "replace").split("\n", 3), "", "", ""]
    marks(Person(parts[0] or "x", name=parts[1], email=parts[2], username=parts[3]))


def _link(text: str) -> None:
    class Response:
        links: Final = {"next": {"url": text}}

    link_header(Response(), {})  # type: ignore[arg-type]


_READERS: Final[tuple[Callable[[str], Any], ...]] = (
    incident_texts.plain_text,
    incident_texts.words_of_versions,
    incident_texts.shas_in,
    incident_texts.builds_in,
    incident_texts.deployments_in,
    lambda text: incident_texts.numbers_in([text], ["INC0012345"]),
    lambda text: incident_texts.blamed_numbers([text], ["INC0012345"]),
    lambda text: incident_texts.stated_only(text, "1.2.3"),
    lambda text: manifest_messages.told_in(text, {"web": [1]}),
    manifest_messages.undoes,
    manifest_messages.title_of,
    manifest_messages.meant_title,
    near_words.near_words,
    patches.plain_message,
    lambda text: references.references([text]),
    remotes.normal_remote,
    request_reverts.reverted_numbers,
    reverts.quoted_title,
    reverts.without_quote,
    reverts.takes_back,
    version_names.meant,
    version_names.number_of,
    version_words,
    parse_correlation,
)
TEXTS: Final[dict[str, Callable[[bytes], None]]] = {
    "configuration": configuration,
    "toml-lines": toml_lines,
    "workshop-toml": _workshop("toml"),
    "workshop-json": _workshop("json"),
    "workshop-csv": _workshop("csv"),
    "estimates": estimates,
    "import-csv": _imported("work_item.csv"),
    "import-ndjson": _imported("rows.ndjson"),
    "small": small,
    "words": words,
    "person": person,
}
_ENV: Final = {
    **SECRETS,
    **dict.fromkeys(
        ("JIRA_USER", "JIRA_TOKEN", "GITLAB_TOKEN", "JENKINS_USER", "JENKINS_TOKEN"), "x"
    ),
    **dict.fromkeys(("SNOW_USER", "SNOW_PASSWORD", "EVENTS_SECRET"), "x"),
}
EXAMPLE: Final = (_ROOT / "docs/headwater.example.toml").read_bytes()
_STEPS: Final = b'title = "Pay"\n[[steps]]\nname = "Build"\nactive = "2d"\ntools = ["git"]\n'
_ITEMS: Final = (
    b"id,key,project,type,title,created_at,updated_at,status_id,labels\n"
    b'1,SHOP-1,SHOP,Story,"Pay, in two",2026-11-02T09:00:00Z,2026-11-05T09:00:00Z,closed,a|b\n'
    b"2,SHOP-2,SHOP,Bug,Broken,2026-11-02T10:00:00+01:00,2026-11-02T09:00:00Z,open,\n"
)
SEEDS: Final[dict[str, tuple[bytes, ...]]] = {
    "configuration": (EXAMPLE, EXAMPLE[:600], b'[database]\nurl = "sqlite:///x.db"\n'),
    "toml-lines": (EXAMPLE, b'x = [["""b"""", {y = 1}], \'\'\'c\'\'\']\n'),
    "workshop-toml": (_STEPS, _STEPS + b'[[rework]]\nfrom = "Build"\nto = "Build"\nshare = 0.2\n'),
    "workshop-json": (b'{"steps": [{"name": "Build", "wait": "3d", "tools": ["git"]}]}',),
    "workshop-csv": (b"name,active,tools,rework_to,rework_share\nBuild,2d,git;ci,Build,0.2\n",),
    "estimates": (
        b"key,profile,low,likely,high,deadline,per_week,life_weeks,why\n"
        b"SHOP-1,P4,150.50,200,350,2027-01-14,50,,the fine\nSHOP-2,P2,8,19.99,29,,,26,one season\n",
    ),
    "import-csv": (_ITEMS,),
    "import-ndjson": (
        b'{"kind":"workflow_status","id":"open","name":"Open","category":"new"}\n'
        b'{"kind":"transition","item":"1","at":"2026-11-03T09:00:00Z","seq":0,"field":"status"}\n',
    ),
    "small": (b"10m", b"72 h", b"2026-11-21T06:00:00Z", b"WyJuIiwxLCJBLTEiLCJzIl0", b"12",
              b"Sat, 21 Nov 2026 06:00:00 GMT"),
    "words": (
        b"Merge branch 'SHOP-12' of https://git.example/shop/web.git\n\nFixes #12, GH-3\n",
        b'Revert "SHOP-1: pay"\n\nThis reverts commit 0123456789abcdef0123456789abcdef01234567.\n',
        b"caused by deployment #31 of web 1.2.3-rc.1, see https://ci.example/job/a/job/b/31/\n",
        b"Bump web from version 1.41.0 to 1.42.0 (#31)\nSigned-off-by: A <a@b.example>\n",
        b"git@git.example:shop/web.git", b"build://pipelines/shop/web#12",
    ),
    "person": (b"7\nAnna B\nanna.b@acme.example\nannab", b"1\n\n12+a@users.noreply.github.com\n"),
}  # fmt: skip
