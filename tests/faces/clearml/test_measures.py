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


async def test_what_agents_tell_of_their_machines_is_told_by_parts_of_a_time(
    any_house: House, agent: Caller, queue: str
) -> None:
    task, began = await agent.task("runs", status="in_progress"), any_house.clock.now() // 1_000_000
    for minute in range(3):
        for name, machine in (
            ("box:1", {"cpu_usage": [10 + minute, 20], "memory_used": 50}),
            ("box:2", {"cpu_usage": [5]}),
        ):
            if minute == 0 or name == "box:1":
                body = {"worker": name, "timestamp": (began + 60 * minute) * 1_000, "machine_stats": machine}
                await agent("workers.status_report", **body, task=task if name == "box:1" else None)
    odd = {"cpu_usage": "much", "gpu": [None, True, {}], "": 1, "x" * 200: 1}
    await agent("workers.status_report", worker="box:3", timestamp=began * 1_000, machine_stats=odd)
    told = (await agent("workers.get_metric_keys", worker_ids=["box:1", "box:2"]))["categories"]
    assert told == [
        {"name": "cpu", "metric_keys": ["cpu_usage"]},
        {"name": "memory", "metric_keys": ["memory_used"]},
    ]
    assert await agent.refused("workers.get_metric_keys", worker_ids=["box:3"]) == (400, 1005)
    time = {"from_date": began, "to_date": began + 180, "interval": 60}
    items = [{"key": "cpu_usage", "aggregation": kind} for kind in ("avg", "max")] + [{"key": "memory_used"}]
    first, second = (await agent("workers.get_stats", **time, items=items))["workers"]
    assert (first["worker"], second["worker"]) == ("box:1", "box:2")
    cpu, memory = first["metrics"]
    assert (cpu["metric"], cpu["variant"], cpu["dates"]) == (
        "cpu_usage",
        None,
        [(began + 60 * minute) * 1_000 for minute in range(3)],
    )
    assert cpu["stats"] == [
        {"aggregation": "avg", "values": [15.0, 15.5, 16.0]},
        {"aggregation": "max", "values": [20.0, 20.0, 20.0]},
    ]
    assert memory["stats"] == [{"aggregation": "avg", "values": [50.0] * 3}]
    assert [one["stats"][0]["values"] for one in second["metrics"]] == [[5.0, 0, 0]]
    split = await agent("workers.get_stats", **time, items=items[:1], split_by_variant=True, worker_ids=["box:1"])
    assert [one["variant"] for one in split["workers"][0]["metrics"]] == ["0", "1"]
    assert (await agent("workers.get_stats", **time, items=items, worker_ids=["nobody"])) == {"workers": []}
    report = await agent("workers.get_activity_report", **time)
    assert (report["total"]["counts"], report["active"]["counts"]) == ([3, 1, 1], [1, 1, 1])
    assert len((await agent("workers.get_activity_report", **time | {"interval": 1}))["total"]["dates"]) == 5
    assert await agent.refused("workers.get_activity_report", **time | {"to_date": began}) == (400, 12)
    assert await agent.refused("workers.get_activity_report", **time | {"interval": 0}) == (400, 12)
    any_house.clock.forward(31 * 86_400)
    await any_house.experiments.keeping.round()
    assert await agent.refused("workers.get_metric_keys", worker_ids=["box:1"]) == (400, 1005)


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
    assert [round(one, -1) for one in told["avg_waiting_times"]] == [120, 200]
    assert (await any_house.caller("max")("queues.get_queue_metrics", **time))["queues"] == []
    assert await agent.refused("queues.get_queue_metrics", **time, queue_ids=["0" * 32]) == (400, 701)
