"""Reports read one by one, step by step, or for several tasks at once, and a log that is cleared or fetched whole."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jobyard.faces.clearml.routes import log as routes
from tests.faces.clearml.house import Caller
from tests.faces.clearml.telling import SINGLE, added, log, scalar

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("kind", ["training_debug_image", "plot"])
async def test_pictures_and_plots_are_walked_through_both_ways(running: tuple[Caller, str], kind: str) -> None:
    mia, id_ = running
    asked = {"metrics": [{"task": id_}], "iters": 2}
    shows = "events.debug_images" if kind == "training_debug_image" else "events.plots"
    told = {"type": kind, "task": id_}
    assert (await mia(shows, **asked))["metrics"] == [{"task": id_, "iterations": []}]
    assert await mia.refused(shows, metrics=[{"task": id_}] * 1_001, iters=1) == (400, 12)
    events = [
        {**told, "metric": metric, "variant": "v", "iter": number, "url": f"{metric}{number}", "plot_str": "{}"}
        for number in range(5)
        for metric in ("one", "two")
    ]
    await added(mia, *events)
    scroll: str | None = None

    async def part(**more: Any) -> list[int]:
        nonlocal scroll
        answer = await mia(shows, **asked, scroll_id=scroll, **more)
        scroll = answer["scroll_id"]
        [shown] = answer["metrics"]
        assert all(len(one["events"]) == 2 for one in shown["iterations"])
        return [one["iter"] for one in shown["iterations"]]

    assert [await part() for _ in range(4)] == [[4, 3], [2, 1], [0], []]
    assert [await part(navigate_earlier=False) for _ in range(3)] == [[2, 1], [4, 3], []]
    assert await part() == [2, 1]
    await added(mia, *({**one, "iter": 9, "url": f"{one['metric']} 9"} for one in events[:2]))
    assert [await part(), await part(refresh=True)] == [[0], [9, 4]]


async def test_a_picture_that_was_written_over_is_none(running: tuple[Caller, str]) -> None:
    mia, id_ = running
    told = {"type": "training_debug_image", "task": id_, "metric": "m"}
    await added(mia, *({**told, "variant": "a", "iter": number, "url": f"a{number % 3}"} for number in range(8)))
    await added(mia, *({**told, "variant": "b", "iter": number} for number in range(2)))
    sample = {"task": id_, "metric": "m", "variant": "a"}
    shown = await mia("events.get_debug_image_sample", **sample)
    assert (shown["event"]["url"], shown["min_iteration"], shown["max_iteration"]) == ("a1", 5, 7)
    assert (await mia("events.get_debug_image_sample", **sample, iteration=4))["event"] is None
    assert (await mia("events.get_debug_image_sample", **sample, iteration=6))["event"]["url"] == "a0"
    all_ = await mia("events.debug_images", metrics=[{"task": id_, "metric": "m"}], iters=10)
    assert [one["iter"] for one in all_["metrics"][0]["iterations"]] == [7, 6, 5, 1, 0]
    assert (await mia("events.get_task_events", task=id_, event_type="training_debug_image"))["total"] == 10
    assert (await mia("events.get_debug_image_sample", **{**sample, "metric": "x"}))["event"] is None
    assert await mia.refused("events.next_debug_image_sample", task=id_, scroll_id="x") == (400, 12)
    assert await mia.refused("events.get_debug_image_sample", **sample, iteration=2**61) == (400, 12)


async def test_one_steps_from_picture_to_picture_and_from_plot_to_plot(running: tuple[Caller, str]) -> None:
    mia, id_ = running
    names = [("one", "a"), ("one", "b"), ("two", "c")]
    for kind in ("training_debug_image", "plot"):
        told = {"type": kind, "task": id_}
        await added(
            mia,
            *(
                {**told, "metric": metric, "variant": variant, "iter": at, "url": f"{variant}{at}", "plot_str": "{}"}
                for at in range(2)
                for metric, variant in names
            ),
        )
    scroll = ""

    async def stands(action: str, **asked: Any) -> str:
        nonlocal scroll
        answer = await mia(f"events.{action}", task=id_, scroll_id=scroll, **asked)
        scroll = answer["scroll_id"]
        events = answer["events"] if "events" in answer else [answer["event"]]
        return " ".join(f"{one['variant']}{one['iter']}" for one in events if one)

    later = {"navigate_earlier": False}
    assert await stands("get_debug_image_sample", metric="one", variant="a") == "a1"
    steps = [later, later, {}, {}, {}, {}, {"next_iteration": True, **later}]
    assert [await stands("next_debug_image_sample", **one) for one in steps] == ["b1", "", "a1", "b0", "a0", "", "a1"]
    everywhere = {"metric": "one", "variant": "b", "navigate_current_metric": False}
    assert await stands("get_debug_image_sample", **everywhere) == "b1"
    assert [await stands("next_debug_image_sample", **one) for one in (later, later, {"next_iteration": True})] == [
        *("c1", "", "c0")
    ]
    assert await stands("get_plot_sample", metric="one") == "a1 b1"
    assert [await stands("next_plot_sample", **one) for one in (later, {}, {})] == ["", "a0 b0", ""]
    assert await stands("get_plot_sample", metric="one", navigate_current_metric=False) == "a1 b1"
    steps = [later, {}, {}, {"next_iteration": True}, {"next_iteration": True, **later}]
    assert [await stands("next_plot_sample", **one) for one in steps] == ["c1", "a1 b1", "c0", "", "a1 b1"]


async def test_values_are_read_as_they_were_told(running: tuple[Caller, str]) -> None:
    mia, id_ = running
    await added(
        mia, *(scalar(id_, number or SINGLE, float(number), variant=name) for name in "ab" for number in (0, 1, 2))
    )
    asked = {"task": id_, "metric": {"metric": "loss", "variants": ["a"]}}
    part = await mia("events.scalar_metrics_iter_raw", **asked, batch_size=2, count_total=True)
    assert (part["variants"], part["total"]) == ({"a": {"iter": [SINGLE, 1], "y": [0.0, 1.0]}}, 3)
    part = await mia("events.scalar_metrics_iter_raw", **asked, scroll_id=part["scroll_id"], key="timestamp")
    assert (part["variants"], part["total"]) == ({"a": {"timestamp": [1_700_000_000_002], "y": [2.0]}}, None)
    part = await mia("events.scalar_metrics_iter_raw", **asked, scroll_id=part["scroll_id"])
    assert (part["returned"], part["variants"]) == (0, {})
    assert await mia.refused("events.scalar_metrics_iter_raw", **asked, batch_size=0) == (400, 12)
    told = await mia("events.get_scalar_metric_data", task=id_, metric="loss")
    assert (told["returned"], told["total"], told["events"][0]["iter"]) == (6, 6, SINGLE)
    latest = await mia("events.get_task_latest_scalar_values", task=id_)
    [loss] = latest["metrics"]
    assert (latest["last_iter"], latest["status"], loss["name"]) == (2, "in_progress", "loss")
    assert [(one["name"], one["last_value"], one["last_100_value"]) for one in loss["variants"]] == [
        *(("a", 2.0, 1.5), ("b", 2.0, 1.5))
    ]
    only = {"tasks": [id_], "metrics": [{"metric": "loss", "variants": ["b"]}]}
    [single] = (await mia("events.get_task_single_value_metrics", **only))["tasks"]
    assert [one["variant"] for one in single["values"]] == ["b"]


async def test_vectors_and_the_names_of_axes_come_back(running: tuple[Caller, str]) -> None:
    mia, id_ = running
    vector = {"type": "training_stats_vector", "task": id_, "metric": "weights", "variant": "v"}
    await added(mia, *({**vector, "iter": number, "values": [number, 0.5]} for number in (1, 0)))
    found = await mia("events.vector_metrics_iter_histogram", task=id_, metric="weights", variant="v")
    assert (found["iterations"], found["vectors"]) == ([0, 1], [[0.0, 0.5], [1.0, 0.5]])
    assert found["images"][0]["values"] == [0.0, 0.5]
    names = (await mia("events.get_vector_metrics_and_variants", task=id_))["metrics"]
    assert names == [{"metric": "weights", "variants": ["v"]}]
    await added(mia, scalar(id_, 1, 1.0, x_axis_label="epoch"), scalar(id_, 2, 2.0))
    assert (await mia("events.scalar_metrics_iter_histogram", task=id_))["loss"]["train"]["x_axis_label"] == "epoch"
    kept = [one for named in (await mia.get(id_))["last_metrics"].values() for one in named.values()]
    assert [one["x_axis_label"] for one in kept] == ["epoch"]


async def test_pieces_of_the_log_tell_of_metrics_and_are_cleared(running: tuple[Caller, str]) -> None:
    mia, id_ = running
    await added(mia, *({**log(id_, number, f"line {number}"), "iter": number} for number in range(4)))
    await added(mia, *({**log(id_, 0, "line 0"), "metric": "m", "variant": variant} for variant in "vw"))
    told = await mia("events.get_task_log", task=id_)
    assert (told["total"], [one["iter"] for one in told["events"]][:4]) == (6, [3, 2, 1, 0])
    for metrics, count in (([{"metric": "m"}], 2), ([{"metric": "m", "variants": ["w"]}], 1), ([{"metric": "x"}], 0)):
        for earlier in (True, False):
            told = await mia("events.get_task_log", task=id_, metrics=metrics, navigate_earlier=earlier)
            assert (told["total"], told["returned"]) == (count, count)
    found = (await mia("events.get_task_metrics", tasks=[id_], event_type="log"))["metrics"]
    assert found == [{"task": id_, "metrics": ["m"]}]
    assert await mia("events.clear_task_log", task=id_, threshold_sec=10**9) == {"deleted": 6}
    await added(mia, log(id_, 1, "x"), {**log(id_, 2, "y"), "metric": "m"}, {**log(id_, 3, "z"), "metric": "n"})
    assert await mia("events.clear_task_log", task=id_, exclude_metrics=["m", "n"]) == {"deleted": 1}
    assert await mia("events.clear_task_log", task=id_, include_metrics=["n"]) == {"deleted": 1}
    await mia("tasks.edit", task=id_, status="published", force=True)
    assert await mia.refused("events.clear_task_log", task=id_) == (400, 110)
    assert await mia("events.clear_task_log", task=id_, allow_locked=True) == {"deleted": 1}
    assert await mia.refused("events.clear_task_log", task=id_, threshold_sec=-1) == (400, 12)


async def test_the_log_is_a_file_and_a_list_of_events(running: tuple[Caller, str]) -> None:
    mia, id_ = running
    await added(mia, *(log(id_, number * 1_000, f"line {number}") for number in range(1_005)))
    answer = await mia.ask("events.download_task_log", {"task": id_, "line_type": "text"})
    assert answer.headers["content-disposition"] == f'attachment; filename="task_{id_}.log"'
    lines = answer.body.decode().splitlines()
    assert len(lines) == 1_005
    assert lines[1_004] == "1970-01-01T00:16:44.000000+00:00 laptop INFO line 1004"
    short = await mia.ask("events.download_task_log", {"task": id_, "line_format": "{level}:{msg} {0} {msg.x}"})
    assert short.body.splitlines()[0] == b"INFO:line 0 {0} {msg.x}"
    listed = await mia.ask("events.download_task_log", {"task": id_, "line_type": "json"})
    assert [one["msg"] for one in json.loads(listed.body)] == [f"line {number}" for number in range(1_005)]
    parts, scroll = list[str](), None
    while True:
        part = await mia("events.get_task_events", task=id_, event_type="log", batch_size=500, scroll_id=scroll)
        if not part["returned"]:
            break
        parts, scroll = parts + [one["msg"] for one in part["events"]], part["scroll_id"]
    assert parts == [f"line {number}" for number in range(1_005)] and part["total"] == 1_005
    assert await mia.refused("events.download_task_log", task="0" * 32) == (400, 101)


async def test_a_form_makes_no_more_of_the_log_than_it_is(
    running: tuple[Caller, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    mia, id_ = running
    await added(mia, {**log(id_, 1, "long" * 1_000), "worker": "{msg}"})
    asked = {"task": id_, "line_format": "{worker}" * 100}
    assert (await mia.ask("events.download_task_log", asked)).body == b"{msg}" * 100 + b"\n"
    monkeypatch.setattr(routes, "_WHOLE", 50_000)
    assert not (await mia.ask("events.download_task_log", {**asked, "line_format": "{msg}" * 100})).body
    assert await mia.refused("events.download_task_log", task=id_, line_format="x" * 1_001) == (400, 12)


async def test_plots_and_metrics_of_several_tasks_stand_together(running: tuple[Caller, str]) -> None:
    mia, id_ = running
    other = await mia.task(name="other", status="in_progress")
    plot = {"type": "plot", "variant": "v"}
    told = [(id_, "a", 1), (id_, "a", 2), (other, "a", 5), (other, "b", 1)]
    events = [{**plot, "task": task, "metric": metric, "iter": at, "plot_str": f"{at}"} for task, metric, at in told]
    await added(mia, *events, scalar(id_, 1, 1.0))
    answer = await mia("events.get_multi_task_plots", tasks=[id_, other])
    assert (list(answer["plots"]), answer["returned"]) == (["a", "b"], 3)
    assert list(answer["plots"]["a"]["v"][id_]) == ["2"]
    assert answer["plots"]["a"]["v"][other]["5"]["name"] == "other"
    assert answer["plots"]["a"]["v"][other]["5"]["plots"][0]["plot_str"] == "5"
    only = await mia("events.get_multi_task_plots", tasks=[id_, other], metrics=[{"metric": "b"}], iters=3)
    assert list(only["plots"]) == ["b"]
    more = await mia("events.get_multi_task_plots", tasks=[id_, other], scroll_id=answer["scroll_id"])
    assert more["plots"] == {}
    found = (await mia("events.get_multi_task_metrics", tasks=[id_, other], event_type="plot"))["metrics"]
    assert found == [{"metric": "a", "variants": ["v"]}, {"metric": "b", "variants": ["v"]}]
    assert len((await mia("events.get_multi_task_metrics", tasks=[id_, other]))["metrics"]) == 3
