"""The migrations, up and down, on SQLite and on PostgreSQL."""
