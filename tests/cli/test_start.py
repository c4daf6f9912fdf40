"""How the command line starts: quickly, and importing only what the command needs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cyclopts import App

import jobyard
from jobyard.cli.app import tree
from tests.cli.running import called, command, environment

LOADED = """
import sys
from jobyard.cli.app import run
code = run(sys.argv[1:])
print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules}), sep=" ", file=sys.stderr)
sys.exit(code)
"""
HEAVY = {"litestar", "uvicorn", "uvloop", "apsw", "psycopg", "cryptography", "argon2", "PIL", "numpy", "polars"}


def loaded(*words: str, folder: Path) -> set[str]:
    ended = subprocess.run(
        [sys.executable, "-c", LOADED, *words], cwd=folder, env=environment(), capture_output=True, text=True
    )
    return set(ended.stderr.partition("LOADED ")[2].split())


def leaves(app: App, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name in app:
        if not name.startswith("-"):
            inner = app[name]
            if inner.default_command is not None:
                yield (*before, name)
            yield from leaves(inner, (*before, name))


COMMANDS = sorted(leaves(tree()))


def test_the_version_comes_before_anything_is_imported(tmp_path: Path) -> None:
    times = list[float]()
    for _ in range(5):
        began = time.perf_counter()
        told = command("--version", folder=tmp_path)
        times.append(time.perf_counter() - began)
        assert (told.code, told.out.strip()) == (0, jobyard.__version__)
    # The promise is 80 ms on an idle machine; others may be busy on this one.
    assert min(times) < 0.25
    imported = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "jobyard", "--version"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
    ).stderr
    assert "cyclopts" not in imported and "msgspec" not in imported


def test_listing_jobs_loads_nothing_of_the_server(tmp_path: Path) -> None:
    words = ("jobs", "list", "--url", "http://127.0.0.1:9", "--token", "t")
    found = loaded(*words, folder=tmp_path)
    assert "httpx2" in found
    assert found & HEAVY == set()


def test_a_start_seldom_looks_for_garbage_that_is_not_there() -> None:
    program = "import gc, sys; from jobyard.__main__ import main; sys.argv[1:] = ['--help']\ntry: main()\nfinally:"
    words = [sys.executable, "-c", f"{program} print(gc.isenabled(), gc.get_threshold()[0])"]
    said = subprocess.run(words, env=environment(), capture_output=True, text=True).stdout
    assert said.splitlines()[-1] == "True 20000"


def test_a_wrong_word_loads_nothing_of_the_server(tmp_path: Path) -> None:
    assert loaded("jobs", "list", "--colour", "green", folder=tmp_path) & HEAVY == set()


def test_there_are_the_commands_that_the_docs_tell_of() -> None:
    wanted = {
        *("up", "work", "credentials", "demo", "kinds"),
        *("queues", "queues list", "queues pause", "queues resume"),
        *("workers", "workers list", "workers drain", "workers resume"),
        *("jobs submit", "jobs list", "jobs show", "jobs logs", "jobs watch", "jobs cancel", "jobs retry"),
        *("jobs wait", "jobs keep", "jobs delete", "jobs download", "jobs release", "jobs withdraw"),
        *("jobs edit", "jobs again", "limits list", "limits mine", "limits set", "limits drop"),
        *("schedules create", "schedules list", "schedules show", "schedules edit", "schedules preview"),
        *("schedules pause", "schedules resume", "schedules run", "schedules delete"),
        *("webhooks create", "webhooks list", "webhooks show", "webhooks change", "webhooks pause", "webhooks resume"),
        *("webhooks test", "webhooks secret", "webhooks deliveries", "webhooks redeliver", "webhooks delete"),
        *("datasets create", "datasets list", "datasets show", "datasets sync", "datasets samples"),
        *(
            "datasets change",
            "datasets delete",
            "datasets labels",
            "datasets relabel",
            "datasets tag",
            "datasets syncs",
        ),
        *("datasets syncs", "datasets annotations", "datasets annotate", "datasets forget"),
        *("datasets import", "datasets export", "datasets backup", "datasets restore", "datasets fill"),
        *("datasets formats", "datasets quality", "datasets consensus", "datasets report"),
        *("collections create", "collections list", "collections delete"),
        *("workflows add", "workflows list", "workflows show", "workflows run", "workflows told", "workflows delete"),
        *("endpoints add", "endpoints list", "endpoints remove", "endpoints test"),
        *("users add", "users list", "users change", "users password", "users grant", "users revoke"),
        *("keys create", "keys list", "keys revoke"),
        *("projects create", "projects list", "projects member", "projects drop"),
        *("keep backup", "keep restore", "keep prune", "keep doctor", "keep compact", "keep audit"),
        *("keep rules", "keep rule", "keep drop-rule"),
    }
    assert {" ".join(words) for words in COMMANDS} == wanted


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_says_what_it_does_and_what_each_word_means(words: tuple[str, ...]) -> None:
    app = tree()
    for word in words:
        app = app[word]
    assert app.default_command is not None
    assert (app.default_command.__doc__ or "").strip()
    arguments = app.assemble_argument_collection(parse_docstring=True)
    mute = [one.name for one in arguments if one.show and not one.parameter.help]
    assert mute == []


def test_a_wrong_word_ends_a_real_process_the_same_way(tmp_path: Path) -> None:
    told = command("jobs", "list", "--colour", "green", folder=tmp_path)
    assert (told.code, told.out, told.err.count("\n")) == (2, "", 1)


def test_help_is_there_on_both_levels(tmp_path: Path) -> None:
    assert "submit" in command("jobs", "--help", folder=tmp_path).out
    told = command("jobs", "submit", "--help", folder=tmp_path)
    assert told.code == 0 and "--priority" in told.out


@pytest.mark.parametrize(
    "words",
    [
        ("jbs",),
        ("jobs", "submit"),
        ("jobs", "list", "--colour", "green"),
        ("jobs", "list", "--state", "tired"),
        ("jobs", "wait"),
        ("keep", "rule"),
        ("users", "add", "x", "--role", "king"),
        ("up", "--port", "many"),
        ("jobs", "show", "twelve", "--url", "http://127.0.0.1:9", "--token", "t"),
        ("jobs", "list", "--url", "nowhere", "--token", "t"),
        ("jobs", "list", "--url", "http://127.0.0.1:9"),
        ("jobs", "submit", "x", "--parameters", "{", "--url", "http://127.0.0.1:9", "--token", "t"),
        ("jobs", "submit", "x", "--parameters", "[]", "--url", "http://127.0.0.1:9", "--token", "t"),
        ("jobs", "submit", "x", "--parameters", "@/nowhere", "--url", "http://127.0.0.1:9", "--token", "t"),
        ("jobs", "submit", "x", "-p", "no-equals", "--url", "http://127.0.0.1:9", "--token", "t"),
        ("jobs", "submit", "x", "--label", "=v", "--url", "http://127.0.0.1:9", "--token", "t"),
        ("work",),
        ("work", "--url", "http://127.0.0.1:9"),
        ("work", "--url", "http://127.0.0.1:9", "--token-file", "/nowhere"),
        ("work", "--url", "http://127.0.0.1:9", "--token-file", "/dev/null"),
        ("users", "change", "x"),
        ("keep", "restore", "/nowhere"),
        ("keep", "restore", "/nowhere", "--data", "new"),
        ("up", "--host", "0.0.0.0"),
        ("up", "--port", "70000"),
        ("up", "--port", "0", "--allow-command", "no-such-program-anywhere"),
        ("up", "--slots", "0"),
    ],
    ids=" ".join,
)
def test_a_wrong_word_is_one_sentence_and_exit_code_2(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = called(*words)
    assert told.code == 2
    assert told.out == ""
    assert told.err.startswith("jobyard: ") and told.err.count("\n") == 1
    assert "Traceback" not in told.err
