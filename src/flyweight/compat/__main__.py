"""``python -m flyweight.compat SCRIPT [ARGUMENT]...``: runs a script or ``-m MODULE`` with the drop-in installed."""

import runpy
import sys
from pathlib import Path
from typing import Final

from flyweight.compat import install

USAGE: Final = """\
usage: python -m flyweight.compat SCRIPT [ARGUMENT]...
       python -m flyweight.compat -m MODULE [ARGUMENT]...
"""
WRONG_USAGE: Final = 2


def main(arguments: list[str]) -> int:
    """Run what the arguments name, as Python itself would."""
    match arguments:
        case ["-m", module, *rest]:
            sys.argv[:] = [module, *rest]
            sys.path[0] = ""
            install()
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        case [script, *rest] if not script.startswith("-"):
            path = Path(script)
            if not path.is_file():
                sys.stderr.write(f"python -m flyweight.compat: there is no file {script}\n")
                return WRONG_USAGE
            sys.argv[:] = [script, *rest]
            sys.path[0] = str(path.resolve().parent)
            install()
            runpy.run_path(script, run_name="__main__")
        case _:
            sys.stderr.write(USAGE)
            return WRONG_USAGE
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
