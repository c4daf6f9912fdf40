"""Kinds of work that do what tests need: well, badly and wickedly."""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from msgspec import Struct

from jobyard.kinds import Cancelled, Context, Kind, Registry

KINDS: list[type[Kind]] = []


class Anything(Struct, forbid_unknown_fields=True):
    text: str = ""
    count: int = 0
    seconds: float = 0.0
    path: str = ""


class Plain(Kind):
    Parameters = Anything

    def __init_subclass__(cls) -> None:
        cls.title = cls.name = cls.__name__.lower()
        KINDS.append(cls)


class Nothing(Plain):
    def run(self, parameters: Anything, context: Context) -> Any:
        return None


class Echo(Plain):
    def run(self, parameters: Anything, context: Context) -> Any:
        context.log("one\ntwo")
        print("printed", parameters.text)
        print("wrong", parameters.text, file=sys.stderr, end="")
        context.progress(1, 2, "half way")
        logging.getLogger("work").warning("careful")
        return {"text": parameters.text, "attempt": context.attempt, "job": context.job.id}


class Files(Plain):
    def run(self, parameters: Anything, context: Context) -> Any:
        context.result_file("a näme.txt", "text/plain").write_text(parameters.text, encoding="utf-8")
        context.result_file("big").write_bytes(b"x" * parameters.count)
        context.result_file("never written")
        (context.folder / "deep").mkdir()
        (context.folder / "deep" / "scratch").write_bytes(b"1")
        Path("here").write_bytes(b"2")
        context.log(f"{context.folder} {sorted(path.name for path in Path().iterdir())}")
        return {"cwd": str(Path.cwd() == context.folder)}


class Linked(Plain):
    def run(self, parameters: Anything, context: Context) -> Any:
        context.result_file("link").symlink_to("/etc/hostname")
        context.result_file("good").write_text("fine")


class Halfway(Plain):
    """Leaves files, and then breaks or waits for its end."""

    def run(self, parameters: Anything, context: Context) -> Any:
        context.result_file("first.txt", "text/plain").write_text("first")
        context.result_file("half.txt", "text/plain").write_text(parameters.text)
        print("half way", flush=True)
        if not parameters.seconds:
            raise ValueError("broke half way")
        time.sleep(parameters.seconds)


class Error(Plain):
    def run(self, parameters: Anything, context: Context) -> Any:
        raise ValueError(parameters.text)


class Exits(Plain):
    def run(self, parameters: Anything, context: Context) -> Any:
        sys.exit(parameters.text or parameters.count)


class Vanishes(Plain):
    def run(self, parameters: Anything, context: Context) -> Any:
        print("last words")
        os._exit(parameters.count)


class Crashes(Plain):
    def run(self, parameters: Anything, context: Context) -> Any:
        print("on the edge")
        context.progress(7)
        ctypes.string_at(0)


class Kills(Plain):
    """Sends a signal to itself."""

    def run(self, parameters: Anything, context: Context) -> Any:
        os.kill(os.getpid(), parameters.count)
        time.sleep(60)


class Eats(Plain):
    def run(self, parameters: Anything, context: Context) -> Any:
        kept = [bytearray(1 << 20) for _ in range(parameters.count)]
        return len(kept)


class Returns(Plain):
    def run(self, parameters: Anything, context: Context) -> Any:
        odd: dict[str, Any] = {
            "big": "x" * 100_000,
            "object": object(),
            "number": 10**400,
            "surrogate": "\ud800",
            "nan": float("nan"),
            "keys": {1: (2, 3)},
        }
        return odd[parameters.text]


class Sleeps(Plain):
    """Waits for its end in one long call."""

    def run(self, parameters: Anything, context: Context) -> Any:
        print("asleep", flush=True)
        time.sleep(parameters.seconds or 60)
        return "awake"


class Looks(Plain):
    """Asks whether it shall stop and ends tidily."""

    def run(self, parameters: Anything, context: Context) -> Any:
        print("looking")
        while not context.cancelled:
            time.sleep(0.01)
        print("tidied up")
        return "partial"


class Stubborn(Plain):
    """Swallows every attempt to stop it."""

    def run(self, parameters: Anything, context: Context) -> Any:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("stubborn")
        while True:
            try:
                time.sleep(1)
            except Cancelled:
                continue


class Catches(Plain):
    """Catches Cancelled in its main thread and goes on for ever."""

    def run(self, parameters: Anything, context: Context) -> Any:
        print("waiting")
        try:
            time.sleep(60)
        except Cancelled:
            print("caught")
            raise


class Finishes(Plain):
    """Does not look any more once it is nearly done."""

    def run(self, parameters: Anything, context: Context) -> Any:
        assert not context.cancelled
        print("nearly there")
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            time.sleep(0.01)
        return "there"


class Counts(Plain):
    def run(self, parameters: Anything, context: Context) -> Any:
        for number in range(parameters.count):
            context.progress(number + 1, parameters.count, "counting")
        return "counted"


class Progresses(Plain):
    """Tells its progress once and then works on until it is stopped."""

    def run(self, parameters: Anything, context: Context) -> Any:
        context.progress(1, 10, "first")
        context.progress(2, 10, "second")
        time.sleep(60)


class Prints(Plain):
    def run(self, parameters: Anything, context: Context) -> Any:
        chunk = (parameters.text or "x" * 99 + "\n").encode() * 1000
        left = parameters.count
        while left > 0:
            left -= os.write(1, chunk[:left])
        return "printed"


