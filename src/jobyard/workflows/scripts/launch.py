"""The first step of every script: tie it to the life of the work that started it, bound it, then become the script.

Run as a program, by path, in an isolated interpreter: `launch.py PARENT MEMORY FOLDER SCRIPT`. PARENT is the process
that must live, MEMORY the bytes the script may hold, FOLDER the package unpacked, SCRIPT its member that is run.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import traceback
from pathlib import Path
from types import ModuleType

SET_PARENT_DEATH_SIGNAL = 1
LARGEST_FILE = 16 * 1024**3
MOST_FILES = 256


def main() -> None:
    """Run the script as `__main__`; what it raises is written as Python writes it, without a trace of this file."""
    parent, memory, folder, script = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != int(parent):
        os._exit(127)
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGTERM, signal.SIGINT):
        signal.signal(ignored, signal.default_int_handler if ignored is signal.SIGINT else signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    _bound(int(memory))
    path = Path(folder) / script
    sys.argv[:] = [str(path)]
    sys.path.insert(0, str(path.parent))
    module = ModuleType("__main__")
    module.__file__ = str(path)
    sys.modules["__main__"] = module
    try:
        exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)  # noqa: S102 - it is what this is for
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - the interpreter would do the same, with our lines in between
        seen = error.__traceback__.tb_next if error.__traceback__ else None
        traceback.print_exception(error.with_traceback(seen))
        sys.exit(1)


def _bound(memory: int) -> None:
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
        (resource.RLIMIT_NOFILE, MOST_FILES),
    ):
        _, hard = resource.getrlimit(what)
        kept = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (kept, kept))


if __name__ == "__main__":
    main()
