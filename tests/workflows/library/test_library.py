from __future__ import annotations

import os
from functools import partial
from typing import Any, cast

import pytest
from msgspec.structs import replace

from jobyard.engine.schedules.verbs import SchedulesWanted
from jobyard.engine.submission import Submission
from jobyard.job.desk import Ask, Call
from jobyard.job.errors import Conflict, Invalid, NotFound, Refused, TooLarge
from jobyard.job.record import Job
from jobyard.job.schedule import Schedule
from jobyard.people.record import Actor, KeyScope, Role
from jobyard.workflows.library import handed, rows
from jobyard.workflows.library.record import About, Shown, Wanted, Workflow
from jobyard.workflows.refusals import WorkflowBroken, WrongAnswer
from jobyard.workflows.report import Drawn
from tests.workflows.library.yard import TEAM, Yard, document, pieces, who

pytestmark = pytest.mark.anyio
RUN = Submission(kind="", face="native")


async def test_a_workflow_is_kept_with_what_was_found_of_it(yard: Yard) -> None:
    shown = await yard.added(about=About(comments="c", queue="gpu", marks={"x": {"y": 1}}), comment="first")
    again = await yard.library.shown(who("mia"), shown.workflow.id)
    assert again == shown
    assert (again.workflow.owner, again.workflow.project, again.workflow.number) == ("mia", None, 1)
    assert (again.published.number, again.published.file, again.published.about.drawn) == (
        1,
        "flow.yxmd",
        Drawn.WORKFLOW,
    )
    assert yard.kept() == {again.published.package}
    version, report = await yard.library.report(who("mia"), shown.workflow.id)
    assert version == again.published
    assert (report.runs, report.count) == (True, 2)
    [entry] = await yard.library.find(who("mia"), Wanted(name="FLOW"))
    assert (entry.workflow, entry.version) == (again.workflow, again.published)
    assert (await yard.library.find_whole(who("mia"), Wanted())) == [again]


async def test_versions_are_counted_and_one_of_them_is_published(yard: Yard) -> None:
    id_ = (await yard.added()).workflow.id
    second, made = await yard.library.add_version(who("mia"), id_, await yard.received(document((1,), (2,))), "b.yxmd")
    assert (made.number, second.workflow.published, len(second.versions)) == (2, 2, 2)
    third, made = await yard.library.add_version(
        who("mia"), id_, await yard.received(), "c.yxmd", publish=False, change=lambda old: replace(old, name="New")
    )
    assert (made.number, third.workflow.published, third.workflow.name) == (3, 2, "New")
    first = await yard.library.change(who("mia"), id_, lambda old: replace(old.workflow, published=1))
    assert first.published.file == "flow.yxmd"
    for number in (0, 4):
        with pytest.raises(NotFound):
            await yard.library.change(who("mia"), id_, partial(_published, number))
    for package in (third.versions[2].package, "3"):
        assert (await yard.library.report(who("mia"), id_, package))[0] == third.versions[2]
    with pytest.raises(NotFound, match="version"):
        await yard.library.report(who("mia"), id_, "9")


def _published(number: int, shown: Shown) -> Workflow:
    return replace(shown.workflow, published=number)


async def test_what_is_refused_leaves_nothing(yard: Yard) -> None:
    with pytest.raises(WorkflowBroken):
        await yard.added(data=b"no workflow")
    with pytest.raises(Invalid, match="printable"):
        await yard.added(name=" ")
    with pytest.raises(Invalid, match="printable"):
        await yard.added(file="a\nb.yxmd")
    with pytest.raises(NotFound, match="project"):
        await yard.added(project="elsewhere")
    with pytest.raises(Refused, match="for others"):
        await yard.added(owner="max")
    with pytest.raises(NotFound, match="user"):
        await yard.added(by="olga", owner="nobody")
    with pytest.raises(TooLarge):
        await yard.added(data=b" " * 1_000_001)
    with pytest.raises(Refused, match="hand in"):
        await yard.added(by="vera")
    with pytest.raises(Refused, match="hand in"):
        await yard.library.receive(who("mia", KeyScope.READ), pieces(b"x"))
    id_ = (await yard.added()).workflow.id
    before = yard.kept()
    for name, error in (("max", NotFound), ("olga", WorkflowBroken)):
        data = b"" if name == "olga" else document()
        with pytest.raises(error):
            await yard.library.add_version(who(name), id_, await yard.received(data, name), "x.yxmd")
    assert yard.kept() == before
    assert len(await yard.library.find(who("ada"), Wanted())) == 1


