"""Drives a storm: real server and worker processes, real signals, clients that write down what they were told."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import msgspec

from jobyard.settings import Settings
from tests.plain import NO_TRUST
from tests.storm.ledger import Ledger

LEASE = 2.0
TOP = Path(__file__).parents[2]


class Weather:
    """One storm in one folder."""

    def __init__(self, folder: Path, seed: int, breaks: str = "", **settings: Any) -> None:
        print(f"storm seed {seed}")
        self.chance = random.Random(seed)
        self.folder = folder
        self.breaks = breaks
        self.ledger = Ledger(folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        base = {
            "data": str(folder / "data"),
            "port": port,
            "lease": LEASE,
            "round": 0.3,
            "workers": 0,
            "password_memory": 8,
        }
        self.settings = Settings(**(base | settings))
        self.url = f"http://127.0.0.1:{port}"
        self.server: subprocess.Popen[bytes] | None = None
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
        self._log = (folder / "processes.log").open("ab")
        self._born = 0

    # --- processes -------------------------------------------------------------------------------------------------

    def serve(self) -> None:
        """Start the server and wait until it is ready."""
        given = msgspec.json.encode(self.settings).decode()
        self.server = self._start("tests.storm.serve", given, str(self.folder / "keys.json"))
        self.wait_for(lambda: self._get("/readyz") == 200, 30, "the server is ready")

    def kill_server(self) -> None:
        """SIGKILL the server."""
        assert self.server is not None
        self.server.kill()
        self.server.wait()
        self.ledger.kills += 1

    def work(self, slots: int = 2) -> str:
        """Start a worker; return its name."""
        self._born += 1
        name = f"w{self._born}"
        keys = json.loads((self.folder / "keys.json").read_text())
        given = {"url": self.url, "token": keys["desk"], "name": name, "slots": slots}
        self.workers[name] = self._start("tests.storm.work", json.dumps(given))
        return name

    def kill_worker(self, name: str) -> None:
        """SIGKILL a worker; its children die with it."""
        process = self.workers.pop(name)
        process.kill()
        process.wait()
        self.ledger.kills += 1

    def stop_all(self) -> None:
        """End every process that is left."""
        for process in [*self.workers.values(), *([self.server] if self.server else [])]:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait()
        self._log.close()

    def _start(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=TOP,
            env={**os.environ, "PYTHONPATH": str(TOP), "STORM_BREAKS": self.breaks},
            stdout=self._log,
            stderr=self._log,
        )

    # --- clients ---------------------------------------------------------------------------------------------------

    def client(self) -> httpx2.Client:
        """Return a client that may do everything."""
        token = json.loads((self.folder / "keys.json").read_text())["token"]
        headers = {"Authorization": f"Bearer {token}"}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=60, verify=NO_TRUST)

    def submit(
        self,
        count: int,
        *,
        client: httpx2.Client | None = None,
        seconds: float | None = None,
        again: float | None = None,
    ) -> None:
        """Submit jobs by key, each until it is acknowledged, however often the wire or the server breaks."""
        http = client or self.client()
        for _ in range(count):
            key = f"key {len(self.ledger.intents)}"
            self.ledger.intents.add(key)
            lasts = self.chance.uniform(0.001, 0.1) if seconds is None else seconds
            parameters = {"effects": str(self.ledger.effects), "seconds": lasts, "again": again}
            self.submit_once(http, key, {"kind": "storm.mark", "parameters": parameters})
        if client is None:
            http.close()

    def submit_once(self, http: httpx2.Client, key: str, body: dict[str, Any]) -> None:
        """Send one submission until it is acknowledged."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                answer = http.post("/v1/jobs", json=body, headers={"Idempotency-Key": key})
            except httpx2.TransportError:
                time.sleep(0.02)
                continue
            if answer.status_code in {200, 201}:
                self.ledger.acknowledged[key] = answer.json()["id"]
                return
            assert answer.status_code in {429, 503}, answer.text
            time.sleep(0.05)
        raise AssertionError(f"{key} was not acknowledged within a minute")

    def counts(self) -> dict[str, Any]:
        """Return the counts of all jobs by state."""
        with self.client() as http:
            return dict(http.get("/v1/counts").raise_for_status().json())

    def calm(self, seconds: float) -> None:
        """Wait until every job is final."""

        def over() -> bool:
            counts = self.counts()
            return not counts["queued"] and not counts["running"]

        self.wait_for(over, seconds, "all jobs are final")

    def wait_for(self, true: Callable[[], bool], seconds: float, what: str) -> None:
        """Look again and again until something holds; fail with its name after `seconds`."""
        until = time.monotonic() + seconds
        while not true():
            if time.monotonic() > until:
                tail = (self.folder / "processes.log").read_text(errors="replace")[-3000:]
                raise AssertionError(f"not within {seconds} s: {what}\n{tail}")
            time.sleep(0.02)

    def _get(self, path: str) -> int:
        try:
            return int(httpx2.get(self.url + path, timeout=5, verify=NO_TRUST).status_code)
        except httpx2.TransportError:
            return 0

    # --- afterwards ------------------------------------------------------------------------------------------------

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a checker's statement on the database itself."""
        if self.settings.database:
            import psycopg

            deltas = "SELECT owner, project, queue, kind, state, count FROM counter_deltas"
            both = f"FROM (SELECT * FROM counters UNION ALL {deltas}) kept"
            text = statement.replace("FROM counters", both)
            with psycopg.connect(self.settings.database, options="-c search_path=jobyard") as connection:
                return list(connection.execute(text))
        import apsw

        path = next((self.folder / "data").glob("*.sqlite"))
        connection_ = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            return list(connection_.execute(statement))
        finally:
            connection_.close()

    def broken(self) -> list[str]:
        """Return every broken invariant."""
        return self.ledger.check(self.rows)


@contextmanager
def storm(folder: Path, seed: int, **settings: Any) -> Iterator[Weather]:
    """Start a server, and end everything afterwards."""
    weather = Weather(folder, seed, **settings)
    try:
        weather.serve()
        yield weather
    finally:
        weather.stop_all()
