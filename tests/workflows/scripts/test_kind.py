from __future__ import annotations

import os
import select
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jobyard.job.errors import Invalid
from jobyard.job.record import Job
from jobyard.kinds import Cancelled, Registry
from jobyard.workflows.parameters import WorkflowParameters
from jobyard.workflows.refusals import ScriptFailed, WorkflowBroken, WrongAnswer
from jobyard.workflows.scripts.kind import MESSAGES_FILE, WorkflowPython
from tests.rehearsal import Rehearsal, context
from tests.workflows.scripts.packing import packed

SEEING = """
import json, os, sys
seen = {
    "questions": json.load(open(os.environ["JOBYARD_QUESTIONS"])),
    "environment": dict(os.environ),
    "here": os.getcwd(),
    "path": sys.path[:1],
    "input": sys.stdin.read(),
    "group": os.getpgid(0) == os.getpid(),
    "file": __file__,
    "name": __name__,
    "flags": [sys.flags.isolated, sys.flags.ignore_environment],
}
json.dump(seen, open("totals.csv", "w"))
"""


def attempt(folder: Path, data: bytes, looks: int | None = None, **given: Any) -> Rehearsal:
    (folder / "package.zip").write_bytes(data)
    secret = given.pop("secret", None)
    files = {name: str(path) for name, path in given.pop("files", {}).items()}
    parameters = {"workflow": "w" * 32, **given}
    job = Job(id="a" * 32, kind="workflow.python", owner="ada", attempt=1, parameters=parameters)

    def call(verb: str, payload: Any) -> Any:
        assert verb == "scripts.find"
        found = {"package": str(folder / "package.zip"), "file": "package.zip", "files": files}
        return {**found, "credential": secret} if secret else found

    return Rehearsal(job, folder / "attempt", call, looks=looks)


def run(rehearsal: Rehearsal) -> dict[str, Any]:
    parameters = msgspec.convert(rehearsal.job.parameters, WorkflowParameters)
    return WorkflowPython().run(parameters, context(rehearsal))


def told(rehearsal: Rehearsal) -> list[tuple[int, str]]:
    kept: list[Any] = msgspec.json.decode((rehearsal.results / MESSAGES_FILE).read_bytes())
    assert all(one["tool"] == -1 for one in kept)
    return [(one["status"], one["text"]) for one in kept]


def test_the_house_has_the_kind() -> None:
    assert Registry.installed().kind("workflow.python") is WorkflowPython


def test_prints_are_messages_and_declared_files_are_results(tmp_path: Path) -> None:
    script = (
        "import sys\nprint('hello')\nprint('careful', file=sys.stderr)\nopen('totals.csv', 'w').write('a,b\\n1,2\\n')\n"
    )
    rehearsal = attempt(tmp_path, packed(script + "open('other.txt', 'w').write('nobody asked')\n"))
    result = run(rehearsal)
    assert result["files"] == [{"name": "totals.csv", "form": "csv", "tools": [], "records": None}]
    assert (rehearsal.results / "totals.csv").read_text() == "a,b\n1,2\n"
    assert sorted(path.name for path in rehearsal.results.iterdir()) == [MESSAGES_FILE, "totals.csv"]
    found = told(rehearsal)
    assert {(1, "hello"), (2, "careful")} <= set(found)
    assert found[-2:] == [(9, "'totals.csv' was written."), (4, "Finished running main.py.")]
    assert result["messages"][-1] == {"status": 4, "text": "Finished running main.py.", "toolId": -1}
    assert set(rehearsal.lines) == {"hello", "careful"}


def test_a_script_finds_its_answers_and_a_clean_house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBYARD_SECRET", "of the house")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    rehearsal = attempt(tmp_path, packed(SEEING), answers={"region": "South", "Loud": "yes", "Days": "Mon, Wed"})
    run(rehearsal)
    seen = msgspec.json.decode((rehearsal.results / "totals.csv").read_bytes())
    assert seen["questions"] == {"Region": "South", "Least": 10, "Loud": True, "Days": ["Mon", "Wed"]}
    assert seen["environment"] == {
        "LANG": "C.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(rehearsal.folder / "scratch"),
        "TMPDIR": str(rehearsal.folder / "scratch"),
        "JOBYARD_JOB": "a" * 32,
        "JOBYARD_ATTEMPT": "1",
        "JOBYARD_QUESTIONS": str(rehearsal.folder / "questions.json"),
        "JOBYARD_INPUTS": str(rehearsal.folder / "inputs"),
        "JOBYARD_OUTPUTS": str(rehearsal.folder / "outputs"),
    }
    assert seen["here"] == str(rehearsal.folder / "outputs")
    assert seen["path"] == [str(rehearsal.folder / "package")]
    assert (seen["input"], seen["group"], seen["name"]) == ("", True, "__main__")
    assert seen["file"] == str(rehearsal.folder / "package" / "main.py")
    assert seen["flags"] == [1, 1]


