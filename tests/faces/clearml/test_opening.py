"""What is public is seen by whoever is in the house, and changed by nobody."""

from __future__ import annotations

import pytest

from tests.faces.clearml.house import House

pytestmark = pytest.mark.anyio


async def test_a_public_task_is_seen_by_all_and_changed_by_nobody(any_house: House) -> None:
    mia, max_, vera = (any_house.caller(name) for name in ("mia", "max", "vera"))
    id_ = await mia.task(status="in_progress")
    await mia("events.add", type="training_stats_scalar", task=id_, metric="m", variant="v", iter=1, value=2.0)
    assert await mia.refused("tasks.make_private", ids=[id_]) == (400, 101)
    assert await max_.refused("tasks.make_public", ids=[id_]) == (400, 101)
    assert await mia.refused("tasks.make_public", ids=[]) == (400, 12)
    assert await mia.refused("tasks.make_public", ids=[id_, "0" * 32]) == (400, 101)
    assert (await max_("tasks.get_all_ex", id=[id_]))["tasks"] == [], "all or none"
    assert await mia("tasks.make_public", ids=[id_, id_]) == {"updated": 1}
    for caller in (mia, max_, vera):
        assert (await caller.get(id_))["status"] == "in_progress"
        assert [one["id"] for one in (await caller("tasks.get_all"))["tasks"]] == [id_]
        assert (await caller("events.scalar_metrics_iter_histogram", task=id_))["m"]["v"]["y"] == [2.0]
        for action in ("stopped", "edit", "delete", "reset", "make_public", "make_private"):
            if caller is mia and action.startswith("make"):
                continue
            body = {"ids": [id_]} if action.startswith("make") else {"task": id_, "force": True}
            assert await caller.refused(f"tasks.{action}", **body) == (403, 21), (action, caller)
    late = {"type": "training_stats_scalar", "task": id_, "metric": "m", "variant": "v", "iter": 2, "value": 2.0}
    assert await mia.refused("events.add", **late) == (400, 131)
    assert await mia.refused("tasks.make_public", ids=[id_]) == (400, 101)
    assert await mia("tasks.make_private", ids=[id_]) == {"updated": 1}
    assert await max_.refused("tasks.get_by_id", task=id_) == (400, 101)
    await mia("tasks.stopped", task=id_)


async def test_a_public_model_is_seen_by_all_and_changed_by_nobody(any_house: House) -> None:
    mia, max_ = any_house.caller("mia"), any_house.caller("max")
    id_ = (await mia("models.create", name="net", uri="s3://bucket/net"))["id"]
    assert await mia.refused("models.make_private", ids=[id_]) == (400, 201)
    assert await max_.refused("models.make_public", ids=[id_]) == (400, 201)
    assert await mia("models.make_public", ids=[id_]) == {"updated": 1}
    assert (await max_("models.get_by_id", model=id_))["model"]["name"] == "net"
    assert [one["id"] for one in (await max_("models.get_all"))["models"]] == [id_]
    for caller in (mia, max_):
        assert await caller.refused("models.edit", model=id_, name="other") == (403, 21)
        assert await caller.refused("models.delete", model=id_, force=True) == (403, 21)
    assert await mia("models.make_private", ids=[id_]) == {"updated": 1}
    assert (await max_("models.get_all"))["models"] == []
    await mia("models.delete", model=id_, force=True)
