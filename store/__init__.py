"""All SQL: tables, upserts and reads that answer with data frames. Never commits."""