def test_a_script_imports_from_its_package_and_reads_what_was_handed_in(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("42")
    script = (
        "import os, pathlib, helping\n"
        "given = pathlib.Path(os.environ['JOBYARD_INPUTS'], 'in.csv')\n"
        "pathlib.Path('totals.csv').write_text(helping.twice(given.read_text()))\n"
        "given.write_text('changed')\n"
    )
    package = packed(script, helping__py="def twice(text):\n    return text * 2\n")
    rehearsal = attempt(tmp_path, package, files={"in.csv": tmp_path / "data"})
    run(rehearsal)
    assert (rehearsal.results / "totals.csv").read_text() == "4242"
    assert (tmp_path / "data").read_text() == "42"


def test_a_script_is_given_a_credential_in_a_file_of_its_own(tmp_path: Path) -> None:
    script = "import os, shutil, stat\npath = os.environ['JOBYARD_CREDENTIAL']\nprint(oct(os.stat(path).st_mode))\n"
    secret = {"username": "warehouse", "password": "open sesame"}
    rehearsal = attempt(tmp_path, packed(script + "shutil.copy(path, 'totals.csv')\n"), secret=secret)
    result = run(rehearsal)
    assert msgspec.json.decode((rehearsal.results / "totals.csv").read_bytes()) == secret
    assert rehearsal.lines == ["0o100600"] and "sesame" not in str(result)


def test_a_password_that_a_script_prints_is_told_to_nobody(tmp_path: Path) -> None:
    script = (
        "import json, os, sys\n"
        "given = json.load(open(os.environ['JOBYARD_CREDENTIAL']))\n"
        "print('it is', given['password'], 'for', given['username'])\n"
        "print(json.dumps(given)); print(repr(given['password'])); print(ascii(given['password']))\n"
        "sys.exit('lost with ' + given['password'])\n"
    )
    password = 'öpen "sesame" \t\x07'
    secret = {"username": "warehouse", "password": password}
    rehearsal = attempt(tmp_path, packed(script), secret=secret)
    with pytest.raises(ScriptFailed, match=r"lost with \*\*\*") as failure:
        run(rehearsal)
    assert rehearsal.lines[0] == "it is *** for warehouse" and "warehouse" in rehearsal.lines[1]
    everything = "\n".join([*rehearsal.lines, str(failure.value), str(told(rehearsal))])
    assert "sesame" not in everything and everything.count("***") >= 6


@pytest.mark.parametrize(
    ("script", "how"),
    [
        ("raise ValueError('no such region')", "exited with code 1: ValueError: no such region"),
        ("import sys; sys.exit(3)", "exited with code 3"),
        ("import sys; sys.exit('out of luck')", "exited with code 1: out of luck"),
        ("this is no Python", "exited with code 1: SyntaxError: invalid syntax"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "was killed by signal 9"),
        ("open('notes.txt', 'w').close()", "did not write 'totals.csv'"),
        ("import os; os.symlink('/etc/passwd', 'totals.csv')", "did not write 'totals.csv'"),
        ("import os; os.mkfifo('totals.csv')", "did not write 'totals.csv'"),
        ("import os; os.mkdir('totals.csv')", "did not write 'totals.csv'"),
    ],
)
def test_a_bad_end_is_told_in_words(tmp_path: Path, script: str, how: str) -> None:
    rehearsal = attempt(tmp_path, packed(script))
    with pytest.raises(ScriptFailed) as caught:
        run(rehearsal)
    assert caught.value.sentence == f"The script main.py {how}."
    assert told(rehearsal)[-1] == (3, caught.value.sentence)
    assert not (rehearsal.results / "totals.csv").exists()


def test_a_traceback_tells_of_the_script_alone(tmp_path: Path) -> None:
    rehearsal = attempt(tmp_path, packed("def deep():\n    raise KeyError('x')\ndeep()\n"))
    with pytest.raises(ScriptFailed):
        run(rehearsal)
    lines = [text for status, text in told(rehearsal) if status == 2]
    assert lines[0] == "Traceback (most recent call last):"
    assert "launch.py" not in "".join(lines) and "main.py" in lines[1]
    assert lines[-1] == "KeyError: 'x'"


@pytest.mark.parametrize("memory", [64 * 1024**2])
def test_memory_is_bounded(tmp_path: Path, memory: int) -> None:
    rehearsal = attempt(tmp_path, packed("x = bytearray(1024 ** 3)"), memory=memory)
    with pytest.raises(ScriptFailed, match="MemoryError"):
        run(rehearsal)


def test_cancelling_ends_the_script_and_all_that_it_started(tmp_path: Path) -> None:
    script = (
        "import os, signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: None)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(os.getpid(), child.pid)\n"
        "while True:\n    time.sleep(0.01)\n"
    )
    rehearsal = attempt(tmp_path, packed(script))
    pids = list[int]()

    def log(text: str) -> None:
        pids.extend(map(int, text.split()))
        rehearsal.cancelled = True

    rehearsal.log = log  # type: ignore[method-assign]
    with pytest.raises(Cancelled):
        run(rehearsal)
    assert len(pids) == 2
    assert all(_ends(pid) for pid in pids)


def test_what_a_script_leaves_behind_ends_with_it(tmp_path: Path) -> None:
    script = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid)\n"
        "open('totals.csv', 'w').close()\n"
    )
    rehearsal = attempt(tmp_path, packed(script))
    run(rehearsal)
    [line] = rehearsal.lines
    assert _ends(int(line))


