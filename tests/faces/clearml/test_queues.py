"""The line: what agents are given, and what becomes of it when they go away."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from jobyard.engine.limits import Limit, Subject
from jobyard.engine.submission import Edits
from jobyard.experiments.lines import LINE_LIMIT
from jobyard.job import moves
from tests.faces.clearml.house import Caller, House

pytestmark = pytest.mark.anyio


@pytest.fixture
async def queue(any_house: House) -> str:
    return str((await any_house.caller()("queues.create", name="a line"))["id"])


@pytest.fixture
def agent(any_house: House) -> Caller:
    return any_house.caller(worker="box:1")


async def waiting(caller: Caller, queue: str) -> list[str]:
    return [one["task"] for one in (await caller("queues.get_by_id", queue=queue))["queue"]["entries"]]


async def taken(caller: Caller, queue: str) -> str | None:
    told = await caller("queues.get_next_task", queue=queue)
    return told["entry"]["task"] if told else None


async def lined(caller: Caller, queue: str, count: int = 1, **fields: Any) -> list[str]:
    ids = [await caller.task(name=f"task {number}", **fields) for number in range(count)]
    for id_ in ids:
        await caller("tasks.enqueue", task=id_, queue=queue)
    return ids


async def test_tasks_are_given_out_in_their_order_once(agent: Caller, queue: str) -> None:
    ids = await lined(agent, queue, 3)
    assert await waiting(agent, queue) == ids
    assert (await agent("queues.get_num_entries", queue=queue))["num"] == 3
    assert await agent("queues.peek_task", queue=queue) == {"task": ids[0]}
    assert [await taken(agent, queue) for _ in range(4)] == [*ids, None]
    assert await agent("queues.get_next_task", queue=queue) == {}
    assert await waiting(agent, queue) == []
    assert [await agent.status(id_) for id_ in ids] == ["queued"] * 3


async def test_a_task_that_nobody_began_keeps_its_place(any_house: House, agent: Caller, queue: str) -> None:
    ids = await lined(agent, queue, 3)
    assert await taken(agent, queue) == ids[0]
    any_house.clock.forward(61)
    await any_house.engine.keeper.find_lost()
    assert await waiting(agent, queue) == ids
    assert [await taken(agent, queue) for _ in range(4)] == [*ids, None]


async def test_a_life_with_an_agent(agent: Caller, queue: str) -> None:
    [id_] = await lined(agent, queue)
    task = await agent.get(id_)
    assert (task["status"], task["execution"]["queue"], task["enqueue_status"]) == ("queued", queue, "created")
    told = await agent("queues.get_next_task", queue=queue, get_task_info=True)
    assert told["task_info"] == {"company": "jobyard", "user": "mia"}
    began = await agent("tasks.started", task=id_, force=True, status_message="pulled by agent")
    assert began["started"] == 1 and began["fields"]["started"]
    assert (await agent("tasks.dequeue", task=id_, new_status="in_progress"))["updated"] == 1
    again = await agent("tasks.started", task=id_, force=True)
    assert "started" not in again["fields"] and (await agent.get(id_))["started"] == began["fields"]["started"]
    await agent("workers.register", worker="box:1", queues=[queue])
    await agent("workers.status_report", worker="box:1", timestamp=1, task=id_, queue=queue, queues=[queue])
    [shown] = (await agent("workers.get_all"))["workers"]
    assert (shown["id"], shown["task"]["id"], shown["queue"]["id"]) == ("box:1", id_, queue)
    await agent("tasks.completed", task=id_, status_reason="worker execution exit code 0")
    task = await agent.get(id_)
    assert (task["status"], task["last_worker"]) == ("completed", "box:1")
    assert "queue" not in task["execution"]


async def test_what_was_taken_and_not_begun_is_in_line_again(any_house: House, agent: Caller, queue: str) -> None:
    [id_] = await lined(agent, queue)
    for _ in range(5):
        assert await taken(agent, queue) == id_
        assert await taken(agent, queue) is None
        any_house.clock.forward(61)
        await any_house.engine.keeper.find_lost()
        assert (await agent.status(id_), await waiting(agent, queue)) == ("queued", [id_])
    assert [attempt.outcome for attempt in await any_house.attempts(id_)] == ["back_off"] * 5


async def test_what_is_in_line_again_can_be_put_elsewhere(any_house: House, agent: Caller, queue: str) -> None:
    first, second, third = await lined(agent, queue, 3)
    due_at = any_house.clock.now() + 60_000_000
    await any_house.engine.jobs.edit(any_house.actor("ada"), first, Edits(due_at=due_at))
    any_house.clock.forward(60)
    assert await waiting(agent, queue) == [second, third, first]
    assert await agent("queues.move_task_forward", queue=queue, task=first) == {"position": 1}
    assert await waiting(agent, queue) == [second, first, third]
    assert [await taken(agent, queue) for _ in range(3)] == [second, first, third]


async def test_a_task_whose_agent_dies_is_stopped_with_the_reason(any_house: House, agent: Caller, queue: str) -> None:
    [id_] = await lined(agent, queue)
    await taken(agent, queue)
    await agent("tasks.started", task=id_)
    for _ in range(30):
        any_house.clock.forward(60)
        await agent("workers.status_report", worker="box:1", timestamp=1, task=id_)
        await any_house.engine.keeper.find_lost()
    assert await agent.status(id_) == "in_progress"
    any_house.clock.forward(601)
    await any_house.engine.keeper.find_lost()
    task = await agent.get(id_)
    assert task["status"] == "stopped" and "box:1" in task["status_reason"] and task["completed"]
    assert (await agent("tasks.enqueue", task=id_, queue=queue))["queued"] == 1
    assert await taken(agent, queue) == id_


async def test_whatever_is_reported_keeps_a_task_alive(any_house: House, agent: Caller, queue: str) -> None:
    [id_] = await lined(agent, queue)
    await taken(agent, queue)
    await agent("tasks.started", task=id_)
    event = {"type": "log", "task": id_, "msg": "still here", "timestamp": 1}
    for word in ("ping", "log", "edit", "artifact", "upload"):
        any_house.clock.forward(500)
        match word:
            case "ping":
                await agent("tasks.ping", task=id_)
            case "log":
                await agent.lines("events.add_batch", event)
            case "edit":
                await agent("tasks.edit", task=id_, runtime={"n": 1}, force=True)
            case "artifact":
                await agent("tasks.add_or_update_artifacts", task=id_, artifacts=[{"key": "a", "type": "t"}])
            case "upload":
                await any_house.experiments.tasks.hear(any_house.actor("mia"), [id_])
        await any_house.engine.keeper.find_lost()
        assert await agent.status(id_) == "in_progress", word


async def test_a_script_of_ones_own_may_be_silent_for_hours(any_house: House, agent: Caller) -> None:
    id_ = await agent.task(status="in_progress")
    any_house.clock.forward(7_100)
    await any_house.engine.keeper.find_lost()
    assert await agent.status(id_) == "in_progress"
    any_house.clock.forward(200)
    await any_house.engine.keeper.find_lost()
    assert await agent.status(id_) == "stopped"


async def test_priorities_pauses_and_limits_of_the_house_count(any_house: House, agent: Caller, queue: str) -> None:
    first, second, third = await lined(agent, queue, 3)
    ada = any_house.actor("ada")
    await any_house.engine.jobs.edit(ada, third, Edits(priority=10))
    await any_house.engine.queues.pause(ada, "a line")
    assert await taken(agent, queue) is None
    await any_house.engine.queues.resume(ada, "a line")
    await any_house.engine.limits.put(ada, Limit(subject=Subject.QUEUE, name="a line", running=2))
    assert [await taken(agent, queue) for _ in range(3)] == [third, first, None]
    await agent("tasks.started", task=third)
    await agent("tasks.failed", task=third)
    assert await taken(agent, queue) == second


async def test_an_agent_that_rests_is_given_nothing(any_house: House, agent: Caller, queue: str) -> None:
    [id_] = await lined(agent, queue)
    await agent("workers.register", worker="box:1", queues=[queue])
    await any_house.engine.workers.drain(any_house.actor("ada"), "box:1")
    assert await taken(agent, queue) is None
    assert await taken(any_house.caller(worker="box:2"), queue) == id_


async def test_agents_take_what_they_may_run(any_house: House, agent: Caller, queue: str) -> None:
    [id_] = await lined(agent, queue)
    assert await taken(any_house.caller("max", worker="box:2"), queue) is None
    assert await waiting(any_house.caller("max"), queue) == []
    assert await any_house.caller("vera").refused("queues.get_next_task", queue=queue) == (403, 21)
    assert await taken(any_house.caller("olga", worker="box:3"), queue) == id_


async def test_stopping_asks_a_live_agent_and_ends_anything_else_at_once(
    any_house: House, agent: Caller, queue: str
) -> None:
    [id_] = await lined(agent, queue)
    await taken(agent, queue)
    await agent("tasks.started", task=id_)
    await agent("workers.status_report", worker="box:1", timestamp=1, task=id_)
    stopped = await agent("tasks.stop", task=id_, status_message="ignored")
    assert stopped["fields"]["status"] == "in_progress" and stopped["fields"]["status_message"] == "stopping"
    job = await any_house.job(id_)
    assert job.cancelling
    await agent("tasks.stopped", task=id_, status_reason="as was wished")
    assert await agent.status(id_) == "stopped"
    own = await agent.task(status="in_progress", system_tags=["development"])
    stopped = await agent("tasks.stop", task=own)
    assert (stopped["fields"]["status"], stopped["fields"]["status_message"]) == ("stopped", "Stopped by mia")


async def test_queues_are_named_found_and_changed(agent: Caller, queue: str) -> None:
    assert await agent.refused("queues.create", name="a line") == (400, 801)
    assert await agent.refused("queues.create", name="ab") == (400, 800)
    assert await agent.refused("queues.get_by_id", queue="a line") == (400, 701)
    assert await agent.refused("queues.get_next_task", queue="0" * 32) == (400, 701)
    found = (await agent("queues.get_all", name="^a\\ line$", only_fields=["id"]))["queues"]
    assert found == [{"id": queue}]
    assert await agent.refused("queues.get_default") == (400, 707)
    default = (await agent("queues.create", name="usual", system_tags=["default"]))["id"]
    assert await agent("queues.get_default") == {"id": default, "name": "usual"}
    id_ = await agent.task()
    await agent("tasks.enqueue", task=id_)
    assert await waiting(agent, default) == [id_]
    assert await agent.refused("queues.delete", queue=default) == (403, 21)
    boss = agent.house.caller("olga")
    assert await boss.refused("queues.delete", queue=default) == (400, 702)
    assert await agent.refused("queues.update", queue=default, name="other") == (400, 702)
    assert (await agent("queues.update", queue=default, tags=["x"]))["fields"]["tags"] == ["x"]
    assert await agent.refused("queues.remove_task", queue=queue, task=id_) == (400, 703)
    assert await agent.refused("queues.add_task", queue=default, task=id_) == (400, 706)
    assert await agent("queues.add_task", queue=queue, task=id_) == {"added": 1}
    assert (await waiting(agent, default), await waiting(agent, queue)) == ([], [id_])
    assert await agent("queues.remove_task", queue=queue, task=id_, update_task_status=True) == {"removed": 1}
    assert await agent.status(id_) == "created"
    assert await boss("queues.delete", queue=default) == {"deleted": 1}


async def test_a_task_may_leave_its_queue_and_stand_as_queued(any_house: House, agent: Caller, queue: str) -> None:
    [id_] = await lined(agent, queue)
    assert await agent("queues.remove_task", queue=queue, task=id_) == {"removed": 1}
    task = await agent.get(id_)
    assert (task["status"], task["execution"]["queue"], await waiting(agent, queue)) == ("queued", queue, [])
    assert await agent.refused("queues.remove_task", queue=queue, task=id_) == (400, 703)
    other = (await agent("queues.create", name="another", display_name="The other"))["id"]
    assert await agent("queues.add_task", queue=other, task=id_) == {"added": 1}
    names = ["execution.queue.name", "execution.queue.display_name"]
    [shown] = (await agent("tasks.get_all_ex", id=[id_], only_fields=names))["tasks"]
    assert shown["execution"]["queue"] == {"id": other, "name": "another", "display_name": "The other"}
    assert await agent.refused("queues.clear_queue", queue=other) == (403, 21)
    boss = any_house.caller("olga")
    assert await boss("queues.clear_queue", queue=other) == {"removed_tasks": [id_]}
    assert (await agent.status(id_), await waiting(agent, other)) == ("created", [])


async def test_tasks_are_put_elsewhere_in_their_line(any_house: House, agent: Caller, queue: str) -> None:
    max_ = any_house.caller("max")
    first, second, third = await lined(agent, queue, 3)
    [other] = await lined(max_, queue)
    assert await agent("queues.move_task_backward", queue=queue, task=first, count=2) == {"position": 2}
    assert await waiting(agent, queue) == [second, third, first]
    assert await agent("queues.move_task_forward", queue=queue, task=first) == {"position": 1}
    assert await agent("queues.move_task_to_front", queue=queue, task=third) == {"position": 0}
    assert await agent("queues.move_task_to_back", queue=queue, task=third) == {"position": 2}
    assert await waiting(agent, queue) == [second, first, third]
    boss = any_house.caller("olga")
    assert len(await waiting(boss, queue)) == 4
    assert await boss("queues.move_task_to_front", queue=queue, task=other) == {"position": 0}
    await any_house.engine.jobs.edit(any_house.actor("ada"), first, Edits(priority=10))
    assert await boss("queues.move_task_to_front", queue=queue, task=third) == {"position": 0}
    assert await waiting(boss, queue) == [third, first, other, second]
    for action, body, code in (
        ("move_task_forward", {"task": other}, (400, 703)),
        ("move_task_forward", {"task": first, "count": -1}, (400, 12)),
        ("move_task_to_back", {"task": await agent.task()}, (400, 703)),
        ("move_task_to_back", {"task": first, "queue": "0" * 32}, (400, 701)),
    ):
        assert await agent.refused(f"queues.{action}", **{"queue": queue, **body}) == code
    assert [await taken(boss, queue) for _ in range(5)] == [third, first, other, second, None]


async def test_a_queue_is_deleted_by_force_and_lets_go_of_what_waits(
    any_house: House, agent: Caller, queue: str
) -> None:
    [id_] = await lined(agent, queue)
    metadata = [{"key": "a", "type": "str", "value": "1"}]
    for action, body in (("create", {"name": "another"}), ("update", {"queue": queue})):
        told = await agent(f"queues.{action}", **body, metadata={"c": {"type": "int", "value": 1}})
        [kept] = (await agent("queues.get_all", id=[told.get("id", queue)]))["queues"]
        assert kept["metadata"] == {"c": {"key": "c", "type": "int", "value": "1"}}
    assert await agent("queues.add_or_update_metadata", queue=queue, metadata=metadata) == {"updated": 1}
    more = {"b": {"type": "int", "value": 2}}
    await agent("queues.add_or_update_metadata", queue=queue, metadata=more)
    assert await agent("queues.delete_metadata", queue=queue, keys=["a", "c", "d"]) == {"updated": 1}
    assert await agent("queues.delete_metadata", queue=queue, keys=["a"]) == {"updated": 0}
    kept = (await agent("queues.get_by_id", queue=queue))["queue"]["metadata"]
    assert kept == {"b": {"key": "b", "type": "int", "value": "2"}}
    assert await any_house.caller("vera").refused("queues.delete_metadata", queue=queue, keys=["b"]) == (403, 21)
    much = {"key": "much", "type": "str", "value": "x" * LINE_LIMIT}
    assert await agent.refused("queues.add_or_update_metadata", queue=queue, metadata=[much]) == (400, 800)
    assert await agent.refused("queues.update", queue=queue, display_name="x" * LINE_LIMIT) == (400, 800)
    assert await agent.refused("queues.create", name="too much", metadata=[much]) == (400, 800)
    assert await agent.refused("queues.delete", queue=queue, force=True) == (403, 21)
    assert await agent.status(id_) == "queued"
    assert await any_house.caller("olga")("queues.delete", queue=queue, force=True) == {"deleted": 1}
    assert await agent.status(id_) == "created"


async def test_queues_show_who_serves_them_and_what_waits(any_house: House, agent: Caller, queue: str) -> None:
    glue = (await agent("queues.create", name="glued", system_tags=["k8s-glue"]))["id"]
    [id_] = await lined(agent, queue)
    running = await agent.task("runs", status="in_progress")
    await agent("workers.register", worker="box:1", queues=[queue], tags=["gpu"], system_tags=["s"])
    await agent("workers.status_report", worker="box:1", timestamp=1, task=running)
    [found] = (await agent("queues.get_all_ex"))["queues"]
    assert [entry["task"] for entry in found["entries"]] == [{"id": id_, "name": "task 0"}]
    told = {"name": "box:1", "ip": "127.0.0.1", "key": "worker_jobyard_mia_box:1"}
    assert found["workers"] == [{**told, "task": {"id": running, "name": "runs"}}]
    part = (await agent("queues.get_all_ex", only_fields=["workers.name", "entries.task.name"]))["queues"]
    assert part == [{"id": queue, "workers": [{"name": "box:1"}], "entries": [{"task": {"name": "task 0"}}]}]
    for asked in ({"search_hidden": True}, {"name": "^glued$"}, {"id": [glue]}):
        assert glue in [one["id"] for one in (await agent("queues.get_all_ex", **asked))["queues"]], asked
    for count, more in (
        (1, {"tags": ["gpu", "other"], "system_tags": ["s"]}),
        (0, {"tags": ["-gpu"]}),
        (0, {"system_tags": ["-s"]}),
        (1, {"last_seen": 100}),
    ):
        assert (await agent("workers.get_count", **more))["count"] == count, more
        assert len((await agent("workers.get_all", **more))["workers"]) == count, more
    any_house.clock.forward(200)
    assert (await agent("workers.get_count", last_seen=100))["count"] == 0


async def test_a_pipeline_is_begun_again_with_other_arguments(any_house: House, agent: Caller, queue: str) -> None:
    project = (await agent("projects.create", name="pipes"))["id"]
    parameters = {"Args": {name: {"section": "Args", "name": name, "value": "1"} for name in ("kept", "told")}}
    fields = {"type": "controller", "project": project, "system_tags": ["pipeline"], "hyperparams": parameters}
    first = await agent.task("a run #1", **fields)
    asked = {"task": first, "queue": queue, "args": [{"name": "told", "value": "2"}, {"name": "new", "value": "3"}]}
    begun = await agent("pipelines.start_pipeline", **asked)
    assert begun == {"pipeline": begun["pipeline"], "enqueued": True, "queue_watched": None}
    assert await waiting(agent, queue) == [begun["pipeline"]]
    task = await agent.get(begun["pipeline"])
    assert (task["name"], task["project"], task["system_tags"]) == ("a run #2", project, ["pipeline"])
    values = {name: one["value"] for name, one in task["hyperparams"]["Args"].items()}
    assert values == {"kept": "1", "told": "2", "new": "3"}
    await agent("workers.register", worker="box:1", queues=[queue])
    watched = await agent("pipelines.start_pipeline", task=first, queue=queue, verify_watched_queue=True)
    assert watched["queue_watched"] is True
    assert (await agent.get(watched["pipeline"]))["name"] == "a run #3"
    step = await agent.task("a step", parent=first)
    runs = [first, begun["pipeline"], watched["pipeline"]]
    assert await agent.refused("pipelines.delete_runs", project=project, ids=runs) == (400, 15)
    stranger = await agent.task("no run of it")
    gone = await agent("pipelines.delete_runs", project=project, ids=[*runs[:2], stranger, "0" * 32])
    assert [one["id"] for one in gone["succeeded"]] == runs[:2]
    assert [one["error"]["codes"] for one in gone["failed"]] == [[400, 101], [400, 101]]
    assert (await agent.get(stranger))["name"] == "no run of it"
    assert await agent.refused("tasks.get_by_id", task=step) == (400, 101)
    assert await waiting(agent, queue) == runs[2:]
    like = (await agent("tasks.clone", task=runs[2]))["id"]
    await agent("tasks.delete", task=runs[2], force=True, include_pipeline_steps=True)
    assert (await agent.get(like))["type"] == "controller"


async def test_in_an_empty_house_there_is_a_default_queue(house: House) -> None:
    mia = house.caller()
    assert (await mia("queues.get_default"))["name"] == "default"
    made = await mia("tasks.enqueue", task=await mia.task(), queue_name="made by name", verify_watched_queue=True)
    assert made["queue_watched"] is False
    names = [one["name"] for one in (await mia("queues.get_all_ex"))["queues"]]
    assert names == ["default", "made by name"]


async def test_agents_come_and_go(any_house: House, agent: Caller, queue: str) -> None:
    assert await agent.refused("workers.register", worker="box:1", queues=["0" * 32]) == (400, 701)
    await agent("workers.register", worker="box:1", queues=[queue], timeout=100, tags=["gpu"])
    assert (await agent("workers.get_runtime_properties", worker="box:1")) == {"runtime_properties": []}
    assert [one["id"] for one in (await agent("workers.get_all", tags=["gpu"]))["workers"]] == ["box:1"]
    assert (await agent("workers.get_all", worker_pattern="^other"))["workers"] == []
    assert await any_house.caller("max").refused("workers.register", worker="box:1") == (403, 21)
    assert await any_house.caller("max").refused("workers.unregister", worker="box:1") == (403, 21)
    any_house.clock.forward(101)
    assert (await agent("workers.get_all"))["workers"] == []
    assert [one["id"] for one in (await agent("workers.get_all", last_seen=1000))["workers"]] == ["box:1"]
    await agent("workers.unregister", worker="box:1")
    assert await agent.refused("workers.unregister", worker="box:1") == (400, 1001)


async def test_a_task_with_several_tries_runs_again_when_its_agent_dies(
    any_house: House, agent: Caller, queue: str
) -> None:

    [id_] = await lined(agent, queue)

    def tries(transaction: Any) -> None:
        job = transaction.job(id_)
        transaction.apply(moves.mark(replace(job, tries=3), any_house.clock.now(), "mia", {}))

    await any_house.engine.ledger.write(tries)
    await taken(agent, queue)
    await agent("tasks.started", task=id_)
    any_house.clock.forward(601)
    await any_house.engine.keeper.find_lost()
    any_house.clock.forward(1)
    assert await agent.status(id_) == "queued" and await taken(agent, queue) == id_
