"""``python -m flyweight``: the command line."""

import sys

from flyweight.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
