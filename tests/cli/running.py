"""A real house for tests: `jobyard up` in a process of its own on a free port, and commands beside it."""

from __future__ import annotations

import ctypes
import io
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from jobyard.cli.app import run
from jobyard.cli.doorplate import Doorplate
from jobyard.client import Jobyard

ALLOWED = ("sh", "sleep", "echo")
UP_WITHIN, DOWN_WITHIN = 40.0, 25.0


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on standard output."""
        return msgspec.json.decode(self.out)

    @property
    def lines(self) -> list[Any]:
        """The JSON lines on standard output."""
        return [msgspec.json.decode(line) for line in self.out.splitlines()]


def environment(**more: str) -> dict[str, str]:
    """Return an environment in which nothing of ours is set but `more`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JOBYARD_")}
    return kept | {"NO_COLOR": "1", "COLUMNS": "200", "JOBYARD_PASSWORD_MEMORY": "8"} | more


def command(*words: str, folder: Path, stdin: str = "", timeout: float = 60.0, **more: str) -> Done:
    """Run `jobyard WORDS` in `folder` and wait for its end."""
    ended = subprocess.run(
        [sys.executable, "-m", "jobyard", *words],
        cwd=folder,
        input=stdin,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    return Done(ended.returncode, ended.stdout, ended.stderr)


def called(*words: str) -> Done:
    """Run `jobyard WORDS` in this process and return how it ended."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(words)
    return Done(code, out.getvalue(), err.getvalue())


class RunningHouse:
    """A server with its workers."""

    def __init__(self, folder: Path, *flags: str, workers: int = 1, **settings: str) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.sources = folder / "sources"
        self.sources.mkdir(parents=True, exist_ok=True)
        port = settings.pop("JOBYARD_PORT", "0")
        words = ["up", "--data", str(self.data), "--port", port, "--workers", str(workers), "--json"]
        words += [word for name in ALLOWED for word in ("--allow-command", name)]
        words += ["--source-root", str(self.sources), *flags]
        self.errors = folder / "up.err"
        with self.errors.open("ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jobyard", *words],
                cwd=folder,
                env=environment(**{"JOBYARD_LEASE": "3", "JOBYARD_ROUND": "0.2", "JOBYARD_GRACE": "1"} | settings),
                stdout=subprocess.PIPE,
                stderr=errors,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - it only asks the kernel one thing
            )
        try:
            self.ready: dict[str, Any] = msgspec.json.decode(self._line())
            self.url: str = self.ready["url"]
            self.port = int(self.plate.url.rpartition(":")[2])
        except BaseException:
            self.kill()
            raise

    def _line(self) -> bytes:
        assert self.process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            assert selector.select(UP_WITHIN), "the house did not come up in time"
        line = self.process.stdout.readline()
        assert line, f"the house did not come up: {self.errors.read_text()}"
        return line

    @property
    def plate(self) -> Doorplate:
        """What hangs at its door."""
        plate = Doorplate.read(self.data)
        assert plate is not None
        return plate

    def client(self, token: str | None = None, *, url: str | None = None, **more: Any) -> Jobyard:
        """Return a client, of the house itself unless another token is given."""
        return Jobyard(url or self.url, token or self.plate.token, **more)

    def cli(self, *words: str, stdin: str = "", timeout: float = 60.0, **more: str) -> Done:
        """Run a command that finds this house by its data folder."""
        return command(*words, "--data", str(self.data), folder=self.folder, stdin=stdin, timeout=timeout, **more)

    def call(self, *words: str) -> Done:
        """Run such a command in this process: the same command line, without the cost of starting Python."""
        return called(*words, "--data", str(self.data))

    def workers(self) -> list[int]:
        """Return the process numbers of the workers that live."""
        with self.client() as client:
            return [worker.pid for worker in client.workers() if worker.alive and alive(worker.pid)]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Stop it and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(DOWN_WITHIN)
        finally:
            self.kill()

    def kill(self) -> None:
        """End it at once, whatever state it is in."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def _die_with_parent() -> None:
    """A house must not outlive tests that were killed."""
    ctypes.CDLL(None).prctl(1, int(signal.SIGTERM), 0, 0, 0)


@contextmanager
def running(folder: Path, *flags: str, workers: int = 1, **settings: str) -> Iterator[RunningHouse]:
    """Start a house and stop it in the end."""
    house = RunningHouse(folder, *flags, workers=workers, **settings)
    try:
        yield house
    finally:
        house.stop()


def alive(pid: int) -> bool:
    """Tell whether a process lives (one that ended and was not yet fetched does not)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def eventually(holds: Callable[[], bool], within: float = 20.0) -> None:
    """Wait until something holds, looking often."""
    until = time.monotonic() + within
    while not holds():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.05)
