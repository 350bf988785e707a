"""The engine: from a checked workflow and what has happened to what must be done next; no network, no database."""
