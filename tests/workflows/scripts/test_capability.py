"""Who may run Python, asked of the engine: at submission, by schedule, and again when the run begins."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jobyard.access.vault import Vault
from jobyard.engine.submission import Submission
from jobyard.job.desk import Ask, Call
from jobyard.job.errors import Invalid, NotFound, Refused
from jobyard.people.record import HOUSE, Actor, KeyScope, Right, Role
from jobyard.store.sqlite import SqliteStore
from jobyard.workflows.refusals import WrongAnswer
from jobyard.workflows.report import Drawn
from jobyard.workflows.scripts.capability import Scripts
from jobyard.workflows.scripts.kind import WorkflowPython
from jobyard.workflows.sharing.credentials import Box, Credentials
from tests.sqlite_file import LayOut
from tests.workflows.library.yard import TEAM, Yard, who
from tests.workflows.scripts.packing import packed

pytestmark = pytest.mark.anyio

PACKAGES = ("jobyard.workflows", "jobyard.workflows.sharing")
DESK = Actor(name="worker", role=Role.ADMINISTRATOR, scope=KeyScope.DESK)
WANTED = Submission(kind="")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Seasoned(Yard):
    """A yard with a vault for credentials."""

    vault = Vault(bytes(32))


@pytest.fixture
async def yard(tmp_path: Path, sqlite_folder: LayOut) -> AsyncIterator[Yard]:
    folder = sqlite_folder(tmp_path / "data", *PACKAGES)
    store = SqliteStore.open(folder, packages=PACKAGES, synchronous="OFF")
    found = Seasoned(store, tmp_path)
    found.engine.capabilities["scripts"] = Scripts(found.capability, Box(found.vault))
    found.engine.registry.add(WorkflowPython)
    await found.people()
    yield found
    store.close()


async def handed_in(yard: Yard, by: str = "mia") -> str:
    shown = await yard.added(by, packed("print('ran')"), "package.zip", public=True)
    assert shown.published.about.drawn is Drawn.PYTHON
    return shown.workflow.id


async def granted(yard: Yard, name: str) -> Actor:
    await yard.engine.rights.grant(HOUSE, name, Right.PYTHON)
    actor = who(name)
    return Actor(name=name, role=actor.role, projects=actor.projects, rights=frozenset({Right.PYTHON}))


@pytest.mark.parametrize("name", ["ada", "olga", "mia", "max", "vera"])
async def test_nobody_runs_a_script_without_the_right_whatever_their_role(yard: Yard, name: str) -> None:
    id_ = await handed_in(yard)
    with pytest.raises(Refused):
        await yard.library.run(who(name), id_, {}, WANTED)
    with pytest.raises(Refused):
        await yard.engine.jobs.submit(who(name), Submission(kind="workflow.python", parameters={"workflow": id_}))


async def test_with_the_right_it_is_run_where_the_workflow_may_be(yard: Yard) -> None:
    id_ = await handed_in(yard)
    max_ = await granted(yard, "max")
    job = await yard.library.run(max_, id_, {"Region": "South"}, WANTED)
    assert (job.kind, job.owner, job.parameters["answers"]) == ("workflow.python", "max", {"Region": "South"})
    assert job.resource is not None and job.resource.id == id_
    with pytest.raises(WrongAnswer):
        await yard.library.run(max_, id_, {"Colour": "red"}, WANTED)
    private = await yard.added("mia", packed("print('ran')"), "package.zip")
    with pytest.raises(NotFound):
        await yard.library.run(max_, private.workflow.id, {}, WANTED)


async def test_a_right_that_was_revoked_meanwhile_keeps_a_run_from_beginning(yard: Yard) -> None:
    id_ = await handed_in(yard)
    job = await yard.library.run(await granted(yard, "max"), id_, {}, WANTED)
    ask = Ask(worker="w1", session="w1", kinds=("workflow.python",), queues=("default",))
    [assignment] = (await yard.engine.desk.claim(DESK, ask)).assignments
    asked = Call(job=job.id, attempt=assignment.job.attempt, verb="scripts.find", payload=None)
    found = (await yard.engine.desk.call(DESK, asked)).value
    assert found["file"] == "package.zip" and found["package"].startswith(str(yard.folder.resolve()))
    with pytest.raises(NotFound):
        await yard.engine.desk.call(DESK, Call(job=job.id, attempt=1, verb="scripts.open", payload=None))
    await yard.engine.rights.revoke(HOUSE, "max", Right.PYTHON)
    with pytest.raises(Refused):
        await yard.engine.desk.call(DESK, asked)


async def test_nobody_slips_a_script_under_the_right_and_the_credential_of_another(yard: Yard) -> None:
    shown = await yard.added("mia", packed("print('mine')"), "package.zip", project=TEAM)
    mia, id_ = await granted(yard, "mia"), shown.workflow.id
    credential = (await Credentials(yard.engine.ledger, Seasoned.vault).create(mia, "warehouse", "sesame")).credential
    wanted = {"workflow": id_, "credential": credential.id}
    job, _ = await yard.engine.jobs.submit(mia, Submission(kind="workflow.python", parameters=wanted))
    await yard.library.add_version(who("max"), id_, await yard.received(packed("print(1)"), "max"), "other.zip")
    ask = Ask(worker="w1", session="w1", kinds=("workflow.python",), queues=("default",))
    await yard.engine.desk.claim(DESK, ask)
    asked = Call(job=job.id, attempt=1, verb="scripts.find", payload=None)
    with pytest.raises(Refused):
        await yard.engine.desk.call(DESK, asked)
    await granted(yard, "max")
    assert (await yard.engine.desk.call(DESK, asked)).value["file"] == "other.zip"


async def test_the_runner_of_drawings_never_runs_a_script(yard: Yard) -> None:
    id_ = await handed_in(yard)
    job, _ = await yard.engine.jobs.submit(who("mia"), Submission(kind="workflow.run", parameters={"workflow": id_}))
    assert job.kind == "workflow.run"  # it ends with a sentence: the package holds no drawing


async def test_a_credential_is_given_to_the_run_of_whoever_may_use_it(yard: Yard) -> None:
    id_ = await handed_in(yard)
    mia, max_ = await granted(yard, "mia"), await granted(yard, "max")
    box = Credentials(yard.engine.ledger, Seasoned.vault)
    credential = (await box.create(mia, "warehouse", "open sesame")).credential.id
    wanted = Submission(kind="", parameters={"credential": credential})
    with pytest.raises(NotFound):
        await yard.library.run(max_, id_, {}, wanted)
    drawn = (await yard.added()).workflow.id
    with pytest.raises(Invalid):
        await yard.library.run(mia, drawn, {}, wanted)
    job = await yard.library.run(mia, id_, {}, wanted)
    assert "sesame" not in str(job)
    ask = Ask(worker="w1", session="w1", kinds=("workflow.python",), queues=("default",))
    await yard.engine.desk.claim(DESK, ask)
    asked = Call(job=job.id, attempt=1, verb="scripts.find", payload=None)
    found = (await yard.engine.desk.call(DESK, asked)).value
    assert found["credential"] == {"username": "warehouse", "password": "open sesame"}
    await box.delete(mia, credential)
    with pytest.raises(NotFound):
        await yard.engine.desk.call(DESK, asked)
