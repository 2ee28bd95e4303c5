"""What PostgreSQL is told of tables that churn, so that their dead rows go in time."""

from __future__ import annotations

from sqlalchemy import Engine, text

from store.migrate import downgrade, upgrade
from store.session import open_engine
from tests.e2e.test_plans_of_a_pass import LARGE

_OPTIONS = text(
    "SELECT relname, option_name, option_value::float FROM pg_class"
    " CROSS JOIN pg_options_to_table(reloptions) WHERE relkind IN ('r', 'p')"
)
FULL_SIZE = 8_000_000


def _told(engine: Engine) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    with engine.connect() as connection:
        for name, option, value in connection.execute(_OPTIONS):
            found.setdefault(name, {})[option] = value
    return found


def test_of_eight_million_rows_a_fortieth_may_be_dead_and_not_a_fifth(
    postgres_engine: Engine,
) -> None:
    told = _told(postgres_engine)
    for name in LARGE:
        dead = told[name]["autovacuum_vacuum_scale_factor"] * FULL_SIZE
        unknown = told[name]["autovacuum_analyze_scale_factor"] * FULL_SIZE
        assert max(dead, unknown) <= FULL_SIZE / 40, name


def test_rows_that_are_renewed_in_place_find_room_beside_them(postgres_engine: Engine) -> None:
    """Without room on its page a new version of a row is a new entry of each index, too."""
    with postgres_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("INSERT INTO source (id, name) VALUES (1, 'jira')"))
        connection.execute(
            text(
                "INSERT INTO stream_state (source_id, stream, scope, cursor)"
                " SELECT 1, 'issues', n::text, repeat('x', 300) FROM generate_series(1, 2000) n"
            )
        )
        connection.execute(text("UPDATE stream_state SET lease_until_ts = 7"))
        connection.execute(text("SELECT pg_stat_force_next_flush()"))
        counted = "SELECT n_tup_hot_upd, n_tup_upd FROM pg_stat_user_tables WHERE relname = :name"
        hot, all_of_them = connection.execute(text(counted), {"name": "stream_state"}).one()
    assert all_of_them == 2000
    assert hot >= 1900


def test_it_can_be_taken_back(postgres_url: str) -> None:
    downgrade(postgres_url, to="0032")
    engine = open_engine(postgres_url)
    assert _told(engine) == {}
    upgrade(postgres_url)
    assert set(_told(engine)) >= LARGE
    engine.dispose()
