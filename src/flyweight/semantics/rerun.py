"""How a request says which node of the execution that it recovers is to run again, and all that follows from it."""

RERUN_NODE = "flyweight/rerun-node"
"""Annotation of an execution in mode RECOVERED: the node's id in its ``reference_execution``."""
