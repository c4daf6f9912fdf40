"""The ClearML face as its real clients see it: the SDK 2.1.12, its client of the API, and the agent 3.0.3."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import RunningHouse, eventually, running
from tests.clients.asking import typed
from tests.clients.clearml_family import FAMILY, FINAL, PROGRAMS, agent, called, left_running, program, variables
from tests.clients.environments import environment
from tests.house import markdown, tree


@pytest.fixture(scope="module")
def life(any_house: RunningHouse) -> Any:
    """What the SDK saw of a task's life."""
    return program(any_house, "life")


def test_a_training_script_reports_what_it_is_and_does(life: Any) -> None:
    assert (life["running"], life["status"], life["same"]) == ("in_progress", "completed", True)
    assert life["parameters"] == {
        "General/lr": "0.1",
        "General/batch.size": "32",
        "General/path/to": "x",
        "properties/owner": "me",
        "properties/note": "3",
    }
    assert life["properties"] == {"owner": "me", "note": "3"}
    assert life["configuration"] == {"layers": [1, 2]}
    assert (life["tags"], life["comment"], life["iteration"]) == (["odd", "tagged"], "what it is for", 59)


def test_what_it_reported_is_read_back(life: Any) -> None:
    assert life["last"]["loss"]["test/val.x"] == {"last": 59.0, "min": 0.0, "max": 59.0}
    assert life["curves"]["loss"] == ["test/val.x", "train"]
    assert life["curve"]["x"] == list(range(60)) and life["curve"]["y"] == [float(x) for x in range(60)]
    assert (life["all scalars"], life["single"], life["console"]) == (60, {"accuracy": 0.9}, True)
    assert ["table", "one"] in life["plots"]
    assert life["samples"] == [3, 2]


def test_files_and_models_come_back_byte_by_byte(life: Any) -> None:
    assert (life["artifact"], life["file"], life["weights"]) == ({"a": [1, 2]}, "twelve bytes", True)
    assert life["models"] == [["net", False, life["id"]]]
    assert (life["metadata"], life["labels"]) == ("3", {"cat": 1})


def test_tasks_are_copied_queued_found_published_and_deleted(life: Any) -> None:
    assert life["clone"] == ["created", True, "0.1", []]
    assert (life["enqueued"], life["in line"], life["waiting"], life["out of line"]) == (True, "queued", 1, "created")
    assert [life[f"found by {how}"] for how in ("tag", "status", "all", "name")] == [2, 1, 2, 2]
    assert life["projects"] == ["Lernen", "Lernen/ä+b (1)"]
    assert (life["published"], life["model published"]) == ("published", True)
    assert life["failed"] == ["failed", "it broke"] and life["reset"] == ["created", "0.5"]
    assert life["archived"] is True and life["deleted"] is True and life["gone"]["raised"] == "ValueError"
    assert life["left"] == ["ein Lauf"] and life["stopped"] == "stopped"


def test_the_readmes_program_can_be_run_as_it_stands(house: RunningHouse) -> None:
    (block,) = (one for one in markdown.blocks(tree.ROOT / "README.md", "python") if "from clearml" in one.text)
    folder = house.folder / "readme"
    folder.mkdir()
    (folder / "first.py").write_text(block.text)
    ended = typed(FAMILY, ["python", "first.py"], folder, variables(house))
    assert ended.returncode == 0, ended.stderr
    asked = ["id", "status", "last_iteration"]
    (task,) = called(house, "tasks.get_all", name="^One run$", only_fields=asked)["tasks"]
    assert (task["status"], task["last_iteration"]) == ("completed", 99)


@pytest.fixture(scope="module")
def schemas(house: RunningHouse) -> Any:
    """What the client of the API saw, which drops an answer whole where one field has a wrong type."""
    return program(house, "schemas")


def test_every_answer_fits_the_schemas_of_the_client(schemas: Any) -> None:
    assert schemas["made"] == ["by hand", "inference", "created", ["a", "b"]]
    assert (schemas["validated"], schemas["edited"], schemas["updated"]) == (True, "other", 1)
    assert (schemas["found"], schemas["cloned"]) == (["renamed"], "Clone Of renamed")
    assert (schemas["queued"], schemas["entries"], schemas["taken"], schemas["empty"]) == (1, [True], True, None)
    assert (schemas["started"], schemas["completed"], schemas["deleted"]) == (1, 1, True)
    assert (schemas["model"], schemas["ready"], schemas["models"]) == ("s3://bucket/net", 1, ["net"])


def test_refusals_are_understood(schemas: Any) -> None:
    for name, codes in [
        ("unknown", [400, 101]),
        ("short", [400, 800]),
        ("no project", [400, 16]),
        ("pattern", [400, 21]),
        ("wrong move", [400, 110]),
        ("closed", [400, 110]),
        ("project again", [400, 801]),
        ("queue twice", [400, 801]),
    ]:
        assert (schemas[name]["raised"], schemas[name]["codes"]) == ("APIError", codes), name


