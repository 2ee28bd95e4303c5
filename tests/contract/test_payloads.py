"""Payloads that nobody here wrote, through the parse functions: what goes in and what comes out.

The numbers were counted in the files. What is refused must be just what lacks the field named.
"""

from collections import Counter
from pathlib import Path

import pytest

from tests.contract.payload_set import PayloadSet, files_of, lacks, outcomes
from tests.contract.table import SETS
from tests.contract.unread import UNREAD


@pytest.mark.parametrize("one", SETS, ids=lambda one: one.files.removesuffix(".json"))
def test_a_set_gives_the_records_that_were_counted_in_it(
    fixtures_dir: Path, one: PayloadSet
) -> None:
    found = outcomes(fixtures_dir, one)
    records = Counter(type(record).__name__ for each in found for record in each.records)
    refused = [each for each in found if each.refusal is not None]
    assert len(found) == one.count
    assert records == one.records
    assert len(refused) == one.unparsed
    if one.lacks:
        assert [each.payload for each in refused] == [
            each.payload for each in found if lacks(each.payload, one.lacks)
        ]
    assert all(one.lacks.rpartition(".")[2] in str(each.refusal) for each in refused)


def test_every_file_is_read_or_left_out_for_a_reason(fixtures_dir: Path) -> None:
    everything = files_of(fixtures_dir, "**/*")
    read = {path for one in SETS for path in files_of(fixtures_dir, one.files)}
    unread = {path for pattern in UNREAD for path in files_of(fixtures_dir, pattern)}
    names = sorted(str(path.relative_to(fixtures_dir)) for path in everything - read - unread)
    assert names == []
    assert sorted(str(path) for path in read & unread) == []


def test_every_line_of_the_table_names_a_file(fixtures_dir: Path) -> None:
    patterns = [*(one.files for one in SETS), *UNREAD]
    assert [name for name in patterns if not files_of(fixtures_dir, name)] == []
    assert len(patterns) == len(set(patterns))
