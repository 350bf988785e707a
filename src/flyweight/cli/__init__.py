"""The command line: pyflyte's names and flags, one file a command, each loaded when it is used."""
