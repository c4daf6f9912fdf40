from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from jobyard.commands.allowance import Commands
from jobyard.commands.kind import CommandRun
from jobyard.commands.parameters import CommandParameters
from jobyard.job.errors import CommandFailed
from jobyard.job.record import Job
from jobyard.kinds import Cancelled, Registry
from jobyard.store.contract import Transaction
from tests.rehearsal import Rehearsal, context

SHELL = "/bin/sh"
ALLOWED = (SHELL, "cat", "echo", sys.executable)


def attempt(folder: Path, looks: int | None = None, allowed: tuple[str, ...] = ALLOWED, **given: Any) -> Rehearsal:
    job = Job(id="a" * 32, kind="command.run", owner="ada", attempt=2, parameters=given)
    commands = Commands(allowed)

    def call(verb: str, payload: Any) -> Any:
        room, _, what = verb.partition(".")
        assert room == "commands"
        return commands.call(cast("Transaction", None), job, what, payload, 0)

    return Rehearsal(job, folder, call, looks=looks)


def run(rehearsal: Rehearsal) -> dict[str, Any]:
    parameters = msgspec.convert(rehearsal.job.parameters, CommandParameters)
    return CommandRun().run(parameters, context(rehearsal))


def shell(folder: Path, script: str, *arguments: str, looks: int | None = None, **given: Any) -> Rehearsal:
    return attempt(folder, looks, argv=[SHELL, "-c", script, "sh", *arguments], **given)


def test_the_house_has_the_kind() -> None:
    assert Registry.installed().kind("command.run") is CommandRun


def test_a_command_that_ends_well_tells_its_code_and_time(tmp_path: Path) -> None:
    result = run(shell(tmp_path, "exit 0"))
    assert result["exit_code"] == 0
    assert 0 <= result["seconds"] < 30


def test_its_output_goes_where_ours_goes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run(shell(tmp_path, "echo out; echo err >&2"))
    captured = capfd.readouterr()
    assert captured.out == "out\n"
    assert captured.err == "err\n"


