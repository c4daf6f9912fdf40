"""A house for journeys: a real server with a worker in processes of their own, and a client that gives it work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

from jobyard.cli.serving import Ready
from jobyard.client import Job, Jobyard
from jobyard.settings import Settings

ROOT = Path(__file__).parents[2]
DOWN_WITHIN = 25.0


class House:
    """A running server. Its password is the one of the administrator that its first start made."""

    def __init__(self, folder: Path, *, port: int = 0, user: str = "", password: str = "") -> None:
        self.folder = folder
        self.sources = folder / "sources"
        self.sources.mkdir(parents=True, exist_ok=True)
        settings = Settings(
            data=str(folder / "data"),
            port=port,
            slots=3,
            source_roots=(str(self.sources),),
            webhook_targets=("127.0.0.1",),
            lease=5.0,
            round=0.2,
            grace=1.0,
            password_memory=8,
        )
        self._errors = (folder / "server.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.page.serve", msgspec.json.encode(settings).decode()],
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if not name.startswith("JOBYARD_")}
            | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, (folder / "server.log").read_text(encoding="utf-8")
        ready = msgspec.json.decode(line, type=Ready)
        self.url = ready.local_url
        self.user = user or ready.user
        self.password = password or ready.password
        self.client = Jobyard(self.url, ready.token)

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def submit(self, kind: str, **wishes: Any) -> Job:
        """Submit one of the journeys' kinds by the last part of its name."""
        return self.client.submit(f"page.{kind}", **wishes)

    def done(self, kind: str, **wishes: Any) -> Job:
        """Submit and wait for the end, whatever it is."""
        return self.client.wait(self.submit(kind, **wishes).id, timeout=30)

    def stop(self) -> None:
        """Stop the server; what it keeps stays for the next one on the same folder."""
        self.client.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(DOWN_WITHIN)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()
            self._errors.close()

    def again(self) -> House:
        """Start the server anew at the same address, over the same folder."""
        return House(self.folder, port=self.port, user=self.user, password=self.password)
