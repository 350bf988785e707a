"""Our own messages and their generated code, how they are framed, and the arguments of our container entry point."""
