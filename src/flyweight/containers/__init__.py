"""Runs a container's program on one machine: its words and files as Flyte gives them, in an environment or an engine.

Both sides use it: a local run, and the platform's executor of commands.
"""
