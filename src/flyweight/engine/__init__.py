"""The engine: from a checked workflow and what has happened so far to what must be done next; no network, no database."""
