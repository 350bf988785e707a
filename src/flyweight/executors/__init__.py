"""Where attempts run: warm worker processes for our own tasks, and any Flyte container's command as a process here."""