async def test_who_sees_runs_and_changes_what(yard: Yard) -> None:
    private, shared = (await yard.added()).workflow.id, (await yard.added(project="team")).workflow.id
    open_ = (await yard.added(by="olga", public=True, about=About(downloadable=False))).workflow.id
    still = (await yard.added(by="olga", public=True, about=About(runnable=False))).workflow.id
    library = yard.library

    async def may(name: str, id_: str) -> str:
        found = ""
        for letter, verb in (
            ("s", lambda: library.shown(who(name), id_)),
            ("d", lambda: library.package(who(name), id_)),
            ("r", lambda: library.run(who(name), id_, {}, RUN)),
            ("c", lambda: library.change(who(name), id_, lambda old: old.workflow)),
        ):
            try:
                await verb()
                found += letter
            except (NotFound, Refused):
                pass
        return found

    for name, rights in {
        "mia": ("sdrc", "sdrc", "sr", "sd"),
        "max": ("", "sdrc", "sr", "sd"),
        "vera": ("", "sd", "s", "sd"),
        "olga": ("sdrc", "sdrc", "sdrc", "sdrc"),
    }.items():
        assert tuple([await may(name, id_) for id_ in (private, shared, open_, still)]) == rights, name
    listed = {name: len(await library.find(who(name), Wanted())) for name in ("mia", "max", "vera", "ada")}
    assert listed == {"mia": 4, "max": 3, "vera": 3, "ada": 4}
    reading = who("mia", KeyScope.READ)
    assert (await library.shown(reading, private)).workflow.id == private
    with pytest.raises(Refused):
        await library.run(reading, private, {}, RUN)
    for verb in (library.shown, library.delete):
        with pytest.raises(NotFound):
            await verb(who("mia", KeyScope.DESK), open_)
    with pytest.raises(Refused):
        await library.delete(who("max"), shared)


async def test_runs_belong_to_the_project_where_their_owner_does(yard: Yard) -> None:
    shared = (await yard.added(project="team", about=About(queue="gpu"))).workflow.id
    job = await yard.library.run(who("max"), shared, {}, RUN)
    assert (job.owner, job.project, job.queue, job.name) == ("max", TEAM, "gpu", "Flow")
    assert job.resource is not None
    assert (job.resource.type, job.resource.id, job.resource.name) == ("workflow", shared, "Flow")
    await yard.library.change(who("mia"), shared, lambda old: replace(old.workflow, public=True, project=None))
    job = await yard.library.run(who("max"), shared, {}, replace(RUN, queue="big"))
    assert (job.project, job.queue) == (None, "big")
    assert await yard.library.runs_of(shared) == 2
    with pytest.raises(WrongAnswer, match="nobody asks"):
        await yard.library.run(who("mia"), shared, {"x": "y"}, RUN)


async def test_packages_and_files_of_others_are_no_way_around(yard: Yard) -> None:
    shown = await yard.added()
    package = shown.published.package
    mine = await yard.library.add_file(who("mia"), await yard.received(b"a,b\n"), "data.csv")

    async def submit(name: str, **parameters: Any) -> Job:
        wanted = Submission(kind="workflow.run", parameters=parameters)
        job, _ = await yard.engine.jobs.submit(who(name), wanted)
        return job

    for parameters in ({"package": package}, {"workflow": shown.workflow.id}):
        assert (await submit("mia", **parameters)).resource is not None
        with pytest.raises(NotFound):
            await submit("max", **parameters)
    await submit("mia", package=package, files={"data.csv": mine})
    await submit("olga", package=package, files={"data.csv": mine})
    other = (await yard.added(by="max")).published.package
    wrongs: list[tuple[str, dict[str, Any]]] = [
        ("max", {"package": other, "files": {"data.csv": mine}}),
        ("mia", {"package": package, "files": {"data.csv": "c" * 32}}),
        ("mia", {"package": package, "files": {"data.csv": package}}),
        ("mia", {"package": "../../etc/passwd"}),
        ("mia", {"package": mine}),
        ("mia", {"workflow": "b" * 32}),
        ("mia", {"package": package, "workflow": "b" * 32}),
        ("mia", {"package": "\ud800"}),
    ]
    for name, wrong in wrongs:
        with pytest.raises((NotFound, Invalid)):
            await submit(name, **wrong)
    with pytest.raises(Invalid, match="which workflow"):
        await submit("mia")


