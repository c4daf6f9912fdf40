"""Every call that the SDK and the agent make, one by one over HTTP, with what each must answer and write."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from jobyard.faces.clearml.actions import said
from jobyard.faces.clearml.registry import ACTIONS
from tests.cli.running import RunningHouse
from tests.clients.calls import neighbours, reports, tasks
from tests.clients.calls.row import Row, lacks
from tests.plain import NO_TRUST

ROWS: dict[str, Row] = {**tasks.ROWS, **neighbours.ROWS, **reports.ROWS}
SINCE = {one.name: one.since for one in ACTIONS}
SDK = (2, 23)
"""The version that the SDK speaks; what is newer it calls without one."""
NEEDED: dict[str, dict[str, str]] = {
    "to train and report": {
        "auth": "login",
        "projects": "get_all create get_by_id",
        "tasks": "create get_by_id started edit set_requirements get_all ping completed failed stopped "
        "add_or_update_artifacts add_or_update_model",
        "events": "add_batch",
        "models": "create get_by_id edit add_or_update_metadata",
    },
    "to be run by an agent": {
        "queues": "get_all get_next_task get_default create get_by_id",
        "tasks": "enqueue dequeue clone stop",
        "workers": "register unregister status_report get_runtime_properties",
    },
    "to look back, and to live on": {
        "events": "scalar_metrics_iter_histogram get_task_events get_task_log debug_images get_task_plots "
        "get_task_single_value_metrics",
        "tasks": "reset delete publish get_hyper_params edit_hyper_params delete_hyper_params delete_artifacts",
        "models": "get_all delete set_ready archive_many unarchive_many",
        "projects": "update",
        "queues": "get_num_entries",
    },
    "of every server": {
        "tasks": "get_configurations edit_configuration validate update update_batch close",
        "queues": "get_all_ex add_task remove_task",
        "workers": "get_all",
        "events": "add",
        "users": "get_current_user",
        "server": "info",
    },
}
"""What clients need, by what for."""
MADE: dict[str, tuple[str, dict[str, Any], str]] = {
    "$task": ("tasks.create", {"name": "a task", "type": "training"}, "id"),
    "$other": ("tasks.create", {"name": "another", "type": "training"}, "id"),
    "$project": ("projects.create", {"name": ""}, "id"),
    "$queue": ("queues.create", {"name": ""}, "id"),
    "$model": ("models.create", {"name": "net", "uri": "s3://bucket/net", "ready": False}, "id"),
    "$pair": ("auth.create_credentials", {"label": "of a test"}, "credentials"),
}
"""How what rows name comes to be. What needs a name of its own has that of the row."""


class Caller:
    """Says what a row says, as the SDK does: with GET and a body."""

    def __init__(self, client: httpx2.Client, name: str) -> None:
        self._client = client
        self._name = name
        self._made: dict[str, str] = {"$project name": f"of {name}"}

    def __call__(self, action: str, body: Any, *, lines: bool = False) -> Any:
        """Call an action, which has to be done; return its data."""
        filled = self.filled(body)
        kind, content = "application/json", json.dumps(filled)
        if lines:
            kind, content = "application/json-lines", "\n".join(json.dumps(one) for one in filled["lines"])
        version = f"/v{said(SDK)}" if SINCE[action] <= SDK else ""
        answer = self._client.request(
            "GET", f"{version}/{action}", content=content.encode(), headers={"Content-Type": kind}
        )
        if "content-disposition" in answer.headers:
            assert answer.status_code == 200
            return {"content": answer.text}
        told = answer.json()
        assert (answer.status_code, told["meta"]["result_code"]) == (200, 200), (action, filled, answer.text)
        assert told["meta"]["endpoint"]["name"] == action
        return told["data"]

    def filled(self, said_: Any) -> Any:
        """Return what is said with ids in the place of what it names."""
        if isinstance(said_, dict):
            return {self.filled(key): self.filled(one) for key, one in said_.items()}
        if isinstance(said_, list):
            return [self.filled(one) for one in said_]
        if not isinstance(said_, str):
            return said_
        if said_ in self._made:
            return self._made[said_]
        for word in MADE:
            if word in said_:
                said_ = said_.replace(word, self._id(word))
        return said_

    def _id(self, word: str) -> str:
        if word not in self._made:
            action, body, field = MADE[word]
            named = {**body, "name": f"of {self._name}"} if body.get("name") == "" else body
            made = self(action, named)[field]
            self._made[word] = made["access_key"] if isinstance(made, dict) else made
        return self._made[word]


@pytest.fixture(scope="module")
def client(any_house: RunningHouse) -> Iterator[httpx2.Client]:
    """A connection as the house's own administrator."""
    headers = {"Authorization": f"Bearer {any_house.plate.token}"}
    with httpx2.Client(base_url=any_house.url, headers=headers, trust_env=False, verify=NO_TRUST, timeout=60) as opened:
        yield opened


@pytest.mark.parametrize("name", ROWS)
def test_a_call_answers_and_writes_what_it_must(client: httpx2.Client, name: str) -> None:
    row, call = ROWS[name], Caller(client, name)
    for action, body in row.first:
        call(action, body)
    answer = call(name, row.says, lines=row.lines)
    assert lacks(call.filled(row.answers or {}), answer, name) == []
    for (action, body), expected in row.then:
        assert lacks(call.filled(expected), call(action, body), action) == []


def test_no_call_is_missing() -> None:
    needed = {f"{room}.{word}" for part in NEEDED.values() for room, words in part.items() for word in words.split()}
    assert needed - set(ROWS) == set()
    assert set(SINCE) == set(ROWS)


def test_a_lack_is_seen() -> None:
    found = {"a": 1, "b": [{"c": "x"}], "d": True}
    assert lacks({"a": int, "b": [{"c": str}], "d": bool}, found) == []
    assert lacks({"a": 2, "b": [], "d": int, "e": str, "b.": 1}, found, "it") == [
        "it.e is missing",
        "it.b. is missing",
        "it.a is 1, not 2",
        "it.b is [{'c': 'x'}], not []",
        "it.d is True, which is no int",
    ]


def test_files_are_put_looked_for_fetched_and_deleted(client: httpx2.Client) -> None:
    path = f"Lernen/ein Lauf.{Caller(client, 'files').filled('$task')}/artifacts/data/ä+b (1).csv.gz"
    content = bytes(range(256)) * 300
    answer = client.post("/files", files={path: (path, content, "text/csv")})
    assert (answer.status_code, answer.json()) == (200, [path])
    address = f"/files/{quote(path)}"
    assert client.head(address).headers["content-length"] == str(len(content))
    answer = client.get(address)
    assert (answer.content, answer.headers["content-type"]) == (content, "application/octet-stream")
    assert "content-encoding" not in answer.headers
    assert client.get("/files/").text == "OK"
    assert client.delete(address).status_code == 200
    assert [client.request(method, address).status_code for method in ("GET", "HEAD", "DELETE")] == [404, 404, 404]
