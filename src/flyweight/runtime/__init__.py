"""Runs entities: here in this process (``local``), or one attempt for a platform (``attempt``, ``worker``)."""