async def test_work_finds_the_version_that_was_named_or_is_published_now(yard: Yard) -> None:
    shown = await yard.added()
    id_, first = shown.workflow.id, shown.published.package
    file = await yard.library.add_file(who("mia"), await yard.received(b"x"), "in.csv")
    later, _ = await yard.library.add_version(who("mia"), id_, await yard.received(), "b.yxmd")

    async def found(**parameters: Any) -> Any:
        job = Job(id="a" * 32, kind="workflow.run", owner="mia", attempt=1, parameters=parameters)
        return await yard.engine.ledger.write(
            lambda transaction: yard.capability.call(transaction, job, "find", None, 0)
        )

    named, published = await found(package=first, files={"in.csv": file}), await found(workflow=id_)
    assert (named["version"], named["file"], os.path.basename(named["package"])) == (1, "flow.yxmd", first)  # noqa: PTH119
    assert os.path.basename(named["files"]["in.csv"]) == file  # noqa: PTH119
    assert (published["version"], published["file"]) == (2, "b.yxmd")
    assert published["package"].endswith(later.published.package)
    with pytest.raises(NotFound, match="verb"):
        yard.capability.call(cast("Any", None), cast("Any", None), "steal", None, 0)
    await yard.library.delete(who("mia"), id_)
    with pytest.raises(NotFound):
        await found(package=first)


async def test_a_workflow_in_work_is_deleted_by_force_alone(yard: Yard) -> None:
    id_ = (await yard.added()).workflow.id
    job = await yard.library.run(who("mia"), id_, {}, RUN)
    with pytest.raises(Conflict, match="1 jobs"):
        await yard.library.delete(who("mia"), id_)
    await yard.library.delete(who("mia"), id_, force=True)
    assert yard.kept() == set()
    assert (await yard.job(job.id)).resource is not None
    with pytest.raises(NotFound):
        await yard.library.shown(who("mia"), id_)


async def test_a_scheduled_workflow_is_deleted_by_force_alone_and_its_schedules_with_it(yard: Yard) -> None:
    shown, other = await yard.added(), await yard.added()
    schedules = [
        await yard.engine.schedules.create(
            who("mia"),
            Schedule(id="", name=f"s{number}", owner="mia", kind="workflow.run", parameters=parameters, cron="@daily"),
        )
        for number, parameters in enumerate(
            [
                {"workflow": shown.workflow.id},
                {"package": shown.published.package},
                {"workflow": other.workflow.id},
            ]
        )
    ]
    with pytest.raises(Conflict, match="2 schedules"):
        await yard.library.delete(who("mia"), shown.workflow.id)
    await yard.library.delete(who("mia"), shown.workflow.id, force=True)
    page = await yard.engine.schedules.find(who("mia"), SchedulesWanted(), 10)
    assert [one.schedule.id for one in page.schedules] == [schedules[2].schedule.id]


async def test_a_new_owner_or_project_is_within_reach(yard: Yard) -> None:
    id_ = (await yard.added()).workflow.id
    with pytest.raises(Refused):
        await yard.library.change(who("mia"), id_, lambda old: replace(old.workflow, owner="max"))
    with pytest.raises(NotFound):
        await yard.library.change(who("mia"), id_, lambda old: replace(old.workflow, project="other"))
    moved = await yard.library.change(who("olga"), id_, lambda old: replace(old.workflow, owner="max", project="team"))
    assert (moved.workflow.owner, moved.workflow.project) == ("max", TEAM)
    ids = await yard.library.ids_of(["mia", "max", "nobody"])
    assert set(ids) == {"mia", "max"}


async def test_bytes_that_nothing_knows_are_forgotten_when_they_are_old(yard: Yard) -> None:
    known, unknown, fresh = (await yard.added()).published.package, await yard.received(), await yard.received()
    file = await yard.library.add_file(who("mia"), await yard.received(b"x"), "in.csv")
    for name in (known, unknown.package, file):
        os.utime(yard.packages.place(name), (1, 1))
    await yard.library.sweep()
    assert yard.kept() == {known, file, fresh.package}


