"""Files become records: what is refused and why, what is counted, and that a repetition is none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import BadRequestError, ConfigError
from core.record_fields import KINDS
from pipeline.importing import import_file
from pipeline.sync import bring_up_to_date
from tests.api.pushing import Pushing, pushing
from tests.e2e.dumps import natural_rows
from tests.pipeline.import_files import BAD, ITEMS, MOVES, STATUSES


@pytest.fixture
def tools(tmp_path: Path, sqlite_url: str) -> Iterator[Pushing]:
    with pushing(tmp_path, sqlite_url) as found:
        yield found


def _file(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _refused(tools: Pushing, path: Path) -> list[tuple[int, str, str]]:
    report = import_file(tools.settings, tools.database, path, source="tools")
    return [(one.row, one.field, one.what) for one in report.refused]


def test_csv_files_one_for_each_kind_make_a_journey(tools: Pushing, tmp_path: Path) -> None:
    for name, text in (
        ("workflow_status.csv", STATUSES),
        ("work_item.csv", ITEMS),
        ("transition.csv", MOVES),
    ):
        assert _refused(tools, _file(tmp_path, name, text)) == []
    told = tools.journey("SHOP-1")
    assert (told["title"], told["flow_time_s"]) == ("Pay, in two parts", 2 * 86_400)
    assert [visit["stage"] for visit in told["visits"]] == ["Ideas", "Build", "Done"]
    # The items again, alone: their moves came in another file, and stay.
    changed = ITEMS.replace("Broken", "Mended")
    report = import_file(
        tools.settings, tools.database, _file(tmp_path, "work_item.csv", changed), source="tools"
    )
    assert (report.changed, report.same) == ({"work_item": 1}, {"work_item": 1})
    assert tools.journey("SHOP-1")["flow_time_s"] == 2 * 86_400
    assert tools.journey("SHOP-2")["title"] == "Mended"


def _lines(*rows: dict[str, object]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


ALL = _lines(
    {"kind": "item_link", "item": "1", "what": "implements", "other_key": "IDEA-1"},
    {"kind": "transition", "item": "1", "at": "2026-11-03T09:00:00Z", "seq": 0, "field": "status",
     "from_id": "open", "to_id": "closed"},
    {"kind": "merge_request", "id": "7", "repository": "r", "number": 7, "title": "SHOP-1",
     "state": "merged", "created_at": "2026-11-03T09:00:00Z", "updated_at": "2026-11-03T09:00:00Z",
     "merged_at": "2026-11-03T10:00:00Z", "commits": ["ab"], "author": "anna@acme.example"},
    {"kind": "commit", "repository": "r", "sha": "ab", "authored_at": "2026-11-03T09:00:00Z",
     "committed_at": "2026-11-03T09:00:00Z", "message": "SHOP-1", "parents": []},
    {"kind": "build_stage", "build": "b", "id": "s", "ordinal": 0, "name": "test",
     "result": "failed"},
    {"kind": "build", "id": "b", "job": "web", "number": 1, "result": "failed",
     "revisions": ["ab@https://git.example/shop/web"], "parameters": "VERSION=2|X="},
    {"kind": "repository", "id": "r", "path": "shop/web"},
    {"kind": "work_item", "id": "1", "key": "SHOP-1", "project": "SHOP", "type": "Bug",
     "created_at": "2026-11-02T09:00:00Z", "updated_at": "2026-11-05T09:00:00Z",
     "status_id": "closed"},
    {"kind": "incident", "id": "i", "number": "INC1", "priority": 1,
     "opened_at": "2026-11-05T09:00:00Z", "updated_at": "2026-11-05T09:00:00Z"},
    {"kind": "state_change", "entity": "incident", "id": "i", "at": "2026-11-05T09:00:00Z",
     "seq": 0, "field": "state", "new": "2"},
)  # fmt: skip


def test_an_ndjson_file_has_all_kinds_in_any_order(tools: Pushing, tmp_path: Path) -> None:
    path = _file(tmp_path, "all.ndjson", ALL)
    assert _refused(tools, path) == []
    rows = tools.rows()
    for table in ("item_link", "transition", "merge_request", "git_commit", "build_stage", "build",
                  "repository", "work_item", "incident", "state_change", "person"):  # fmt: skip
        assert len(rows[table]) == 1, table
    report = import_file(tools.settings, tools.database, path, source="tools")
    assert (report.new.total(), report.changed.total(), report.same.total()) == (0, 0, 10)
    assert natural_rows(tools.database.engine) == rows
    bring_up_to_date(tools.settings, tools.database, everything=True)
    after = natural_rows(tools.database.engine)
    assert {name for name in rows if rows[name] != after[name]} <= {"value_stream", "fact_change"}


RUNS = _lines(
    {"kind": "build", "id": "b", "job": "web", "number": 1, "result": "success",
     "repository": "r"},
    {"kind": "deployment", "id": "d", "environment": "production", "result": "success",
     "created_at": "2026-11-03T09:00:00Z", "repository": "r"},
)  # fmt: skip
REPOSITORY = _lines({"kind": "repository", "id": "r", "path": "shop/web"})


def test_runs_that_are_imported_before_their_repository_belong_to_it(
    tools: Pushing, tmp_path: Path
) -> None:
    for name, text in (("runs.ndjson", RUNS), ("repository.ndjson", REPOSITORY)):
        assert _refused(tools, _file(tmp_path, name, text)) == []
    rows = tools.rows()
    for name in ("build", "deployment"):
        assert [row.count("'repository source tools/r'") for row in rows[name]] == [1], name
    assert len(rows["deployment_fact"]) == 1


def _told(tools: Pushing, path: Path, *, dry_run: bool = False) -> tuple[int, int, int, int]:
    """How many rows were new, changed, the same and refused."""
    found = import_file(tools.settings, tools.database, path, source="tools", dry_run=dry_run)
    counts = (found.new, found.changed, found.same)
    new, changed, same = (one.total() for one in counts)
    return new, changed, same, len(found.refused_rows)


ITEM, INCIDENT = (json.loads(line) for line in ALL.splitlines()[-3:-1])
MOVE = {"kind": "transition", "item": "1", "at": "2026-11-03T09:00:00Z", "seq": 0,
        "field": "status", "from_id": "open", "to_id": "closed"}  # fmt: skip


@pytest.mark.parametrize(
    ("parent", "first", "second", "table"),
    [
        (ITEM, MOVE, {**MOVE, "field": "assignee", "to_id": "anna"}, "transition"),
        (ITEM, MOVE, {**MOVE, "at": "2026-11-03T10:00:00.5+01:00"}, "transition"),
        (INCIDENT, json.loads(ALL.splitlines()[-1]),
         {**json.loads(ALL.splitlines()[-1]), "field": "priority"}, "state_change"),
    ],
)  # fmt: skip
def test_what_one_row_of_the_store_can_hold_is_not_counted_twice(
    tools: Pushing, tmp_path: Path, parent: dict[str, object], first: dict[str, object],
    second: dict[str, object], table: str,
) -> None:  # fmt: skip
    path = _file(tmp_path, "twice.ndjson", _lines(parent, first, second))
    before = "the row"
    ((number, field, what),) = _refused(tools, path)
    assert (number, field, what.endswith("at, seq as line 2")) == (3, before, True)
    assert _told(tools, path) == (0, 0, 2, 1)
    numbered = _lines(parent, first, {**second, "seq": 1})
    assert _told(tools, _file(tmp_path, "numbered.ndjson", numbered)) == (1, 0, 2, 0)
    assert len(tools.rows()[table]) == 2


REVIEW = {"kind": "review", "repository": "r", "merge_request": "7", "id": "1",
          "what": "approved", "at": "2026-11-03T09:30:00Z"}  # fmt: skip
REQUEST = json.loads(ALL.splitlines()[2])


def test_a_review_is_refused_until_its_merge_request_is_there(
    tools: Pushing, tmp_path: Path
) -> None:
    review = _file(tmp_path, "review.ndjson", _lines(REVIEW))
    told = [(1, "merge_request", "there is no merge_request r 7, here or stored")]
    assert _refused(tools, review) == told
    # A merge request that is itself refused is none for its review either.
    both = _file(tmp_path, "both.ndjson", _lines(REQUEST, REVIEW))
    assert [(row, field) for row, field, _ in _refused(tools, both)] == [
        (1, "repository"), (2, "merge_request"),
    ]  # fmt: skip
    assert tools.rows()["raw_record"] == []
    assert _refused(tools, _file(tmp_path, "r.ndjson", REPOSITORY + _lines(REQUEST))) == []
    assert _told(tools, review) == (1, 0, 0, 0)
    assert len(tools.rows()["review"]) == 1


def test_what_goes_while_a_file_is_imported_is_refused_and_the_rest_is_stored(
    tools: Pushing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "pipeline.import_checks.stored_names", lambda _session, _source, _kind, names: set(names)
    )
    path = _file(tmp_path, "moves.ndjson", _lines(ITEM, MOVE, {**MOVE, "item": "gone"}))
    assert _refused(tools, path) == [(3, "the row", "belongs to something that is not stored")]
    assert _told(tools, path) == (0, 0, 2, 1)
    assert len(tools.rows()["transition"]) == 1


def test_a_key_that_an_item_has_is_no_earlier_one_of_another(
    tools: Pushing, tmp_path: Path
) -> None:
    assert _refused(tools, _file(tmp_path, "work_item.csv", ITEMS)) == []
    claim = {"kind": "item_key", "item": "2", "key": "SHOP-1", "current": False}
    path = _file(tmp_path, "keys.ndjson", _lines(claim, {**claim, "key": "OLD-2"}))
    assert _refused(tools, path) == [(1, "key", "is the key of work_item 1 now")]
    moved = _lines({**ITEM, "key": "NEW-1"}, claim)
    assert _refused(tools, _file(tmp_path, "moved.ndjson", moved)) == []
    keys = tools.rows()["item_key"]
    assert [row.count("'work_item source tools/2'") for row in keys if "SHOP-1" in row] == [1]


def test_a_dry_run_counts_what_it_would_do_and_stores_nothing(
    tools: Pushing, tmp_path: Path
) -> None:
    path = _file(tmp_path, "work_item.csv", ITEMS)
    before = natural_rows(tools.database.engine)
    report = import_file(tools.settings, tools.database, path, source="tools", dry_run=True)
    assert (report.new, report.stored) == ({"work_item": 2}, False)
    assert natural_rows(tools.database.engine) == before
    import_file(tools.settings, tools.database, path, source="tools")
    stored = natural_rows(tools.database.engine)
    changed = _file(tmp_path, "work_item.csv", ITEMS.replace("Broken", "Mended"))
    report = import_file(tools.settings, tools.database, changed, source="tools", dry_run=True)
    assert (report.changed, report.same) == ({"work_item": 1}, {"work_item": 1})
    assert natural_rows(tools.database.engine) == stored


def test_bad_rows_are_told_by_line_and_field_and_the_good_ones_are_stored(
    tools: Pushing, tmp_path: Path
) -> None:
    path = _file(tmp_path, "work_item.csv", BAD.encode() + b"8,S\xff,SHOP,Bug,t,,,open,\n")
    told = _refused(tools, path)
    assert [(row, field) for row, field, _ in told] == [
        (4, "key"), (5, "created_at"), (6, "created_at"), (7, "the row"), (8, "title"), (9, "key"),
    ]  # fmt: skip
    assert [what.partition(";")[0] for _, _, what in told] == [
        "is missing",
        "is no time",
        "has no zone",
        "has 4 cells, the header 9",
        "has a NUL character",
        "has half of a character",
    ]
    assert len(tools.rows()["work_item"]) == 2


def test_strict_stores_nothing_where_a_row_is_refused(tools: Pushing, tmp_path: Path) -> None:
    path = _file(tmp_path, "work_item.csv", BAD)
    report = import_file(tools.settings, tools.database, path, source="tools", strict=True)
    assert (report.stored, len(report.refused_rows)) == (False, 5)
    assert tools.rows()["work_item"] == []


def test_what_belongs_to_nothing_is_refused(tools: Pushing, tmp_path: Path) -> None:
    path = _file(tmp_path, "transition.csv", MOVES)
    assert _refused(tools, path) == [
        (2, "item", "there is no work_item 1, here or stored"),
        (3, "item", "there is no work_item 1, here or stored"),
    ]
    assert _refused(tools, _file(tmp_path, "work_item.csv", ITEMS)) == []
    assert _refused(tools, path) == []


def test_a_dry_run_and_a_repetition_count_as_the_import_does(
    tools: Pushing, tmp_path: Path
) -> None:
    rows = [{**ITEM, "id": str(number), "key": f"SHOP-{number}"} for number in range(1, 1_002)]
    path = _file(tmp_path, "many.ndjson", _lines(*rows, {**rows[0], "title": "again"}))
    assert _told(tools, path, dry_run=True) == (1_001, 0, 0, 1)
    assert _refused(tools, path) == [(1_002, "the row", "has the same id as line 1")]
    assert _told(tools, path) == _told(tools, path, dry_run=True) == (0, 0, 1_001, 1)


def _csv_rows(*titles: str) -> str:
    rows = (
        f"{number},SHOP-{number},SHOP,Bug,{title},2026-11-02T09:00:00Z,2026-11-02T09:00:00Z,open,\n"
        for number, title in enumerate(titles, 1)
    )
    return ITEMS.partition("\n")[0] + "\n" + "".join(rows)


@pytest.mark.parametrize(
    ("titles", "refused"),
    [
        (["t", '"oops', "t", "t"], [3]),
        (["t", '"oops', "t", '"closed"', "t"], [3]),
        (['"two\nlines"', '"oops', '"two\nlines"', "t"], [4]),
        (["t", "t", '"oops'], [4]),
    ],
)
def test_a_quote_that_nothing_closes_costs_its_own_row_alone(
    tools: Pushing, tmp_path: Path, titles: list[str], refused: list[int]
) -> None:
    path = _file(tmp_path, "work_item.csv", _csv_rows(*titles))
    assert [(row, field) for row, field, _ in _refused(tools, path)] == [
        (row, "the row") for row in refused
    ]
    assert len(tools.rows()["work_item"]) == len(titles) - len(refused)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("WORK_ITEM.CSV", ITEMS.encode()),
        ("work_item.csv", b"\xef\xbb\xbf" + ITEMS.encode()),
        (
            "items.NDJSON",
            b"\xef\xbb\xbf" + _lines(ITEM, {**ITEM, "id": "2"}).encode(),
        ),
    ],
)
def test_what_spreadsheets_write_is_read(
    tools: Pushing, tmp_path: Path, name: str, content: bytes
) -> None:
    assert _told(tools, _file(tmp_path, name, content)) == (2, 0, 0, 0)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("work_item.txt", ITEMS, "end the name in one of"),
        ("things.csv", ITEMS, "say --kind, one of"),
        ("work_item.csv", ITEMS.replace("labels", "lables"), "no field 'lables'; a work_item has"),
        ("work_item.csv", ITEMS.replace("labels", "title"), "a column twice"),
        ("work_item.csv", "", "no header"),
        ("work_item.csv", '"' + ITEMS, "the header: "),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_refused_at_once(
    tools: Pushing, tmp_path: Path, name: str, text: str, words: str
) -> None:
    with pytest.raises(BadRequestError, match=words):
        _refused(tools, _file(tmp_path, name, text))


def test_only_a_source_that_is_pushed_to_takes_imports(tools: Pushing, tmp_path: Path) -> None:
    path = _file(tmp_path, "work_item.csv", ITEMS)
    with pytest.raises(ConfigError, match='"jira" is not configured; import into one of kind'):
        import_file(tools.settings, tools.database, path, source="jira")


CELL = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=10),
    st.lists(st.text(max_size=5), max_size=2),
    st.sampled_from(
        ["1", "2026-11-02T09:00:00Z", "\ud800", "\x00", "status", "open", "a=b|c", "[1"]
    ),
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    kind=st.sampled_from(sorted(KINDS)),
    base=st.sampled_from([json.loads(line) for line in ALL.splitlines()]),
    odd=st.dictionaries(
        st.sampled_from(["id", "key", "item", "at", "seq", "title", "labels", "parents", "what",
                         "number", "revisions", "parameters", "priority", "author", "x"]),
        CELL, max_size=3,
    ),
)  # fmt: skip
def _import_odd_rows(
    tools: Pushing, tmp_path: Path, kind: str, base: dict[str, object], odd: dict[str, object]
) -> None:
    lines = ALL + _lines({**base, **odd}, {**odd, "kind": kind})
    path = _file(tmp_path, "odd.ndjson", lines.encode("utf-8", "surrogatepass"))
    report = import_file(tools.settings, tools.database, path, source="tools")
    stored = report.new.total() + report.changed.total() + report.same.total()
    assert stored == 12 - len(report.refused_rows)
    assert report.refused_rows <= {11, 12}
    assert all(one.row in report.refused_rows and one.field and one.what for one in report.refused)
    assert _told(tools, path) == (0, 0, stored, 12 - stored)


def test_no_row_however_odd_is_more_than_refused_nor_keeps_others_from_being_stored(
    tools: Pushing, tmp_path: Path
) -> None:
    _import_odd_rows(tools, tmp_path)
    assert _told(tools, _file(tmp_path, "all.ndjson", ALL)) == (0, 0, 10, 0)
    rows = tools.rows()
    names = {"work_item": "1", "merge_request": "7", "build": "b", "git_commit": "ab",
             "incident": "i", "repository": "r"}  # fmt: skip
    for table, name in names.items():
        assert any(f"'{name}'" in row for row in rows[table]), table
