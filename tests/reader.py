"""The role of docs/exports.md, which reads the views and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, text

PAGE = Path(__file__).parents[1] / "docs" / "exports.md"


@contextmanager
def reading(database: Engine, server: Engine) -> Iterator[Engine]:
    """Made in the database by the statements of the page, and gone from the server at the end."""
    (block,) = re.findall(
        r"```sql\n(CREATE ROLE.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL
    )
    with database.begin() as connection:
        for statement in block.strip().split(";\n"):
            connection.execute(text(statement.rstrip(";")))
    made = create_engine(database.url.set(username="headwater_reader"))
    try:
        yield made
    finally:
        made.dispose()
        with database.begin() as connection:
            connection.execute(text("DROP OWNED BY headwater_reader"))
        with server.connect() as connection:
            connection.execute(text("DROP ROLE headwater_reader"))