async def test_files_for_runs_are_bounded_and_removed_by_their_owners(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handed, "MOST", 2)
    monkeypatch.setattr(handed, "MOST_BYTES", 10)
    first = await yard.library.add_file(who("mia"), await yard.received(b"1234"), "in.csv")
    with pytest.raises(Conflict, match="10 bytes"):
        await yard.library.add_file(who("mia"), await yard.received(b"1234567"), "in.csv")
    second = await yard.library.add_file(who("mia"), await yard.received(b"5"), "in.csv")
    with pytest.raises(Conflict, match="2 files"):
        await yard.library.add_file(who("mia"), await yard.received(b"6"), "in.csv")
    other = await yard.library.add_file(who("max"), await yard.received(b"7"), "in.csv")
    assert yard.kept() == {first, second, other}
    for wrong in (other, "0" * 32, "\ud800"):
        with pytest.raises(NotFound):
            await yard.library.drop_file(who("mia"), wrong)
    workflow = (await yard.added()).workflow.id
    await yard.library.run(who("mia"), workflow, {}, replace(RUN, parameters={"files": {"in.csv": first}}))
    with pytest.raises(Conflict, match="needs this file"):
        await yard.library.drop_file(who("mia"), first)
    await yard.library.drop_file(who("mia"), second)
    await yard.library.drop_file(who("olga"), other)
    assert yard.kept() & {first, second, other} == {first}


async def test_files_for_runs_are_forgotten_once_nobody_needs_them(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("waiting", "scheduled", "over")
    files = {name: await yard.library.add_file(who("mia"), await yard.received(b"x"), name) for name in names}
    workflow = (await yard.added()).workflow.id
    jobs = {
        name: await yard.library.run(
            who("mia"), workflow, {}, replace(RUN, parameters={"files": {"in.csv": files[name]}})
        )
        for name in ("waiting", "over")
    }
    parameters = {"workflow": workflow, "files": {"in.csv": files["scheduled"]}}
    schedule = Schedule(id="", name="s", owner="mia", kind="workflow.run", parameters=parameters, cron="@daily")
    await yard.engine.schedules.create(who("mia"), schedule)
    await yard.engine.jobs.cancel(who("mia"), jobs["over"].id)
    await yard.library.sweep()
    assert set(files.values()) <= yard.kept()
    monkeypatch.setattr(handed, "KEPT_FOR", -(10**12))
    await yard.library.sweep()
    assert yard.kept() & set(files.values()) == {files["waiting"], files["scheduled"]}
    with pytest.raises(NotFound):
        await yard.library.drop_file(who("mia"), files["over"])


async def test_a_run_that_begins_keeps_its_files_longer(yard: Yard) -> None:
    workflow = (await yard.added()).workflow.id
    file = await yard.library.add_file(who("mia"), await yard.received(b"x"), "in.csv")
    job = Job(
        id="a" * 32,
        kind="workflow.run",
        owner="mia",
        attempt=1,
        parameters={"workflow": workflow, "files": {"in.csv": file}},
    )
    later = yard.engine.ledger.now() + 10**15
    assert await yard.engine.ledger.read(lambda view: rows.unused_files(view, later)) == [file]
    await yard.engine.ledger.write(lambda transaction: yard.capability.call(transaction, job, "find", None, later))
    assert await yard.engine.ledger.read(lambda view: rows.unused_files(view, later)) == []


async def test_only_who_might_delete_a_workflow_takes_it_from_others(yard: Yard) -> None:
    id_ = (await yard.added("mia", project=TEAM)).workflow.id
    for change in ({"owner": "max"}, {"project": None}, {"public": True}):
        with pytest.raises(Refused):
            await yard.library.change(who("max"), id_, partial(_changed, change))
    renamed = await yard.library.change(who("max"), id_, partial(_changed, {"name": "Ours"}))
    assert (renamed.workflow.name, renamed.workflow.owner, renamed.workflow.project) == ("Ours", "mia", TEAM)


def _changed(change: dict[str, Any], old: Shown) -> Workflow:
    return replace(old.workflow, **change)


async def test_a_run_does_not_begin_once_its_owner_sees_the_workflow_no_more(yard: Yard) -> None:
    id_ = (await yard.added("mia", project=TEAM)).workflow.id
    job, _ = await yard.engine.jobs.submit(who("max"), Submission(kind="workflow.run", parameters={"workflow": id_}))
    desk = Actor(name="worker", role=Role.ADMINISTRATOR, scope=KeyScope.DESK)
    await yard.engine.desk.claim(desk, Ask(worker="w1", session="w1", kinds=("workflow.run",), queues=("default",)))
    find = Call(job=job.id, attempt=1, verb="workflows.find", payload=None)
    assert (await yard.engine.desk.call(desk, find)).value["author"] == "mia"
    await yard.engine.ledger.write(lambda transaction: transaction.drop_membership(TEAM, "max"))
    with pytest.raises(NotFound):
        await yard.engine.desk.call(desk, find)