def test_datasets_stand_on_tasks(schemas: Any) -> None:
    assert schemas["dataset"] == ["0.txt", "1.txt", "2.txt", "3.txt"]
    assert schemas["version"] == "1.0.1"
    assert schemas["datasets"] == ["cats", "cats"]


@pytest.mark.parametrize("version", ["2.9", "2.13", "2.20"])
def test_older_schemas_of_the_sdk_work(house: RunningHouse, version: str) -> None:
    seen = program(house, "older", name=version, more={"CLEARML_FORCE_MAX_API_VERSION": version})
    assert (seen["status"], seen["artifact"]) == ("completed", {"a": 1})
    assert seen["parameters"]["General/lr"] == "0.1"
    assert seen["scalars"]["loss"]["train"]["y"] == [2.0]


def test_the_sdk_works_with_its_own_defaults_and_by_post(house: RunningHouse) -> None:
    seen = program(house, "older", name="defaults", quick=False, more={"CLEARML_API_DEFAULT_REQ_METHOD": "POST"})
    assert (seen["status"], seen["artifact"]) == ("completed", {"a": 1})


def test_what_ran_without_a_server_is_taken_in_afterwards(house: RunningHouse) -> None:
    seen = program(house, "offline")
    assert (seen["known before"], seen["other id"]) == (False, True)
    assert seen["name"].endswith("far away") and "ship" in seen["tags"]
    assert (seen["status"], seen["artifact"], seen["console"]) == ("completed", {"a": 1}, True)
    assert seen["parameters"]["General/lr"] == "0.1" and seen["configuration"] == {"layers": [1, 2]}
    assert seen["scalars"]["loss"]["train"]["y"] == [0.0, 1.0, 2.0]


def test_a_script_outlives_its_server_and_is_stopped_from_the_page(tmp_path: Path) -> None:
    with running(tmp_path, workers=0) as house:
        port = house.port
        tell = tmp_path / "id"
        words = [str(environment(FAMILY) / "python"), str(PROGRAMS / "waiting.py")]
        with left_running(house, "waiting", words, PYTHONPATH=str(PROGRAMS)) as process:
            assert process.stdin is not None
            process.stdin.write(json.dumps({"variables": variables(house), "tell": str(tell)}))
            process.stdin.close()
            eventually(lambda: tell.exists() and tell.read_text() != "", 60)
            house.process.send_signal(signal.SIGKILL)
            house.process.wait()
            house.kill()
            with running(tmp_path, workers=0, JOBYARD_PORT=str(port)) as again, again.client() as client:
                id_ = tell.read_text()
                before = client.job(id_)
                assert before.state == "running"
                client.cancel(id_)
                eventually(lambda: client.job(id_).state == "cancelled", 60)
                assert process.wait(30) is not None


AGENT = """
import sys
from clearml import Task
task = Task.init(project_name="Agents", task_name="template")
given = task.connect({"lr": 0.5})
print("running with", given["lr"])
task.get_logger().report_scalar("a", "b", value=float(given["lr"]), iteration=1)
"""


def test_the_agent_runs_what_waits_in_its_queue(house: RunningHouse) -> None:
    with house.client() as client:
        queue = called(house, "queues.create", name="agents here")["id"]
        good, bad = (
            called(
                house,
                "tasks.create",
                name=name,
                type="training",
                script={"diff": code, "entry_point": "run.py", "working_dir": ".", "repository": ""},
                hyperparams={"General": {"lr": {"section": "General", "name": "lr", "value": "0.25"}}},
            )["id"]
            for name, code in (("good", AGENT), ("bad", "raise SystemExit(3)"))
        )
        for id_ in (good, bad):
            called(house, "tasks.enqueue", task=id_, queue=queue)
        words = ("daemon", "--queue", "agents here", "--foreground")
        with agent(house, "agent", *words, worker="box:1") as process:
            eventually(lambda: client.job(good).state in FINAL and client.job(bad).state in FINAL, 90)
            assert "box:1" in {one["id"] for one in called(house, "workers.get_all")["workers"]}
            assert "box:1" in {worker.name for worker in client.workers()}
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        assert (client.job(good).state, client.job(bad).state) == ("succeeded", "failed")
    told = called(house, "tasks.get_by_id", task=good)["task"]
    assert told["last_worker"] == "box:1" and told["last_iteration"] == 1
    assert "exit code 3" in called(house, "tasks.get_by_id", task=bad)["task"]["status_reason"]
    log = called(house, "events.get_task_log", task=good)["events"]
    assert any("running with 0.25" in one["msg"] for one in log)
    assert called(house, "queues.get_num_entries", queue=queue)["num"] == 0
    assert called(house, "workers.get_all")["workers"] == []
