"""The worker's nursery: a lean process that has the kinds loaded and does nothing but fork children and bury them.

Started as `python -m jobyard.worker.nursery DESCRIPTOR ROOM REGISTRY`. It lives as long as the other end of the socket
it was given; when that closes it kills every child with everything the child has started, and ends.
"""

from __future__ import annotations

import gc
import importlib
import os
import select
import signal
import socket
import sys
import traceback
import warnings
from collections.abc import Iterable

from jobyard.kinds.registry import Registry
from jobyard.worker import child, linux
from jobyard.worker.frames import Born, Fork, Gone, Ready, Signal, encode, to_nursery

PACKET = 4096
"""Bytes of the longest packet that comes in."""
_SELDOM = 20_000
"""How many more objects there have to be before Python looks for garbage: work that reads or writes much makes many."""
_SWEEPS = 2_000
_BREATH = 1


class Nursery:
    """Forks on request, forwards signals, and tells of every death once nothing of the child is left."""

    def __init__(self, control: socket.socket, registry: Registry, room: str) -> None:
        self._control = control
        self._registry = registry
        self._room = room
        self._keys: dict[int, int] = {}
        self._dead: list[Gone] = []

    def serve(self) -> None:
        """Work until the worker is gone."""
        ear, mouth = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(mouth, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(ear, select.POLLIN)
        try:
            while True:
                ready = {descriptor for descriptor, _ in poll.poll()}
                if ear in ready:
                    os.read(ear, PACKET)
                    self._bury()
                if self._control.fileno() in ready and not self._hear():
                    return
        finally:
            for pid in list(self._keys):
                _kill(pid, signal.SIGKILL)
            self._sweep(last=True)

    def _hear(self) -> bool:
        try:
            data, descriptors, _, _ = socket.recv_fds(self._control, PACKET, 8)
        except ConnectionResetError:
            return False
        if not data:
            return False
        request = to_nursery(data)
        if isinstance(request, Signal):
            pid = next((pid for pid, key in self._keys.items() if key == request.key), None)
            if pid is not None:
                _kill(pid, request.number)
        else:
            self._fork(request, child.Ends(*descriptors))
            for descriptor in descriptors:
                os.close(descriptor)
        return True

    def _fork(self, request: Fork, ends: child.Ends) -> None:
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            self._say(Gone(request.key, error=str(error)))
            return
        if pid == 0:
            try:
                child.live(ends, self._registry, parent, self._room)
            except BaseException:  # noqa: BLE001 - nothing of a child may ever run on as a nursery
                traceback.print_exc()
            finally:
                os._exit(70)
        self._keys[pid] = request.key
        self._say(Born(request.key, pid))

    def _bury(self) -> None:
        if not self._reap():
            return
        self._sweep()
        for gone in self._dead:
            self._say(gone)
        self._dead.clear()

    def _reap(self) -> bool:
        """Bury the dead; tell whether a child of ours was among them."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            key = self._keys.pop(pid, None)
            if key is not None:
                self._dead.append(Gone(key, os.waitstatus_to_exitcode(status)))
        return bool(self._dead)

    def _sweep(self, *, last: bool = False) -> None:
        """Kill what dead children have left behind: their orphans have become ours. At last, wait for every child."""
        nap = select.poll()
        for _ in range(_SWEEPS):
            self._reap()
            strays = [pid for pid in linux.descendants() if pid not in self._keys]
            if not strays and not (last and self._keys):
                return
            for stray in strays:
                _kill_all_of(stray, self._keys)
            nap.poll(_BREATH)

    def _say(self, frame: Born | Gone | Ready) -> None:
        try:
            self._control.send(encode(frame))
        except (BrokenPipeError, ConnectionResetError):
            return


def _kill(pid: int, number: int) -> None:
    """Signal a child's process group; the child alone while it has none yet."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        os.kill(pid, number)


def _kill_all_of(stray: int, keys: Iterable[int]) -> None:
    """Kill a stray with its process group, unless that is a living child's or our own."""
    try:
        group = os.getpgid(stray)
        if group in {os.getpgid(0), *keys}:
            os.kill(stray, signal.SIGKILL)
        else:
            os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def load(reference: str) -> Registry:
    """Return the registry at `MODULE:ATTRIBUTE`, which may also be a list of kinds; all installed kinds when empty."""
    if not reference:
        return Registry.installed()
    module, _, attribute = reference.partition(":")
    found = getattr(importlib.import_module(module), attribute)
    return found if isinstance(found, Registry) else Registry(found)


def main(arguments: list[str]) -> None:
    """Load the kinds, say which, and serve."""
    descriptor, room, reference = arguments
    control = socket.socket(fileno=int(descriptor))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    try:
        registry = load(reference)
    except Exception as error:  # noqa: BLE001 - whatever an installed package does at its import is told
        traceback.print_exc()
        control.send(encode(Ready((), f"{type(error).__name__}: {error}"[:1000])))
        return
    linux.adopt_orphans()
    linux.renounce_spying()
    warnings.filterwarnings("ignore", message=".*multi-threaded.*fork", category=DeprecationWarning)
    gc.collect()
    gc.freeze()
    gc.set_threshold(_SELDOM, 10, 10)
    control.send(encode(Ready(tuple(registry.names()))))
    Nursery(control, registry, room).serve()


if __name__ == "__main__":
    main(sys.argv[1:])
