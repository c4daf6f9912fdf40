"""What agents tell of their machines, and how tasks wait, by parts of a time."""

from __future__ import annotations

import pytest

from tests.faces.clearml.house import Caller, House

pytestmark = pytest.mark.anyio


@pytest.fixture
async def queue(any_house: House) -> str:
    return str((await any_house.caller()("queues.create", name="a line"))["id"])


@pytest.fixture
def agent(any_house: House) -> Caller:
    return any_house.caller(worker="box:1")


@pytest.fixture
async def told(any_house: House, agent: Caller) -> dict[str, int]:
    """The time of which two agents told, one of them in each minute: what three calls ask for."""
    task, began = await agent.task("runs", status="in_progress"), any_house.clock.now() // 1_000_000
    machines = [("box:1", minute, {"cpu_usage": [10 + minute, 20], "memory_used": 50}) for minute in range(3)]
    for name, minute, machine in (*machines, ("box:2", 0, {"cpu_usage": [5]})):
        body = {"worker": name, "timestamp": (began + 60 * minute) * 1_000, "machine_stats": machine}
        await agent("workers.status_report", **body, task=task if name == "box:1" else None)
    odd = {"cpu_usage": "much", "gpu": [None, True, {}], "": 1, "x" * 200: 1, "far": 10**400}
    await agent("workers.status_report", worker="box:3", timestamp=began * 1_000, machine_stats=odd)
    return {"from_date": began, "to_date": began + 180, "interval": 60}


async def test_metrics_of_machines_are_named_until_they_are_forgotten(
    any_house: House, agent: Caller, told: dict[str, int]
) -> None:
    found = (await agent("workers.get_metric_keys", worker_ids=["box:1", "box:2"]))["categories"]
    assert found == [
        {"name": "cpu", "metric_keys": ["cpu_usage"]},
        {"name": "memory", "metric_keys": ["memory_used"]},
    ]
    assert await agent.refused("workers.get_metric_keys", worker_ids=["box:3"]) == (400, 1005)
    any_house.clock.forward(31 * 86_400)
    await any_house.experiments.keeping.round()
    assert await agent.refused("workers.get_metric_keys", worker_ids=["box:1"]) == (400, 1005)


async def test_what_agents_tell_of_their_machines_is_told_by_parts_of_a_time(
    agent: Caller, told: dict[str, int]
) -> None:
    items = [{"key": "cpu_usage", "aggregation": kind} for kind in ("avg", "max")] + [{"key": "memory_used"}]
    first, second = (await agent("workers.get_stats", **told, items=items))["workers"]
    assert (first["worker"], second["worker"]) == ("box:1", "box:2")
    cpu, memory = first["metrics"]
    dates = [(told["from_date"] + 60 * minute) * 1_000 for minute in range(3)]
    assert (cpu["metric"], cpu["variant"], cpu["dates"]) == ("cpu_usage", None, dates)
    assert cpu["stats"] == [
        {"aggregation": "avg", "values": [15.0, 15.5, 16.0]},
        {"aggregation": "max", "values": [20.0, 20.0, 20.0]},
    ]
    assert memory["stats"] == [{"aggregation": "avg", "values": [50.0] * 3}]
    assert [one["stats"][0]["values"] for one in second["metrics"]] == [[5.0, 0, 0]]
    split = await agent("workers.get_stats", **told, items=items[:1], split_by_variant=True, worker_ids=["box:1"])
    assert [one["variant"] for one in split["workers"][0]["metrics"]] == ["0", "1"]
    assert await agent("workers.get_stats", **told, items=items, worker_ids=["nobody"]) == {"workers": []}
    many = [f"box:{number}" for number in range(20_001)]
    for wanted, names in ((items, many), ([{"key": name} for name in many[:200]], many[:101])):
        assert await agent.refused("workers.get_stats", **told, items=wanted, worker_ids=names) == (400, 12)


async def test_how_many_agents_there_were_is_told_by_parts_of_a_time(agent: Caller, told: dict[str, int]) -> None:
    report = await agent("workers.get_activity_report", **told)
    assert (report["total"]["counts"], report["active"]["counts"]) == ([3, 1, 1], [1, 1, 1])
    assert len((await agent("workers.get_activity_report", **told | {"interval": 1}))["total"]["dates"]) == 5
    for wrong in ({"to_date": told["from_date"]}, {"interval": 0}, {"from_date": -1}, {"to_date": 1e30}):
        assert await agent.refused("workers.get_activity_report", **told | wrong) == (400, 12), wrong


async def test_how_tasks_waited_is_told(any_house: House, agent: Caller, queue: str) -> None:
    began = any_house.clock.now() // 1_000_000
    for _ in range(2):
        await agent("tasks.enqueue", task=await agent.task(), queue=queue)
    any_house.clock.forward(100)
    entry = (await agent("queues.get_next_task", queue=queue))["entry"]
    await agent("tasks.started", task=entry["task"])
    any_house.clock.forward(100)
    time = {"from_date": began, "to_date": began + 300, "interval": 150}
    [told] = (await agent("queues.get_queue_metrics", **time, queue_ids=[queue]))["queues"]
    assert (told["queue"], told["queue_lengths"], told["dates"]) == (
        queue,
        [2, 1],
        [began * 1_000, (began + 150) * 1_000],
    )
    first, second = told["avg_waiting_times"]
    assert 90 < first < 160 and 180 < second < 290
    assert (await any_house.caller("max")("queues.get_queue_metrics", **time))["queues"] == []
    assert await agent.refused("queues.get_queue_metrics", **time, queue_ids=["0" * 32]) == (400, 701)
