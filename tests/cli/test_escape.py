"""Foreign text on a terminal: only ever shown, never obeyed."""

from __future__ import annotations

import io
import logging
import subprocess
import sys

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.cli import logs, showing
from jobyard.cli.codes import Code, Trouble, told
from jobyard.cli.escape import json_safe, visible

HARMLESS = "Ökonomie 日本語 ½ naïve 🙂 a-b_c.d"
ATTACKS = {
    "\x1b]0;title\x07": "\\x1b]0;title\\x07",
    "\x1b[2J": "\\x1b[2J",
    "\x9b31m": "\\x9b31m",
    "a\r\nb": "a\\x0d\\x0ab",
    "\u202egpj.exe": "\\u202egpj.exe",
    "\u2066x\u2069": "\\u2066x\\u2069",
    "\u200b\ufeff": "\\u200b\\ufeff",
    "\u2028": "\\u2028",
    "\ud800": "\\ud800",
    "\U000e0041": "\\U000e0041",
    "\x00\x7f": "\\x00\\x7f",
}


@pytest.mark.parametrize(("text", "shown"), ATTACKS.items(), ids=[ascii(text) for text in ATTACKS])
def test_what_a_terminal_would_obey_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert visible(f"before{text}after") == f"before{shown}after"


def test_other_peoples_letters_stay_as_they_are() -> None:
    assert visible(HARMLESS) == HARMLESS
    assert visible("") == ""


@given(st.text())
def test_nothing_unprintable_gets_through(text: str) -> None:
    shown = visible(text)
    assert all(char.isprintable() or char.isspace() for char in shown)
    assert not any(char in shown for char in "\x1b\r\n\x07\x9b\u202e\u2028\u200b")


@given(
    st.recursive(
        st.text() | st.integers(-(2**53), 2**53), lambda inner: st.dictionaries(st.text(), inner), max_leaves=12
    )
)
def test_json_means_the_same_after_it_was_made_safe(value: object) -> None:
    plain = msgspec.json.encode(value).decode()
    safe = json_safe(plain)
    assert msgspec.json.decode(safe) == value
    assert not any(char in safe for char in "\x7f\x9b\u202e\u2028\u200b\x1b")


def test_json_spells_characters_beyond_the_first_plane_as_a_pair() -> None:
    assert json_safe('"\U000e0041"') == '"\\udb40\\udc41"'


def test_a_table_shows_markup_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    showing.print_table(("NAME", "SIZE "), [("[red]x[/red] :smile: \x1b[2J", "5"), ("b" * 300, "12")])
    out = capsys.readouterr().out
    assert "[red]x[/red] :smile: \\x1b[2J" in out
    assert "b" * 300 in out, "away from a terminal nothing is cut"
    assert "\x1b" not in out


def test_empty_fields_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    showing.print_fields([("name", "a\nb"), ("nothing", "")])
    out = capsys.readouterr().out
    assert "a\\x0ab" in out and "nothing" not in out


def test_an_error_is_one_line_whatever_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(Trouble("bad\x1b[2J\nname", Code.REFUSED)) is Code.REFUSED
    assert capsys.readouterr().err == "jobyard: bad\\x1b[2J\\x0aname\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (KeyboardInterrupt(), Code.INTERRUPTED),
        (FileNotFoundError(2, "No such file or directory", "/x"), Code.HERE),
        (RuntimeError("boom"), Code.UNEXPECTED),
    ],
)
def test_every_error_has_its_exit_code(error: BaseException, code: Code, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(error) is code
    err = capsys.readouterr().err
    assert "Traceback" not in err and err.count("\n") <= 1


def test_in_development_mode_a_mistake_of_ours_shows_where() -> None:
    script = "from jobyard.cli.codes import told; told(RuntimeError('boom'))"
    quiet, loud = (
        subprocess.run([sys.executable, *mode, "-c", script], capture_output=True, text=True).stderr
        for mode in ((), ("-X", "dev"))
    )
    assert "Traceback" not in quiet and "boom" in quiet
    assert "Traceback" in loud and "boom" in loud


def record(message: str, *args: object, error: Exception | None = None) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("jobyard.x", logging.WARNING, "f", 1, message, args, info)


def test_a_log_line_cannot_begin_another_one() -> None:
    line = logs.ConsoleLines().format(record("name %s", "a\nFAKE\x1b[2J"))
    assert "\n" not in line and "a\\x0aFAKE\\x1b[2J" in line and "warning" in line


def test_a_log_line_may_be_json() -> None:
    entry = msgspec.json.decode(logs.JsonLines().format(record("name %s", "a\n\u202e")))
    assert entry["message"] == "name a\n\u202e" and entry["level"] == "warning" and entry["logger"] == "jobyard.x"


@pytest.mark.parametrize("form", [logs.ConsoleLines(), logs.JsonLines()])
def test_a_traceback_is_logged_with_every_line_made_safe(form: logging.Formatter) -> None:
    try:
        raise ValueError("a\x1b[2J")
    except ValueError as error:
        text = form.format(record("it broke", error=error))
    assert "ValueError" in text and "\x1b" not in text


def test_logging_goes_to_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    try:
        logs.configure("json")
        logging.getLogger("jobyard.x").info("hello")
    finally:
        root.handlers, root.level = before, level
    assert msgspec.json.decode(stream.getvalue())["message"] == "hello"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (59.94, "59.9 s"), (60, "1 min 0 s"), (3599, "59 min 59 s"), (7260, "2 h 1 min")],
)
def test_lengths_of_time_are_told_in_two_units(seconds: float, text: str) -> None:
    assert showing.duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (5 * 1024**4, "5.0 TiB"),
        (5000 * 1024**4, "5000.0 TiB"),
    ],
)
def test_sizes_are_told_in_the_unit_that_suits(count: int, text: str) -> None:
    assert showing.size(count) == text
