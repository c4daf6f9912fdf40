from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from jobyard.commands.allowance import Commands
from jobyard.commands.kind import CommandRun
from jobyard.commands.parameters import CommandParameters
from jobyard.engine.capability import Capability
from jobyard.job.errors import CommandNotAllowed, NotFound
from jobyard.job.record import Job, Resource
from jobyard.people.record import HOUSE
from jobyard.store.contract import Transaction

NOWHERE = cast("Transaction", None)


def parameters(*argv: str) -> CommandParameters:
    return msgspec.convert({"argv": list(argv)}, CommandParameters)


def job(*argv: str) -> Job:
    return Job(id="a" * 32, kind="command.run", owner="ada", parameters={"argv": list(argv)})


def test_it_is_a_capability() -> None:
    capability: Capability = Commands(())
    assert capability.name == "commands"
    assert capability.kinds == {"command.run"}


def test_an_allowed_name_is_admitted_and_found_by_its_name() -> None:
    resource = Commands(["echo"]).admit(NOWHERE, HOUSE, "command.run", parameters("echo", "hello"))
    assert resource is not None
    assert (resource.type, resource.id, resource.name) == ("command", "echo", "echo")


def test_the_running_work_is_told_an_absolute_path() -> None:
    answer = Commands(["echo"]).call(NOWHERE, job("echo"), "resolve", None, 0)
    assert answer["path"] in {"/usr/local/bin/echo", "/usr/bin/echo", "/bin/echo"}


def test_an_absolute_path_is_taken_as_it_stands() -> None:
    allowed = Commands(["/opt/models/train"])
    assert allowed.call(NOWHERE, job("/opt/models/train"), "resolve", None, 0) == {"path": "/opt/models/train"}


@pytest.mark.parametrize(
    "spelling",
    [
        "/bin/echo",
        "/usr/bin/echo",
        "./echo",
        "../echo",
        "bin/../echo",
        "echo ",
        " echo",
        "Echo",
        "echo\n",
        "echo;id",
        "$(echo)",
        "ec\u200bho",
        "",
        "cat",
        "/opt//train",
        "/opt/./train",
        "/opt/x/../train",
        "/opt/train/",
        "//opt/train",
        "train",
    ],
)
def test_any_other_spelling_is_refused(spelling: str) -> None:
    allowed = Commands(["echo", "/opt/train"])
    with pytest.raises(CommandNotAllowed):
        allowed.admit(NOWHERE, HOUSE, "command.run", parameters(spelling))
    with pytest.raises(CommandNotAllowed):
        allowed.call(NOWHERE, job(spelling), "resolve", None, 0)


def test_nothing_is_allowed_by_default() -> None:
    with pytest.raises(CommandNotAllowed, match="'true'"):
        Commands(()).admit(NOWHERE, HOUSE, "command.run", parameters("true"))


def test_a_long_refused_command_is_not_repeated_whole() -> None:
    with pytest.raises(CommandNotAllowed) as refused:
        Commands(()).admit(NOWHERE, HOUSE, "command.run", parameters("x" * 4000))
    assert len(refused.value.sentence) < 300


@pytest.mark.parametrize(
    "entry", ["", "no-such-program-here", "bin/echo", "./echo", "..", "/", "//bin/echo", "/bin/../bin/echo", "/bin/x\0"]
)
def test_a_list_that_cannot_be_meant_stops_the_start(entry: str) -> None:
    with pytest.raises(ValueError, match="allowed command"):
        Commands(["echo", entry])


def test_other_verbs_do_not_exist() -> None:
    with pytest.raises(NotFound):
        Commands(["echo"]).call(NOWHERE, job("echo"), "allow", None, 0)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"argv": []}, "length >= 1"),
        ({"argv": ["x"] * 257}, "length <= 256"),
        ({"argv": ["x", "y" * 4097]}, "length <= 4096"),
        ({"argv": ["x", "a\0b"]}, "NUL"),
        ({"argv": ["x"] + ["y" * 4000] * 40}, "larger than"),
        ({"argv": "echo hello"}, "array"),
        ({"argv": ["x"], "stdin": "y" * 65_537}, "length <= 65536"),
        ({"argv": ["x"], "shell": True}, "unknown field"),
        ({"argv": ["x"], "environment": {"A": "b\0c"}}, "NUL"),
        ({"argv": ["x"], "files": ["a/b"]}, "plain file name"),
        ({"argv": ["x"], "files": ["a\\b"]}, "plain file name"),
        ({"argv": ["x"], "files": [".."]}, "plain file name"),
        ({"argv": ["x"], "files": [""]}, "plain file name"),
        ({"argv": ["x"], "files": ["a\nb"]}, "plain file name"),
        ({"argv": ["x"], "files": ["\u202egpj.exe"]}, "plain file name"),
        ({"argv": ["x"], "files": ["a" * 201]}, "plain file name"),
        ({"argv": ["x"], "files": ["a", "a"]}, "twice"),
    ],
)
def test_parameters_have_limits(given: dict[str, Any], complaint: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=complaint):
        msgspec.convert(given, CommandParameters)


@pytest.mark.parametrize(
    "name",
    [
        "LD_PRELOAD",
        "LD_LIBRARY_PATH",
        "LD_AUDIT",
        "DYLD_INSERT_LIBRARIES",
        "PYTHONPATH",
        "PYTHONSTARTUP",
        "PERL5LIB",
        "RUBYOPT",
        "NODE_OPTIONS",
        "JAVA_TOOL_OPTIONS",
        "BASH_ENV",
        "BASH_FUNC_X",
        "ENV",
        "IFS",
        "PATH",
        "CLASSPATH",
        "MANPATH",
        "HOME",
        "TMPDIR",
        "SHELL",
        "PAGER",
        "GIT_SSH_COMMAND",
        "GLIBC_TUNABLES",
        "GCONV_PATH",
        "JOBYARD_JOB",
        "lower",
        "Mixed",
        "1ST",
        "_HIDDEN",
        "A-B",
        "A B",
        "A=B",
        "ÄRGER",
        "A\n",
        "",
        "A" * 129,
    ],
)
def test_names_that_steer_loaders_and_tools_are_refused(name: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="may not be set"):
        msgspec.convert({"argv": ["x"], "environment": {name: "1"}}, CommandParameters)


@pytest.mark.parametrize("name", ["LEARNING_RATE", "CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS", "LANG", "TZ", "A", "X1"])
def test_plain_names_may_be_set(name: str) -> None:
    assert msgspec.convert({"argv": ["x"], "environment": {name: "1"}}, CommandParameters).environment == {name: "1"}


def test_a_program_is_found_by_its_name_and_not_by_its_folder() -> None:
    path = sys.executable
    resource = Resource(type="command", id=path, name=Path(path).name)
    assert Commands([path]).admit(NOWHERE, HOUSE, "command.run", parameters(path)) == resource
    assert CommandRun.resource(parameters(path)) == resource
