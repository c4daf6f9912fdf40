"""The way in: `jobyard` and `python -m jobyard`. Imports the command line only when it is needed."""

from __future__ import annotations

import gc
import sys

SELDOM = 20_000
"""How many more objects there have to be before Python looks for garbage. Importing makes many and leaves none behind,
and to look every 700 takes a fifth of a start."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        import jobyard

        print(jobyard.__version__)  # noqa: T201 - this is what was asked for
        return
    gc.set_threshold(SELDOM, 10, 10)
    from jobyard.cli.app import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
