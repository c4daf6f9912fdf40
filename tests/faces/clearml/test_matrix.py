"""Every word about a task's life in every status, without force and with it."""

from __future__ import annotations

import pytest

from tests.faces.clearml.house import Caller

pytestmark = pytest.mark.anyio

STATUSES = (
    *("created", "queued", "in_progress", "stopped", "closed"),
    *("failed", "completed", "publishing", "published", "unknown"),
)
# The status after each call by the status before it; a dash: 400/110, an exclamation mark: 500/1, a star: 400/123.
MATRIX = {
    "started": "in_progress in_progress in_progress in_progress - - in_progress - - !",
    "stop": "- stopped stopped stopped stopped stopped - - - !",
    "stopped": "- stopped stopped stopped stopped stopped - - - !",
    "failed": "- - failed failed failed failed - - - !",
    "completed": "- - completed completed - - completed - - !",
    "close": "- - - closed closed - - - - !",
    "publish": "- - - published published published published published - !",
    "reset": "created created created created created created created - - !",
    "enqueue": "queued queued - queued - queued - - - !",
    "dequeue": "created created created stopped closed failed completed publishing published unknown",
    "delete": "gone * * * * * * * * *",
}
FORCED = {
    "started": "in_progress",
    "stop": "stopped",
    "stopped": "stopped",
    "failed": "failed",
    "completed": "completed",
    "close": "closed",
    "publish": "published",
    "reset": "created",
    "enqueue": "queued",
    "delete": "gone",
}
ARCHIVED = [
    "created",
    "created",
    "stopped",
    "stopped",
    "closed",
    "failed",
    "completed",
    "publishing",
    "published",
    "unknown",
]
CODES = {"-": (400, 110), "!": (500, 1), "*": (400, 123)}


def cells() -> list[tuple[str, str, str]]:
    return [
        (call, before, after)
        for call, row in MATRIX.items()
        for before, after in zip(STATUSES, row.split(), strict=True)
    ]


async def said(mia: Caller, call: str, id_: str, **more: object) -> tuple[int, int]:
    return (await mia.ask(f"tasks.{call}", {"task": id_, **more})).code


async def standing(mia: Caller, id_: str) -> str:
    found = await mia.ask("tasks.get_by_id", {"task": id_})
    return "gone" if found.code == (400, 101) else str(found.data["task"]["status"])


@pytest.mark.parametrize("call", MATRIX)
async def test_a_word_counts_where_the_status_allows_it(mia: Caller, call: str) -> None:
    queue = (await mia("queues.create", name="a queue"))["id"]
    for name, before, after in cells():
        if name != call:
            continue
        id_ = await mia.task(status=before)
        more = {"queue": queue} if call == "enqueue" else {}
        code = await said(mia, call, id_, **more)
        assert code == CODES.get(after, (200, 0)), (call, before)
        assert await standing(mia, id_) == (before if after in CODES else after), (call, before)


@pytest.mark.parametrize("call", FORCED)
async def test_force_counts_in_every_status(mia: Caller, call: str) -> None:
    queue = (await mia("queues.create", name="a queue"))["id"]
    for before in STATUSES:
        id_ = await mia.task(status=before)
        more = {"queue": queue} if call == "enqueue" else {}
        assert await said(mia, call, id_, force=True, **more) == (200, 0), (call, before)
        assert await standing(mia, id_) == FORCED[call], (call, before)


async def test_what_is_put_away_is_out_of_the_line_and_stopped(mia: Caller) -> None:
    for before, after in zip(STATUSES, ARCHIVED, strict=True):
        id_ = await mia.task(status=before, system_tags=["mine"])
        await mia("tasks.archive", tasks=[id_])
        task = await mia.get(id_)
        assert (task["status"], task["system_tags"]) == (after, ["archived", "mine"]), before
        assert (await mia("tasks.unarchive_many", ids=[id_]))["failed"] == []
        assert (await mia.get(id_))["system_tags"] == ["mine"]


@pytest.mark.parametrize(
    ("call", "body", "plain", "forced"),
    [
        ("edit", {"comment": "new"}, {"created"}, set(STATUSES)),
        ("update", {"comment": "new"}, set(STATUSES), None),
        ("set_requirements", {"requirements": {"pip": "x"}}, set(STATUSES), None),
        (
            "edit_hyper_params",
            {"hyperparams": [{"section": "General", "name": "a", "value": "1"}]},
            {"created"},
            {"created", "queued", "in_progress"},
        ),
        (
            "edit_hyper_params",
            {"hyperparams": [{"section": "properties", "name": "a", "value": "1"}]},
            set(STATUSES),
            None,
        ),
        (
            "edit_configuration",
            {"configuration": [{"name": "a", "value": "1"}]},
            {"created"},
            {"created", "queued", "in_progress"},
        ),
        (
            "add_or_update_artifacts",
            {"artifacts": [{"key": "a", "type": "custom"}]},
            {"created", "queued", "in_progress"},
            set(STATUSES),
        ),
        ("edit_runtime", {"runtime": {"a": 1}}, {"created", "queued", "in_progress"}, set(STATUSES)),
    ],
)
async def test_what_a_task_holds_changes_where_its_status_allows_it(
    mia: Caller, call: str, body: dict[str, object], plain: set[str], forced: set[str] | None
) -> None:
    for status in STATUSES:
        id_ = await mia.task(status=status)
        code = await said(mia, call, id_, **body)
        wrong = (500, 1) if status == "unknown" else (400, 110)
        assert code == ((200, 0) if status in plain else wrong), (call, status)
        if forced is not None:
            code = await said(mia, call, id_, force=True, **body)
            assert code == ((200, 0) if status in forced else wrong), (call, status)
        assert await standing(mia, id_) == status


async def test_any_status_may_be_set_from_any(mia: Caller) -> None:
    for before in STATUSES:
        id_ = await mia.task()
        for after in STATUSES:
            await mia("tasks.edit", task=id_, status=before, force=True)
            await mia("tasks.edit", task=id_, status=after, force=True)
            assert await standing(mia, id_) == after, (before, after)
