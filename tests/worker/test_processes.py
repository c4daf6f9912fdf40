"""The processes below a worker, driven without one: the pool, its nursery, the scratch folders."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from jobyard.job.clock import SystemClock
from jobyard.job.record import Job, Reason
from jobyard.job.states import State
from jobyard.kinds import Registry
from jobyard.worker import linux, nursery
from jobyard.worker.frames import Ended, Gone, Run
from jobyard.worker.nurse import NoKinds, Nurse
from jobyard.worker.options import WorkerOptions
from jobyard.worker.output import Output
from jobyard.worker.pool import Pool
from jobyard.worker.scratch import Scratch
from jobyard.worker.warm import WarmChild
from tests.worker.conftest import ROOT, dead
from tests.worker.kinds import REGISTRY

OPTIONS = WorkerOptions(url="http://house", token="t", name="w", slots=1, registry="tests.worker.kinds:REGISTRY")
SERIAL = iter(range(1, 10_000))


@pytest.fixture(autouse=True)
def findable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def play(act: Callable[[Pool], Awaitable[None]], folder: Path, options: WorkerOptions = OPTIONS) -> None:
    async def whole() -> None:
        pool = Pool(options, folder)
        try:
            async with asyncio.timeout(60):
                assert "nothing" in await pool.start()
                await act(pool)
        finally:
            await pool.close()

    asyncio.run(whole())


async def told(children: list[WarmChild]) -> None:
    """Wait until the nursery has said which process each child is."""
    for child in children:
        while not child.pid:  # noqa: ASYNC110 - there is nothing else to wait for
            await asyncio.sleep(0.001)


def printed() -> Output:
    return Output(SystemClock().now, 1_000, 10**6)


async def do(pool: Pool, child: WarmChild, folder: Path, kind: str, **parameters: object) -> Ended | Gone:
    job = Job(id="j", kind=kind, owner="ann", attempt=1, state=State.RUNNING, parameters=parameters)
    last = await child.run(Run(job, str(folder / str(next(SERIAL)))), printed(), lambda asked: None)
    await pool.give(child, last if isinstance(last, Ended) else None)
    return last


def test_a_child_runs_again_and_again(tmp_path: Path) -> None:
    async def act(pool: Pool) -> None:
        pids = set()
        for _ in range(20):
            last = await do(pool, await pool.take(), tmp_path, "process")
            assert isinstance(last, Ended) and last.empty and not last.worn
            pids.add(last.result)
        assert len(pids) == 1

    play(act, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_child_that_died_while_idle_is_not_handed_out(tmp_path: Path) -> None:
    async def act(pool: Pool) -> None:
        child = await pool.take()
        last = await do(pool, child, tmp_path, "process")
        assert isinstance(last, Ended)
        os.kill(last.result, signal.SIGTERM)
        gone = await child.gone
        assert gone.status == 128 + signal.SIGTERM
        again = await do(pool, await pool.take(), tmp_path, "process")
        assert isinstance(again, Ended) and again.result != last.result

    play(act, tmp_path)


def test_more_children_than_slots_can_be_had(tmp_path: Path) -> None:
    async def act(pool: Pool) -> None:
        children = [await pool.take() for _ in range(5)]
        ends = await asyncio.gather(*(do(pool, child, tmp_path, "process") for child in children))
        assert len({end.result for end in ends if isinstance(end, Ended)}) == 5

    play(act, tmp_path)


def test_a_child_that_talks_nonsense_is_killed(tmp_path: Path) -> None:
    async def act(pool: Pool) -> None:
        child = await pool.take()
        job = Job(id="j", kind="nothing", owner="ann", attempt=1, state=State.RUNNING)
        child._splitter.feed = lambda data: iter([b"\xc1"])  # type: ignore[method-assign]
        last = await child.run(Run(job, str(tmp_path / "x")), printed(), lambda asked: None)
        assert isinstance(last, Gone) and last.status == -signal.SIGKILL

    play(act, tmp_path)


def test_the_nursery_is_started_again_when_it_died(tmp_path: Path) -> None:
    async def act(pool: Pool) -> None:
        child = await pool.take()
        assert pool._nurse is not None and pool._nurse._process is not None
        first = pool._nurse._process.pid
        os.kill(first, signal.SIGKILL)
        gone = await child.gone
        assert gone.status == -signal.SIGKILL
        await pool.give(child, None)
        last = await do(pool, await pool.take(), tmp_path, "process")
        assert isinstance(last, Ended) and pool._nurse._process.pid != first

    play(act, tmp_path)


def test_closing_the_pool_buries_everyone(tmp_path: Path) -> None:
    pids: list[int] = []

    async def act(pool: Pool) -> None:
        children = [await pool.take() for _ in range(3)]
        for child in children:
            job = Job(id="j", kind="stubborn", owner="ann", attempt=1, state=State.RUNNING)
            child.run(Run(job, str(tmp_path / str(child.key))), printed(), lambda asked: None)
        last = await do(pool, await pool.take(), tmp_path, "process")
        assert isinstance(last, Ended)
        await told(children)
        pids.extend([last.result, *(child.pid for child in children)])

    play(act, tmp_path)
    assert all(pids) and dead(*pids, seconds=2.0)


@pytest.mark.parametrize(
    ("registry", "words"),
    [
        ("tests.worker.kinds:MISSING", "AttributeError"),
        ("tests.worker.missing:X", "ModuleNotFoundError"),
        ("os:path", "TypeError"),
    ],
)
def test_kinds_that_cannot_be_loaded_are_told(tmp_path: Path, registry: str, words: str) -> None:
    async def act() -> None:
        nurse = Nurse()
        with pytest.raises(NoKinds, match=words):
            await nurse.start(registry, str(tmp_path))
        await nurse.close()
        child = nurse.fork()
        assert child.gone.done() and child.gone.result().error
        child.close()

    asyncio.run(act())


def test_who_no_longer_waits_for_the_kinds_is_not_disturbed_by_them(tmp_path: Path) -> None:
    async def act() -> None:
        stumbles: list[dict[str, object]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, told: stumbles.append(told))
        nurse = Nurse()
        starting = asyncio.create_task(nurse.start("tests.worker.kinds:REGISTRY", str(tmp_path)))
        while nurse._line is None:  # noqa: ASYNC110 - nothing else tells that the process was started
            await asyncio.sleep(0)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        await nurse.close()
        assert stumbles == []

    asyncio.run(act())


def test_kinds_come_from_a_registry_a_list_or_what_is_installed() -> None:
    assert nursery.load("tests.worker.kinds:REGISTRY").names() == REGISTRY.names()
    assert nursery.load("tests.worker.kinds:KINDS").names() == REGISTRY.names()
    assert nursery.load("").names() == Registry.installed().names()


def test_the_memory_limit_counts_from_what_is_there_already(tmp_path: Path) -> None:
    async def act(pool: Pool) -> None:
        job = Job(id="j", kind="eats", owner="ann", attempt=1, state=State.RUNNING, parameters={"count": 50})
        ends = []
        for mebibytes in (100, 20, 100):
            child = await pool.take()
            limited = Job(
                **{**{name: getattr(job, name) for name in job.__struct_fields__}, "memory_limit": mebibytes << 20}
            )
            ends.append(await child.run(Run(limited, str(tmp_path / "f")), printed(), lambda asked: None))
            assert isinstance(ends[-1], Ended)
            await pool.give(child, ends[-1])
        assert [end.how for end in ends if isinstance(end, Ended)] == ["finish", "fail", "finish"]
        bad = ends[1]
        assert isinstance(bad, Ended) and bad.failure is not None and bad.failure.reason is Reason.MEMORY

    play(act, tmp_path)


# --- the kernel's words


def in_a_process(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True)
    return done.stdout.strip()


def test_a_process_can_be_bound_to_its_parent() -> None:
    script = """