class Bar(Plain):
    def run(self, parameters: Anything, context: Context) -> Any:
        for number in range(100):
            sys.stderr.write(f"\r{number}%")
        sys.stderr.write("\r100%\nthen a line\r\n")
        os.write(1, b"bytes \xff\xfe and nul \x00.\n")
        os.write(1, b"y" * 20_000 + b"\nno end")


class Leaves(Plain):
    """Leaves processes behind: in its group, in a session of their own, and orphaned."""

    def run(self, parameters: Anything, context: Context) -> Any:
        first = subprocess.Popen(["sleep", "600"])
        second = subprocess.Popen(["sleep", "600"], start_new_session=True)
        script = (
            "import subprocess as s; print(s.Popen(['sleep', '600'], start_new_session=True, stdout=-3, stderr=-3).pid)"
        )
        third = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout
        pids = [first.pid, second.pid, int(third)]
        del first, second
        gc.collect()
        if parameters.text == "sleep":
            print(*pids)
            time.sleep(60)
        return pids


class Threads(Plain):
    def run(self, parameters: Anything, context: Context) -> Any:
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
        return os.getpid()


class Process(Plain):
    def run(self, parameters: Anything, context: Context) -> Any:
        return os.getpid()


class Bomb(Plain):
    """Forks, and its children fork, until there are enough."""

    def run(self, parameters: Anything, context: Context) -> Any:
        script = "import os,time\nfor n in range(6): os.fork()\ntime.sleep(600)"
        subprocess.Popen([sys.executable, "-c", script], start_new_session=bool(parameters.count))
        print("bomb is falling")
        time.sleep(parameters.seconds)
        return os.getpid()


class Spies(Plain):
    """Reads whatever a child might find of the worker's secrets."""

    def run(self, parameters: Anything, context: Context) -> Any:
        nursery = os.getppid()
        worker = int(Path(f"/proc/{nursery}/stat").read_text().rpartition(")")[2].split()[1])
        found: dict[str, Any] = {
            "environment": dict(os.environ),
            "open": {path.name: _link(path) for path in Path("/proc/self/fd").iterdir()},
            "umask": os.umask(0o077),
            "group": os.getpgid(0) == os.getsid(0) == os.getpid(),
        }
        needle = parameters.text.encode()
        for name, pid in (("own", os.getpid()), ("nursery", nursery), ("worker", worker)):
            for place in ("environ", "cmdline"):
                found[f"{name} {place}"] = _holds(f"/proc/{pid}/{place}", needle)
            found[f"{name} memory"] = _memory_holds(pid, needle)
        script = f"print(open('/proc/{worker}/environ').read())"
        found["program"] = subprocess.run([sys.executable, "-c", script], capture_output=True).returncode
        return found


class Calls(Plain):
    def run(self, parameters: Anything, context: Context) -> Any:
        first = context.call("room.verb", {"text": parameters.text, "bytes": b"x" * parameters.count})
        return {"first": len(first["bytes"]), "second": context.call("room.other", [1, 2])}


class Overlaps(Plain):
    """Asks several things before it waits for any answer, and for the last one first."""

    def run(self, parameters: Anything, context: Context) -> Any:
        awaited = [context.ask("room.verb", number) for number in range(parameters.count)]
        between = context.call("room.between", "between")
        return {"between": between, "answers": [answer() for answer in reversed(awaited)]}


class Notes(Plain):
    """Notes each attempt that begins and each that ends in a file, as an effect outside the house."""

    def run(self, parameters: Anything, context: Context) -> Any:
        with Path(parameters.path).open("a") as file:
            file.write(f"begin {context.attempt}\n")
        time.sleep(parameters.seconds)
        with Path(parameters.path).open("a") as file:
            file.write(f"end {context.attempt}\n")


class Nested(Plain):
    """Prints from a fork of itself, which must not be taken for the work."""

    def run(self, parameters: Anything, context: Context) -> Any:
        pid = os.fork()
        if pid == 0:
            time.sleep(600)
            os._exit(0)
        print("forked", pid)
        time.sleep(600)


def _link(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:
        return ""


def _holds(path: str, needle: bytes) -> bool:
    try:
        return _contains(Path(path).read_bytes(), needle)
    except OSError:
        return False


def _memory_holds(pid: int, needle: bytes) -> bool:
    """Search a process's memory for the needle, which is kept backwards so as not to find itself."""
    try:
        maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
        with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
            for line in maps:
                words = line.split()
                if not words[1].startswith("rw") or (pid == os.getpid() and words[-1] == "[stack]"):
                    continue
                start, end = (int(word, 16) for word in words[0].split("-"))
                if _region_holds(memory, start, end, needle):
                    return True
    except OSError:
        return False
    return False


def _region_holds(memory: Any, start: int, end: int, needle: bytes) -> bool:
    try:
        memory.seek(start)
        data = memory.read(end - start)
    except (OSError, ValueError, OverflowError):
        return False
    return _contains(data, needle)


def _contains(data: bytes, needle: bytes) -> bool:
    """Look for the needle read backwards, without ever holding it whole: memory must not find its own question."""
    half = needle[:20:-1]
    place = data.find(half)
    while place >= 0:
        rest = data[place + len(half) : place + len(needle)]
        if rest[::-1] == needle[: len(needle) - len(half)]:
            return True
        place = data.find(half, place + 1)
    return False


REGISTRY = Registry(KINDS)
