"""A worker's child: one process in which attempts run, one after another, until it is worn or told to go."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import resource
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Any

from msgspec import Struct, structs

from jobyard.job.errors import UnknownKind, WrongParameters
from jobyard.kinds.context import Cancelled
from jobyard.kinds.registry import Registry
from jobyard.worker import linux, telling
from jobyard.worker.context import ChildContext
from jobyard.worker.frames import Ended, Run
from jobyard.worker.interrupt import Interrupt
from jobyard.worker.link import Link
from jobyard.worker.slate import Slate

_OUT, _ERR, _LINK, _SLATE, _LOG, _END = 1, 2, 3, 4, 5, 6
_MANY = 1 << 20


class Ends(Struct, frozen=True):
    """A child's ends of all that joins it to its worker, as descriptors."""

    link: int
    slate: int
    out: int
    err: int
    log: int


def live(ends: Ends, registry: Registry, nursery: int, room: str) -> None:
    """Be a child from the fork to the end. `room` is the folder in which it waits between two attempts."""
    os.setsid()
    linux.die_with(nursery)
    linux.adopt_orphans()
    linux.renounce_spying()
    linux.be_killed_first()
    _move_in(ends)
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    interrupt = Interrupt()
    _hear_signals()
    os.umask(0o077)
    os.chdir(room)
    _sow()
    link = Link(socket.socket(fileno=_LINK), interrupt)
    slate = Slate(_SLATE)
    os.close(_SLATE)
    Child(registry, link, slate, interrupt).serve(room)


class Child:
    """Runs what comes along the link."""

    def __init__(self, registry: Registry, link: Link, slate: Slate, interrupt: Interrupt) -> None:
        self._registry = registry
        self._link = link
        self._slate = slate
        self._interrupt = interrupt
        self._streams = (_stream(_OUT, "stdout"), _stream(_ERR, "stderr"))
        logging.basicConfig(stream=self._streams[1], level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")

    def serve(self, room: str) -> None:
        """Run attempts for as long as the worker lives."""
        while True:
            run = self._link.receive()
            if isinstance(run, Run):
                self._interrupt.begin()
                ended = self._attempt(run)
                self._link.send(self._tidy(ended, run.folder, room))
                self._interrupt.end()

    def _attempt(self, run: Run) -> Ended:
        context = ChildContext(run, self._link, self._slate, self._interrupt, _LOG)
        try:
            ended = Ended("finish", result=self._work(run, context))
        except BaseException as error:  # noqa: BLE001 - whatever comes out of the work is its failure
            self._interrupt.shut()
            ended = self._failed(error, run)
        return structs.replace(
            ended,
            files=context.announced(),
            signalled=self._interrupt.signalled,
            noticed=self._interrupt.noticed,
        )

    def _work(self, run: Run, context: ChildContext) -> Any:
        kind = self._registry.kind(run.job.kind)
        parameters = self._registry.parameters(run.job.kind, run.job.parameters)
        os.mkdir(run.folder, 0o700)  # noqa: PTH102 - this is the path of every short job
        os.chdir(run.folder)
        tempfile.tempdir = run.folder
        sys.stdout, sys.stderr = self._streams
        with _memory(run.job.memory_limit):
            context.check()
            with self._interrupt.opened():
                value = kind().run(parameters, context)
        self._interrupt.shut()
        return telling.plain(value)

    def _failed(self, error: BaseException, run: Run) -> Ended:
        if isinstance(error, Cancelled) and self._interrupt.noticed:
            return Ended("stop")
        if isinstance(error, SystemExit) and error.code in {None, 0}:
            return Ended("finish")
        if isinstance(error, UnknownKind | WrongParameters):
            return Ended("fail", failure=telling.unreadable(error))
        return Ended("fail", failure=telling.raised(error, run.job.memory_limit))

    def _tidy(self, ended: Ended, folder: str, room: str) -> Ended:
        worn = _left_behind()
        for stream in self._streams:
            try:
                stream.flush()
            except (OSError, ValueError):
                worn = True
        os.chdir(room)
        os.umask(0o077)
        try:
            os.rmdir(folder)  # noqa: PTH106 - this is the path of every short job
            empty = not ended.files
        except OSError as error:
            empty = error.errno == errno.ENOENT and not ended.files
        worn = worn or self._interrupt.signalled
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        return structs.replace(ended, worn=worn, empty=empty, peak=peak)


def _move_in(ends: Ends) -> None:
    """Put the ends where they belong and close everything else that the nursery had open."""
    places = {_OUT: ends.out, _ERR: ends.err, _LINK: ends.link, _SLATE: ends.slate, _LOG: ends.log}
    safe = {place: fcntl.fcntl(end, fcntl.F_DUPFD, 64) for place, end in places.items()}
    for place, end in safe.items():
        os.dup2(end, place, inheritable=place in {_OUT, _ERR})
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.closerange(_END, _MANY)


def _hear_signals() -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _sow() -> None:
    """Give this process random numbers of its own, where numpy would go on with those of the nursery."""
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()


def _stream(descriptor: int, name: str) -> TextIOWrapper:
    stream = open(descriptor, "w", encoding="utf-8", errors="replace", closefd=False, buffering=1)  # noqa: SIM115
    setattr(sys, name, stream)
    setattr(sys, f"__{name}__", stream)
    return stream


@contextmanager
def _memory(limit: int | None) -> Iterator[None]:
    if limit is None:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    allowed = linux.private_memory() + limit
    resource.setrlimit(resource.RLIMIT_DATA, (allowed if hard < 0 else min(allowed, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _left_behind() -> bool:
    """Tell whether threads or processes of the attempt are still there. Dead children are buried on the way."""
    if threading.active_count() > 1:
        return True
    try:
        while os.waitpid(-1, os.WNOHANG)[0] != 0:
            pass
    except ChildProcessError:
        return False
    return True
