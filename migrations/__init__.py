"""Alembic migrations of the store, for SQLite and PostgreSQL."""