def test_a_script_that_closed_its_output_can_still_be_stopped(tmp_path: Path) -> None:
    script = "import os, time\nos.close(1); os.close(2)\ntime.sleep(600)\n"
    rehearsal = attempt(tmp_path, packed(script), looks=12)
    with pytest.raises(Cancelled):
        run(rehearsal)


def test_much_output_is_cut_into_lines_and_bounded(tmp_path: Path) -> None:
    script = "print('x' * 200_000)\nfor i in range(6000):\n    print(i)\nprint('\\x1b[31m\\0red')\nopen('totals.csv', 'w').close()\n"
    rehearsal = attempt(tmp_path, packed(script))
    result = run(rehearsal)
    found = told(rehearsal)
    assert len(found) == 5_001 and found[-1][0] == 4
    assert max(len(text) for _, text in found) <= 4_000
    assert result["counts"]["1"] == 6_005
    assert rehearsal.lines[-1] == "?[31m?red"


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"Colour": "red"}, "nobody asks it"),
        ({"Region": "West"}, "not among what may be chosen"),
        ({"Least": "many"}, "no number"),
        ({"Loud": "perhaps"}, "neither True nor False"),
    ],
)
def test_a_wrong_answer_is_refused_before_anything_runs(tmp_path: Path, answers: dict[str, str], reason: str) -> None:
    rehearsal = attempt(tmp_path, packed("print('ran')"), answers=answers)
    with pytest.raises(WrongAnswer) as caught:
        run(rehearsal)
    assert reason in caught.value.sentence
    assert rehearsal.lines == []


def test_a_package_without_a_declaration_does_not_run(tmp_path: Path) -> None:
    with pytest.raises(WorkflowBroken, match=r"workflow\.toml"):
        run(attempt(tmp_path, packed("print('ran')", None)))


def test_a_file_and_a_folder_of_one_name_are_refused(tmp_path: Path) -> None:
    data = packed("pass", **{"data": "x", "data/more": "y"})
    with pytest.raises(WorkflowBroken, match="one name"):
        run(attempt(tmp_path, data))


def test_a_file_is_not_laid_outside_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("42")
    rehearsal = attempt(tmp_path, packed("pass"), files={"../x.csv": tmp_path / "data"})
    with pytest.raises(Invalid, match="no plain file name"):
        run(rehearsal)
    assert not (rehearsal.folder / "x.csv").exists()


def _ends(pid: int) -> bool:
    """Tell whether a process has ended, or does so soon: to be killed takes a moment."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 20)[0])
    finally:
        os.close(handle)