def test_no_shell_reads_the_arguments(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    nasty = ["; rm -rf x", "$(id)", "`id`", "--config=/etc/shadow", "a\nb", "*", "é", ""]
    run(attempt(tmp_path, argv=["echo", *nasty]))
    assert capfd.readouterr().out == " ".join(nasty) + "\n"


def test_standard_input_is_the_text_and_else_empty(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = "größe\n" * 9_000
    run(attempt(tmp_path / "one", argv=["cat"], stdin=text))
    assert capfd.readouterr().out == text
    run(attempt(tmp_path / "two", argv=["cat"]))
    assert capfd.readouterr().out == ""


def test_the_environment_is_clean(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOBYARD_SECRET", "canary")
    monkeypatch.setenv("PYTHONPATH", "/canary")
    script = "import json, os; print(json.dumps(dict(os.environ)))"
    rehearsal = attempt(tmp_path, argv=[sys.executable, "-c", script], environment={"RATE": "0.1", "LANG": "C"})
    run(rehearsal)
    found = msgspec.json.decode(capfd.readouterr().out)
    found.pop("LC_CTYPE", None)  # Python adds it by itself where LANG is C
    folder = str(rehearsal.folder)
    assert found == {
        "LANG": "C",
        "RATE": "0.1",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": folder,
        "TMPDIR": folder,
        "JOBYARD_JOB": "a" * 32,
        "JOBYARD_ATTEMPT": "2",
    }


def test_it_starts_in_its_folder_and_holds_no_descriptor_of_ours(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with (tmp_path / "secret").open("w") as ours:
        os.set_inheritable(ours.fileno(), True)
        script = "import os; print(os.getcwd()); print(sorted(map(int, os.listdir('/proc/self/fd'))))"
        rehearsal = attempt(tmp_path / "attempt", argv=[sys.executable, "-c", script])
        run(rehearsal)
    place, descriptors = capfd.readouterr().out.splitlines()
    assert place == str(rehearsal.folder)
    assert descriptors == "[0, 1, 2, 3]"  # 3 is the listing itself


def test_signals_are_as_a_program_expects_them(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run(attempt(tmp_path, argv=["cat", "/proc/self/status"]))
    lines = dict(line.split(":\t", 1) for line in capfd.readouterr().out.splitlines() if ":\t" in line)
    assert int(lines["SigIgn"], 16) & (1 << (signal.SIGPIPE - 1)) == 0
    assert int(lines["SigBlk"], 16) == 0


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("exit 3", "The command sh exited with code 3."),
        ("echo no disk >&2; echo >&2; exit 3", "The command sh exited with code 3: no disk."),
        ("printf 'a\\rb\\033[1m' >&2; exit 3", "The command sh exited with code 3: b?[1m."),
        ("(sleep 5 &) ; echo left one behind >&2; exit 4", "The command sh exited with code 4: left one behind."),
        ("exit 255", "The command sh exited with code 255."),
        ("kill -KILL $$", "The command sh was killed by SIGKILL."),
        ("kill -SEGV $$", "The command sh was killed by SIGSEGV."),
    ],
)
def test_another_end_is_told_in_plain_words(tmp_path: Path, script: str, sentence: str) -> None:
    with pytest.raises(CommandFailed) as failed:
        run(shell(tmp_path, script))
    assert failed.value.sentence == sentence


@pytest.mark.parametrize(("make", "reason"), [("missing", "No such file"), ("plain", "Permission denied")])
def test_a_program_that_cannot_be_started_says_why(tmp_path: Path, make: str, reason: str) -> None:
    program = tmp_path / "program"
    if make == "plain":
        program.write_text("not a program")
        program.chmod(0o600)
    with pytest.raises(CommandFailed, match=f"could not be started: {reason}"):
        run(attempt(tmp_path / "attempt", argv=[str(program)], allowed=(str(program),)))


def test_a_command_that_is_not_allowed_any_more_is_not_started(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="not among those"):
        run(attempt(tmp_path, argv=["touch", "made"]))
    assert list((tmp_path / "work").iterdir()) == []


def test_named_files_become_results_and_others_do_not(tmp_path: Path) -> None:
    rehearsal = shell(tmp_path, "echo one > a.txt; echo two > 'b c'; echo x > other", files=["a.txt", "b c"])
    run(rehearsal)
    assert {file.name: file.read_text() for file in rehearsal.results.iterdir()} == {"a.txt": "one\n", "b c": "two\n"}


def test_files_cross_to_another_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(Path, "replace", refuse)
    rehearsal = shell(tmp_path, "echo one > a.txt", files=["a.txt"])
    run(rehearsal)
    assert (rehearsal.results / "a.txt").read_text() == "one\n"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("ln -s /etc/passwd out", "symbolic link"),
        ("echo x > real; ln -s real out", "symbolic link"),
        ("mkdir out", "not a regular file"),
        ("mkfifo out", "not a regular file"),
        ("true", "did not write 'out'"),
    ],
)
def test_what_is_no_file_of_its_own_is_refused(tmp_path: Path, script: str, reason: str) -> None:
    rehearsal = shell(tmp_path, script, files=["out"])
    with pytest.raises(CommandFailed, match=reason):
        run(rehearsal)
    assert list(rehearsal.results.iterdir()) == []


def test_the_exit_code_is_told_rather_than_missing_files_and_what_is_there_is_kept(tmp_path: Path) -> None:
    rehearsal = shell(tmp_path, "echo x > a; exit 4", files=["a", "b"])
    with pytest.raises(CommandFailed, match="exited with code 4"):
        run(rehearsal)
    assert (rehearsal.results / "a").read_text() == "x\n"


def wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def read_pid(file: Path) -> int:
    wait_for(lambda: file.exists() and file.read_text().endswith("\n"))
    return int(file.read_text())


def test_a_wish_to_stop_ends_the_command(tmp_path: Path) -> None:
    rehearsal = shell(tmp_path, "echo $$ > pid; exec sleep 600")

    def wish() -> None:
        read_pid(rehearsal.folder / "pid")
        rehearsal.cancelled = True

    wisher = threading.Thread(target=wish)
    wisher.start()
    with pytest.raises(Cancelled):
        run(rehearsal)
    wisher.join()
    assert not alive(int((rehearsal.folder / "pid").read_text()))


def test_what_a_stopped_command_has_written_is_kept(tmp_path: Path) -> None:
    rehearsal = shell(tmp_path, "echo half > out; echo $$ > pid; exec sleep 600", files=["out", "never"])

    def wish() -> None:
        read_pid(rehearsal.folder / "pid")
        rehearsal.cancelled = True

    wisher = threading.Thread(target=wish)
    wisher.start()
    with pytest.raises(Cancelled):
        run(rehearsal)
    wisher.join()
    assert (rehearsal.results / "out").read_text() == "half\n"


def test_a_command_that_ignores_sigterm_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobyard.commands.process._PATIENCE", 0.2)
    rehearsal = shell(tmp_path, "trap '' TERM; echo $$ > pid; while :; do sleep 0.05; done")

    def wish() -> None:
        read_pid(rehearsal.folder / "pid")
        rehearsal.cancelled = True

    wisher = threading.Thread(target=wish)
    wisher.start()
    with pytest.raises(Cancelled):
        run(rehearsal)
    wisher.join()
    assert not alive(int((rehearsal.folder / "pid").read_text()))


def test_a_death_by_the_workers_signal_counts_as_stopped_when_it_was_wished(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        run(shell(tmp_path, "kill -TERM $$", looks=1))


PARENT = """
import sys, pathlib
from jobyard.commands import process
folder = pathlib.Path(sys.argv[1])
command = process.start("/bin/sh", ["sh", "-c", "echo $$ > pid; exec sleep 600"], folder, {}, None)
print(command.wait())
"""


def test_a_command_dies_with_the_work_that_started_it_and_shares_its_group(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], start_new_session=True)
    try:
        pid = read_pid(tmp_path / "pid")
        assert os.getpgid(pid) == parent.pid
    finally:
        parent.kill()
        parent.wait()
    wait_for(lambda: not alive(pid))
