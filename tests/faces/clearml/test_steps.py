"""Pipelines and their steps."""

from __future__ import annotations

import pytest

from tests.faces.clearml.house import Caller

pytestmark = pytest.mark.anyio


async def test_the_steps_of_a_pipeline_go_with_it_where_that_is_wanted(mia: Caller) -> None:
    pipeline = await mia.task(type="controller", system_tags=["pipeline"])
    steps = [await mia.task(parent=pipeline, system_tags=["pipeline"]) for _ in range(3)]
    parent = await mia.task()
    child = await mia.task(parent=parent)
    also = {"include_pipeline_steps": True}

    async def statuses(*ids: str) -> list[str]:
        return [await mia.status(id_) for id_ in ids]

    async def archived(*ids: str) -> list[bool]:
        return ["archived" in (await mia.get(id_))["system_tags"] for id_ in ids]

    await mia("tasks.enqueue_many", ids=[pipeline, *steps[:2], parent, child], queue_name="line")
    await mia("tasks.stop", task=pipeline, **also)
    await mia("tasks.stop_many", ids=[parent], **also)
    assert await statuses(pipeline, *steps) == ["stopped", "stopped", "stopped", "created"]
    assert await statuses(parent, child) == ["stopped", "queued"]
    await mia("tasks.archive", tasks=[pipeline, parent], **also)
    assert await archived(pipeline, *steps, parent, child) == [True, True, True, True, True, False]
    await mia("tasks.unarchive_many", ids=[pipeline], **also)
    await mia("tasks.archive_many", ids=[pipeline])
    assert await archived(pipeline, *steps) == [True, False, False, False]
    assert (await mia("tasks.delete", task=pipeline, force=True, **also))["deleted"] is True
    left = (await mia("tasks.get_all", id=[pipeline, *steps]))["tasks"]
    assert left == [] and await mia.status(child) == "queued"
