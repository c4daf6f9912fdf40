"""What programs report, and how it is read."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from tests.faces.clearml.house import Caller
from tests.faces.clearml.telling import SINGLE, added, log, scalar

pytestmark = pytest.mark.anyio


async def test_the_last_least_greatest_and_first_value_stand_on_the_task(running: tuple[Caller, str]) -> None:
    mia, id_ = running
    await added(mia, scalar(id_, 1, 5.0), scalar(id_, 2, 1.0), scalar(id_, 3, 9.0))
    await added(
        mia, scalar(id_, 4, 3.0), scalar(id_, 7, 2.0, ":monitor:gpu"), scalar(id_, SINGLE, 0.9, "Summary", "acc")
    )
    task = await mia.get(id_)
    kept = {(one["metric"], one["variant"]): one for named in task["last_metrics"].values() for one in named.values()}
    loss = kept["loss", "train"]
    assert [loss[name] for name in ("value", "min_value", "max_value", "first_value", "mean_value", "count")] == [
        *(3.0, 1.0, 9.0, 5.0, 4.5, 4)
    ]
    assert (loss["min_value_iteration"], loss["max_value_iteration"], loss["first_value_iteration"]) == (2, 3, 1)
    assert kept["Summary", "acc"]["value"] == 0.9 and task["last_iteration"] == 4


async def test_the_same_place_is_replaced_and_a_batch_that_comes_twice_counts_once(running: tuple[Caller, str]) -> None:
    mia, id_ = running
    batch = [scalar(id_, number, float(number)) for number in range(10)] + [
        log(id_, number, "x") for number in range(5)
    ]
    assert (await added(mia, *batch), await added(mia, *batch)) == (15, 15)
    await added(mia, scalar(id_, 3, 30.0), scalar(id_, 3, 31.0), scalar(id_, 12, 1.0))
    curve = (await mia("events.scalar_metrics_iter_histogram", task=id_))["loss"]["train"]
    assert curve["x"] == [*range(10), 12] and curve["y"][3] == 31.0
    events = await mia("events.get_task_events", task=id_, event_type="training_stats_scalar")
    assert (events["total"], events["returned"]) == (11, 11)
    assert (await mia("events.get_task_log", task=id_))["total"] == 5
    mean = next(iter(next(iter((await mia.get(id_))["last_metrics"].values())).values()))["mean_value"]
    assert math.isclose(mean, round((sum(range(10)) - 3 + 31 + 1) / 11, 2))


async def test_a_long_curve_is_thinned_to_means(running: tuple[Caller, str]) -> None:
    mia, id_ = running
    await added(mia, *(scalar(id_, number, float(number % 10)) for number in range(2_500)))
    curve = (await mia("events.scalar_metrics_iter_histogram", task=id_, samples=100))["loss"]["train"]
    assert len(curve["x"]) == 100 and curve["x"] == sorted(curve["x"])
    assert 0 <= curve["x"][0] < 25 and 2_475 <= curve["x"][-1] < 2_500
    assert all(4 <= value <= 5 for value in curve["y"])
    whole = (await mia("events.scalar_metrics_iter_histogram", task=id_, samples=5_000))["loss"]["train"]
    assert whole["x"] == list(range(2_500))
    by_time = await mia("events.scalar_metrics_iter_histogram", task=id_, samples=10, key="timestamp")
    assert by_time["loss"]["train"]["x"][0] >= 1_700_000_000_000
    by_text = await mia("events.scalar_metrics_iter_histogram", task=id_, samples=10, key="iso_time")
    assert by_text["loss"]["train"]["x"][0].startswith("2023-11-14T22:13")
    only = await mia("events.scalar_metrics_iter_histogram", task=id_, metrics=[{"metric": "other"}])
    assert only == {}
    assert await mia.refused("events.scalar_metrics_iter_histogram", task=id_, samples=0) == (400, 12)


async def test_values_told_once_are_no_curve(running: tuple[Caller, str]) -> None:
    mia, id_ = running
    await added(mia, scalar(id_, SINGLE, 0.5, "Summary", "acc"), scalar(id_, SINGLE, 0.9, "Summary", "acc"))
    assert await mia("events.scalar_metrics_iter_histogram", task=id_) == {}
    [told] = (await mia("events.get_task_single_value_metrics", tasks=[id_]))["tasks"]
    assert (told["task"], told["task_name"]) == (id_, "a task")
    assert [(one["metric"], one["variant"], one["value"]) for one in told["values"]] == [("Summary", "acc", 0.9)]
    assert (await mia.get(id_))["last_iteration"] == 0


async def test_several_tasks_are_compared(running: tuple[Caller, str]) -> None:
    mia, id_ = running
    other = await mia.task(name="other", status="in_progress")
    await added(mia, scalar(id_, 1, 1.0), scalar(other, 1, 2.0))
    found = await mia("events.multi_task_scalar_metrics_iter_histogram", tasks=[id_, other])
    assert {task: curve["y"] for task, curve in found["metrics"]["loss"]["train"].items()} == {id_: [1.0], other: [2.0]}
    assert found["metrics"]["loss"]["train"][other]["name"] == "other"
    assert await mia.refused("events.multi_task_scalar_metrics_iter_histogram", tasks=["x"] * 101) == (400, 12)
    found = await mia("events.get_scalar_metrics_and_variants", task=id_)
    assert found == {"metrics": {"loss": ["train"]}}
    assert (await mia("events.get_task_metrics", tasks=[id_]))["metrics"] == [{"task": id_, "metrics": ["loss"]}]


async def test_the_log_is_read_from_its_end_and_onwards(running: tuple[Caller, str]) -> None:
    mia, id_ = running
    await added(mia, *(log(id_, 1_000 + number, f"line {number}") for number in range(10)))
    newest = await mia("events.get_task_log", task=id_, batch_size=3)
    assert [one["msg"] for one in newest["events"]] == ["line 9", "line 8", "line 7"] and newest["total"] == 10
    earlier = await mia("events.get_task_log", task=id_, batch_size=3, from_timestamp=1_007, order="asc")
    assert [one["msg"] for one in earlier["events"]] == ["line 4", "line 5", "line 6"]
    later = await mia("events.get_task_log", task=id_, batch_size=2, from_timestamp=1_007, navigate_earlier=False)
    assert [one["msg"] for one in later["events"]] == ["line 8", "line 9"]
    first = await mia("events.get_task_log", task=id_, batch_size=2, navigate_earlier=False, order="asc")
    assert [(one["msg"], one["timestamp"], one["worker"]) for one in first["events"]] == [
        ("line 0", 1_000, "laptop"),
        ("line 1", 1_001, "laptop"),
    ]
    assert await mia.refused("events.get_task_log", task=id_, batch_size=0) == (400, 12)


async def test_the_console_holds_any_text(running: tuple[Caller, str]) -> None:
    mia, id_ = running
    text = "tab\t nul\0 ünï \U0001f600 \x1b[31mred\nsecond line"
    await added(mia, log(id_, 1, text))
    assert (await mia("events.get_task_log", task=id_))["events"][0]["msg"] == text


async def test_plots_and_pictures_come_newest_first_and_end(running: tuple[Caller, str]) -> None:
    mia, id_ = running
    plot = {"type": "plot", "task": id_, "metric": "p", "plot_str": json.dumps({"data": ["x"] * 1_000})}
    await added(
        mia, *({**plot, "variant": "v", "iter": number} for number in range(5)), {**plot, "variant": "w", "iter": 0}
    )
    found = await mia("events.get_task_plots", task=id_, iters=2)
    assert [(one["variant"], one["iter"]) for one in found["plots"]] == [("v", 4), ("v", 3), ("w", 0)]
    assert json.loads(found["plots"][0]["plot_str"])["data"][0] == "x" and found["total"] == 3
    assert (await mia("events.get_task_plots", task=id_, scroll_id=found["scroll_id"]))["plots"] == []
    picture = {"type": "training_debug_image", "task": id_, "metric": "m", "key": "k"}
    await added(
        mia,
        *({**picture, "variant": "a", "iter": number, "url": f"http://x/{number}.png"} for number in range(5)),
        {**picture, "variant": "b", "iter": 1, "url": "http://x/b.png"},
    )
    seen, scroll = list[Any](), None
    asked = {"metrics": [{"task": id_, "metric": "m", "variants": ["a"]}], "iters": 2}
    while True:
        part = await mia("events.debug_images", **asked, scroll_id=scroll)
        [metric] = part["metrics"]
        if not metric["iterations"]:
            break
        seen += [(one["iter"], [event["variant"] for event in one["events"]]) for one in metric["iterations"]]
        scroll = part["scroll_id"]
    assert seen == [(number, ["a"]) for number in (4, 3, 2, 1, 0)]
    both = await mia("events.debug_images", metrics=[{"task": id_}], iters=10)
    assert [len(one["events"]) for one in both["metrics"][0]["iterations"]] == [1, 1, 1, 2, 1]
    assert (await mia("events.plots", metrics=[{"task": id_, "metric": "p"}]))["metrics"][0]["iterations"][0][
        "iter"
    ] == 4


async def test_no_metric_is_passed_over_for_another_that_ended_earlier(running: tuple[Caller, str]) -> None:
    mia, id_ = running
    wanted = {("late", number) for number in range(10, 14)} | {("early", number) for number in range(3)}
    told = {"type": "training_debug_image", "task": id_, "variant": "v"}
    await mia.lines("events.add_batch", *({**told, "metric": metric, "iter": at} for metric, at in sorted(wanted)))
    for metrics in ([{"task": id_}], [{"task": id_, "metric": "late"}, {"task": id_, "metric": "early"}]):
        seen, scroll = list[tuple[str, int]](), None
        for _ in range(9):
            answer = await mia("events.debug_images", metrics=metrics, iters=1, scroll_id=scroll)
            scroll = answer["scroll_id"]
            shown = [event for one in answer["metrics"] for each in one["iterations"] for event in each["events"]]
            seen += [(one["metric"], one["iter"]) for one in shown]
        assert sorted(seen) == sorted(wanted) and len(answer["metrics"]) == len(metrics)


async def test_all_events_are_read_part_by_part(running: tuple[Caller, str]) -> None:
    mia, id_ = running
    await added(mia, *(scalar(id_, number, 1.0, variant=variant) for number in range(7) for variant in "abc"))
    seen, scroll = list[Any](), None
    while True:
        part = await mia("events.get_task_events", task=id_, batch_size=4, scroll_id=scroll)
        assert part["total"] == 21
        if not part["returned"]:
            break
        seen += [(one["variant"], one["iter"]) for one in part["events"]]
        scroll = part["scroll_id"]
    assert seen == [(variant, number) for variant in "abc" for number in range(7)]
    await added(mia, {"type": "training_debug_image", "task": id_, "metric": "m", "variant": "v", "url": "u"})
    every = (await mia("events.get_task_events", task=id_, batch_size=100))["events"]
    assert {one["type"] for one in every} == {"training_stats_scalar", "training_debug_image"} and len(every) == 22


async def test_there_are_as_many_events_as_are_said_to_be(running: tuple[Caller, str]) -> None:
    mia, id_ = running
    shown = {"task": id_, "metric": "m", "variant": "v", "url": "u", "plot_str": "{}"}
    for iterations in ((0, 1), (1, 2), (1, 1)):
        for kind in ("plot", "training_debug_image"):
            await added(mia, *({**shown, "type": kind, "iter": iteration} for iteration in iterations))
    for iteration in (0, 1, SINGLE, 0, SINGLE):
        await added(mia, scalar(id_, iteration, 1.0))
    counts: dict[str | None, int] = {"plot": 3, "training_debug_image": 3, "training_stats_scalar": 2, None: 8}
    for asked, count in counts.items():
        told = await mia("events.get_task_events", task=id_, event_type=asked)
        assert (told["total"], told["returned"]) == (count, count), asked


async def test_what_is_wrong_with_some_harms_no_others(running: tuple[Caller, str]) -> None:
    mia, id_ = running
    done = await mia.task(status="published")
    answer = await mia.lines(
        "events.add_batch",
        scalar(id_, 1, 1.0),
        scalar("0" * 32, 1, 1.0),
        scalar(done, 1, 1.0),
        {**scalar(done, 1, 1.0), "allow_locked": True},
        {"type": "odd", "task": id_},
        {"type": "training_stats_scalar", "task": id_},
        {"type": "log"},
        {"type": "log", "task": id_, "msg": 5},
        scalar(id_, 1, 1.0, metric="nul\0"),
        {**scalar(id_, 1, 1.0), "model_event": True},
    )
    assert answer.data["added"] == 2 and answer.data["errors"] == 8
    assert answer.data["errors_info"]["Invalid task id"] == 1
    assert answer.data["errors_info"]["Task is published"] == 1
    assert await mia.refused("events.add", type="zzz", task=id_) == (400, 131)
    assert (await mia.lines("events.add_batch")).data == {"added": 0, "errors": 0, "errors_info": {}}
    assert (await mia("events.add", **scalar(id_, 5, 2.0)))["added"] == 1


async def test_only_who_may_run_a_task_reports_of_it(running: tuple[Caller, str]) -> None:
    mia, id_ = running
    for name in ("max", "vera"):
        stranger = mia.house.caller(name)
        assert (await stranger.lines("events.add_batch", scalar(id_, 1, 1.0))).code == (400, 131)
        assert await stranger.refused("events.get_task_log", task=id_) == (400, 101)
        assert await stranger.refused("events.scalar_metrics_iter_histogram", task=id_) == (400, 101)
    assert (await mia.get(id_))["last_metrics"] == {}


async def test_models_have_curves_too(running: tuple[Caller, str]) -> None:
    mia, _ = running
    model = (await mia("models.create", name="net", uri="x"))["id"]
    await added(mia, {**scalar(model, 3, 1.5), "model_event": True})
    told = await mia("events.scalar_metrics_iter_histogram", task=model, model_events=True)
    assert told["loss"]["train"]["y"] == [1.5]
    kept = (await mia("models.get_by_id", model=model))["model"]["last_metrics"]
    assert next(iter(next(iter(kept.values())).values()))["value"] == 1.5
    assert (await mia("models.get_by_id", model=model))["model"]["last_iteration"] == 3
    assert await mia.refused("events.delete_for_model", model=model) == (400, 203)
    assert await mia("events.delete_for_model", model=model, allow_locked=True) == {"deleted": True}
    assert await mia("events.scalar_metrics_iter_histogram", task=model, model_events=True) == {}
    assert await mia.house.caller("max").refused("events.delete_for_model", model=model) == (400, 201)


async def test_what_was_reported_goes_with_a_reset_and_with_the_task(running: tuple[Caller, str]) -> None:
    mia, id_ = running

    async def left() -> list[int]:
        names = ("experiment_values", "experiment_series", "experiment_console", "experiment_shown", "experiments")

        class Count:
            def __init__(self, table: str) -> None:
                self.name = table

            def text(self, dialect: str) -> str:
                return f"SELECT count(*) FROM {self.name}"

        counts = [await mia.house.experiments.ground.read(lambda view, n=n: view.rows(Count(n), {})) for n in names]  # type: ignore[misc]
        return [found[0][0] for found in counts]

    async def report() -> None:
        plot = {"type": "plot", "task": id_, "metric": "p", "variant": "v", "iter": 1, "plot_str": "{}"}
        await added(mia, scalar(id_, 1, 1.0), scalar(id_, 2, 1.0), log(id_, 1, "x"), plot)

    await report()
    assert await left() == [2, 2, 1, 1, 1]
    await mia("tasks.reset", task=id_)
    assert await left() == [0, 0, 0, 0, 1]
    task = await mia.get(id_)
    assert (task["last_metrics"], task["last_iteration"]) == ({}, 0) and "started" not in task
    await report()
    assert (await mia("events.delete_for_task", task=id_)) == {"deleted": True}
    assert await left() == [0, 0, 0, 0, 1]
    await report()
    await mia("tasks.delete", task=id_, force=True)
    assert await left() == [0] * 5


async def test_what_was_deleted_as_a_job_is_swept(running: tuple[Caller, str]) -> None:
    mia, id_ = running
    await added(mia, scalar(id_, 1, 1.0))
    child = await mia.task(name="child", parent=id_)
    await mia("tasks.completed", task=id_)
    await mia.house.engine.jobs.delete(mia.house.actor("mia"), id_)
    assert await mia.refused("tasks.get_by_id", task=id_) == (400, 101)
    assert [one["id"] for one in (await mia("tasks.get_all"))["tasks"]] == [child]
    assert await mia.house.experiments.deleting.sweep() == 1
    assert (await mia.get(child))["parent"] == f"__DELETED__{id_}"
