"""The first step of every command: tie it to the life of the work that started it, then become the command.

Run as a script, by path, in a bare interpreter: `launch.py PARENT REPORT PATH ARGV...`. PARENT is the process that
must live, REPORT a pipe that carries the reason when the command cannot be started and just closes when it can.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

SET_PARENT_DEATH_SIGNAL = 1


def main() -> None:
    """Become the command, or report why not and exit with 127."""
    parent, report, path, *argv = sys.argv[1:]
    pipe = int(report)
    os.set_inheritable(pipe, False)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != int(parent):
        os._exit(127)
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    try:
        os.execv(path, argv)  # noqa: S606 - without a shell is the point
    except OSError as error:
        os.write(pipe, os.fsencode(error.strerror or str(error)))
        os._exit(127)


if __name__ == "__main__":
    main()
