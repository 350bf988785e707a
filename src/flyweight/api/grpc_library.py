"""Loads gRPC in the way that a platform needs it: without handlers for forks.

Workers are started by fork and exec, which needs none; gRPC would write to stderr at each that it cannot run them. It
reads its settings when it is loaded, so the rest of the room takes it from here.
"""

from flyweight.settings import apply_environment

with apply_environment({"GRPC_ENABLE_FORK_SUPPORT": "0"}):
    import grpc
    from grpc import aio

__all__ = ["aio", "grpc"]