import os, sys, time
from jobyard.worker import linux
ear, mouth = os.pipe()
pid = os.fork()
if pid == 0:
    linux.die_with(os.getppid())
    os.write(mouth, b"x")
    time.sleep(600)
os.read(ear, 1)
print(pid, flush=True)
os._exit(0)
"""
    assert dead(int(in_a_process(script)))


def test_a_process_whose_parent_is_gone_ends_at_once() -> None:
    assert in_a_process("from jobyard.worker import linux; linux.die_with(1); print('alive')") == ""


def test_orphans_are_adopted() -> None:
    script = """
import os, time
from jobyard.worker import linux
linux.adopt_orphans()
ear, mouth = os.pipe()
if os.fork() == 0:
    pid = os.fork()
    if pid == 0:
        time.sleep(600)
    os.write(mouth, str(pid).encode())
    os._exit(0)
os.wait()
pid = int(os.read(ear, 20))
print(linux.descendants() == [pid])
os.kill(pid, 9)
"""
    assert in_a_process(script) == "True"


def test_the_kernel_counts_what_it_killed_for_memory() -> None:
    assert linux.starved() >= 0
    assert linux.private_memory() > 1_000_000


def test_children_go_first_when_memory_runs_out() -> None:
    script = "from jobyard.worker import linux; linux.be_killed_first(); print(open('/proc/self/oom_score_adj').read())"
    assert in_a_process(script) == "500"


# --- scratch folders


def test_of_workers_that_start_at_one_moment_each_keeps_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, others = fcntl.flock, list[Scratch]()

    def later(handle: int, how: int) -> None:
        monkeypatch.undo()
        others.append(Scratch(str(tmp_path)))
        lock(handle, how)

    monkeypatch.setattr(fcntl, "flock", later)
    scratch = Scratch(str(tmp_path))
    assert scratch.folder.is_dir() and others[0].folder.is_dir()


def test_a_scratch_folder_is_private_and_goes_with_its_worker(tmp_path: Path) -> None:
    scratch = Scratch(str(tmp_path / "deep" / "down"))
    assert scratch.folder.parent == tmp_path / "deep" / "down"
    assert scratch.folder.stat().st_mode & 0o777 == 0o700
    (scratch.folder / "left").mkdir()
    scratch.close()
    assert not scratch.folder.exists()


def test_folders_of_the_dead_are_removed_and_those_of_the_living_are_not(tmp_path: Path) -> None:
    living = Scratch(str(tmp_path))
    dead_one = tmp_path / "jobyard-worker-dead"
    dead_one.mkdir()
    (dead_one / ".lock").touch()
    unlocked = tmp_path / "jobyard-worker-without"
    unlocked.mkdir()
    (tmp_path / "jobyard-worker-link").symlink_to(living.folder)
    (tmp_path / "other").mkdir()
    another = Scratch(str(tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == {
        living.folder.name,
        another.folder.name,
        "jobyard-worker-without",
        "jobyard-worker-link",
        "other",
    }
    with (living.folder / ".lock").open() as lock, pytest.raises(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    living.close()
    another.close()
