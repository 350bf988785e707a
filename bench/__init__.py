"""``make bench``: Flyweight and the stock flytekit side by side, in one run, on this machine."""
