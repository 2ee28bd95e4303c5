"""docs/exports.md names every exported table and column, and its statements run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from store.export_page import schema_lines

PAGE = (Path(__file__).parents[2] / "docs" / "exports.md").read_text(encoding="utf-8")
QUERIES = [
    one.strip()
    for block in re.findall(r"```sql\n(SELECT.*?)```", PAGE, re.DOTALL)
    for one in block.split(";")
    if one.strip()
]


def test_the_tables_of_the_page_are_those_that_there_are() -> None:
    """Rendered by `store.export_page.schema_lines`; paste its lines after the mark."""
    mark = "<!-- rendered from store/export_tables.py -->\n\n"
    assert PAGE.partition(mark)[2].splitlines() == list(schema_lines())


@pytest.mark.parametrize("query", QUERIES)
def test_the_queries_of_the_page_run_on_postgresql(postgres_engine: Engine, query: str) -> None:
    assert len(QUERIES) == 3
    with postgres_engine.connect() as connection:
        connection.execute(text(query)).all()
