"""Verdicts that were stored by our ids get the names of their sources, and none is lost."""

from __future__ import annotations

from sqlalchemy import text

from store.migrate import downgrade, upgrade
from store.session import open_engine

STORED = (
    "INSERT INTO source (id, name) VALUES (1, 'jira'), (2, 'gitlab')",
    "INSERT INTO work_item (id, source_id, external_id, subtask, created_ts, updated_ts,"
    " changelog_complete) VALUES (5, 1, '10042', false, 1, 1, true)",
    "INSERT INTO repository (id, source_id, external_id) VALUES (3, 2, '77')",
    f"INSERT INTO git_commit (id, repository_id, sha) VALUES (9, 3, '{'a' * 40}')",
    "INSERT INTO merge_request (id, repository_id, external_id, number, created_ts, updated_ts)"
    " VALUES (4, 3, '901', 8, 1, 1)",
)
OLD = "INSERT INTO verdict (a_kind, a_id, b_kind, b_id, answer, who, why, ts) VALUES "
ROWS = "(1, 5, 2, 9, 'rejected', 'anna', 'not it', 50), (1, 5, 3, 4, 'confirmed', 'bo', '', 60)"
LOST = ", (1, 6, 2, 9, 'rejected', 'anna', 'gone', 70)"


def test_ids_become_names_and_names_ids_again(database_url: str) -> None:
    downgrade(database_url, to="0012")
    engine = open_engine(database_url)
    with engine.begin() as connection:
        for statement in (*STORED, OLD + ROWS + LOST):
            connection.execute(text(statement))
    upgrade(database_url)
    names = "a_source, a_repository, a_name, b_source, b_repository, b_name, answer, who, why, ts"
    with engine.begin() as connection:
        rows = connection.execute(text(f"SELECT {names} FROM verdict ORDER BY id")).all()
        seen = connection.execute(text("SELECT seen_ts FROM verdict")).scalars().all()
    sha = "a" * 40
    assert [tuple(row) for row in rows] == [
        ("jira", "", "10042", "gitlab", "77", sha, "rejected", "anna", "not it", 50),
        ("jira", "", "10042", "gitlab", "77", "8", "confirmed", "bo", "", 60),
        ("", "", "#6", "gitlab", "77", sha, "rejected", "anna", "gone", 70),
    ]
    assert seen == [None, None, None]
    downgrade(database_url, to="0012")
    with engine.begin() as connection:
        back = connection.execute(text("SELECT a_id, b_id, answer FROM verdict ORDER BY id")).all()
    assert [tuple(row) for row in back] == [
        (5, 9, "rejected"),
        (5, 4, "confirmed"),
        (6, 9, "rejected"),
    ]
    upgrade(database_url)
    engine.dispose()
