"""The hub's database: one SQLite file, one writer, an append-only log and what it adds up to."""
