"""The tools that people use: DVC, rclone and Label Studio, each as its own documentation has it run."""

from __future__ import annotations

import json
import os
import secrets
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import equipment, processes
from bench.sync.taking import Cost, Turn, program, watching
from bench.sync.tree import Found, Tree, sizes

_UP_WITHIN = 180.0


class Dvc:
    """`dvc add`, then `dvc data status`, without git and without telling anybody."""

    name = "DVC"
    promise = "keeps a hash of each file; the first turn also stores the contents, the others only tell what changed"

    @contextmanager
    def opened(self, room: Path, tree: Tree) -> Iterator[Turn]:
        dvc = str(equipment.peers_python("dvc").with_name("dvc"))
        environment = {"DVC_NO_ANALYTICS": "1", "HOME": str(room), "DVC_SITE_CACHE_DIR": str(room / "site")}
        program([dvc, "init", "-q", "--no-scm"], room, room / "log", environment)
        tree.folder.rename(room / "data")
        tree.folder.symlink_to(room / "data")

        def turn(workload: str) -> tuple[Cost, Found]:
            if workload == "first":
                cost, _ = program([dvc, "add", "-q", "data"], room, room / "log", environment)
                return cost, Found(tree.count, 0, 0)
            words = [dvc, "data", "status", "--granular", "--json"]
            cost, said = program(words, room, room / "log", environment)
            told: dict[str, list[str]] = json.loads(said or "{}").get("uncommitted", {})
            files = {what: [path for path in paths if not path.endswith("/")] for what, paths in told.items()}
            return cost, Found(*(len(files.get(what, [])) for what in ("added", "modified", "deleted")))

        try:
            yield turn
        finally:
            tree.folder.unlink()
            (room / "data").rename(tree.folder)


class Rclone:
    """`rclone sync` into a second folder."""

    name = "rclone sync"
    promise = "makes a second folder the same as the first, contents included; keeps nothing beside it"

    @contextmanager
    def opened(self, room: Path, tree: Tree) -> Iterator[Turn]:
        target = room / "target"
        target.mkdir()
        rclone = str(Path(sys.executable).with_name("rclone"))
        before = dict[str, int]()

        def turn(workload: str) -> tuple[Cost, Found]:
            nonlocal before
            words = [rclone, "sync", str(tree.folder), str(target), "--config", os.devnull]
            cost, _ = program(words, room, room / "log")
            after = sizes(target)
            both = before.keys() & after.keys()
            changed = sum(before[path] != after[path] for path in both)
            found = Found(len(after) - len(both), changed, len(before) - len(both))
            before = after
            return cost, found

        yield turn


class LabelStudio:
    """Its local storage, synchronized over its API; it makes a task for each file."""

    name = "Label Studio"
    promise = "keeps a task for each file; what is gone stays"

    @contextmanager
    def opened(self, room: Path, tree: Tree) -> Iterator[Turn]:
        with self._up(room, tree) as (pid, api):
            project = api.ask("POST", "/api/projects/", {"title": "bench", "label_config": _CONFIG})["id"]
            wish = {"project": project, "path": str(tree.folder), "use_blob_urls": True, "regex_filter": ".*"}
            storage = api.ask("POST", "/api/storages/localfiles/", {**wish, "recursive_scan": True})["id"]
            tasks = 0

            def turn(workload: str) -> tuple[Cost, Found]:
                nonlocal tasks
                with watching([pid]) as watched:
                    api.ask("POST", f"/api/storages/localfiles/{storage}/sync", {})
                    cost = watched.cost()
                before, tasks = tasks, api.ask("GET", f"/api/projects/{project}/")["task_number"]
                return cost, Found(max(0, tasks - before), 0, max(0, before - tasks))

            yield turn

    @contextmanager
    def _up(self, room: Path, tree: Tree) -> Iterator[tuple[int, _Api]]:
        command = [str(equipment.peers_python("label-studio").with_name("label-studio")), "start", "--no-browser"]
        port, token = equipment.free_port(), secrets.token_hex(20)
        environment = {
            "LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED": "true",
            "LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT": str(tree.folder.parent),
            "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
            "LABEL_STUDIO_BASE_DATA_DIR": str(room / "data"),
            "COLLECT_ANALYTICS": "false",
            "LATEST_VERSION_CHECK": "false",
            "HOME": str(room),
        }
        command += ["--internal-host", "127.0.0.1", "--port", str(port), "--data-dir", str(room / "data")]
        command += ["--username", "b@example.org", "--password", secrets.token_hex(8), "--user-token", token]
        with processes.started(command, environment, room / "log") as server:
            api = _Api(f"http://127.0.0.1:{port}", token)
            api.until_up()
            yield server.pid, api


_CONFIG = (
    '<View><Image name="image" value="$image"/><Choices name="c" toName="image"><Choice value="a"/></Choices></View>'
)


class _Api:
    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask for something and return the answer."""
        headers = {"Authorization": f"Token {self._token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._url}{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=3_600) as answer:
            return json.loads(answer.read() or "null")

    def until_up(self) -> None:
        """Return when it answers."""
        until = time.monotonic() + _UP_WITHIN
        while True:
            try:
                self.ask("GET", "/api/projects/")
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.5)
            else:
                return
