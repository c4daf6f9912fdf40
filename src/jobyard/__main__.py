"""The way in: `jobyard` and `python -m jobyard`. Imports the command line only when it is needed."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        import jobyard

        print(jobyard.__version__)  # noqa: T201 - this is what was asked for
        return
    from jobyard.cli.app import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
