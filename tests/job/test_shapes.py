from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest
from msgspec import Struct

from jobyard.job.shapes import learn, misfit

PROGRAM = """
import gc, sys, threading
import msgspec
from jobyard.job.shapes import learn

sys.setswitchinterval(1e-6)
gc.set_threshold(20)
for _ in range(100):
    inner = [
        msgspec.defstruct(f"Inner{i}", [(f"f{j}", dict[str, list[int | None]] | None, None) for j in range(12)])
        for i in range(6)
    ]
    outer = msgspec.defstruct("Outer", [(f"g{i}", one | None, None) for i, one in enumerate(inner)], module="made.here")
    learn("made")
    together = threading.Barrier(16)

    def read():
        together.wait()
        for _ in range(20):
            msgspec.json.decode(b'{"g1": {"f1": {"a": [1, null]}}}', type=outer)

    threads = [threading.Thread(target=read) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    del outer, inner
    gc.collect()
"""


class Kept(Struct):
    """One that is kept and never read: msgspec could not tell its lists apart."""

    place: list[int] | tuple[int, ...]


class Read(Struct):
    number: int


class Counted(Struct):
    counts: dict[int, int]


class Around(Struct):
    inner: Counted


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        (b'{"inner": {"counts": {"x": 1}}}', "Expected `int`, got `str` as a key", "inner.counts"),
        (b'{"inner": {"counts": {"1": "y"}}}', "Expected `int`, got `str`", "inner.counts[...]"),
        (b"3", "Expected `object`, got `int`", ""),
    ],
)
def test_a_misfit_is_told_with_its_place(text: bytes, message: str, place: str) -> None:
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.json.decode(text, type=Around)
    assert misfit(raised.value) == (message, place)


def test_what_can_be_read_is_learnt_and_the_rest_passed_over() -> None:
    learn(__name__, "jobyard.nowhere")
    assert msgspec.json.decode(b'{"number": 1}', type=Read) == Read(1)
    with pytest.raises(TypeError):
        msgspec.json.Decoder(Kept)


def test_what_was_learnt_before_is_passed_over() -> None:
    known = set[type[Struct]]()
    learn(__name__, known=known)
    assert known == {Kept, Read, Counted, Around}
    later = msgspec.defstruct("Later", [("number", int)], module=f"{__name__}.inner")
    neighbour = msgspec.defstruct("Neighbour", [("number", int)], module=f"{__name__}_too")
    learn(__name__, known=known)
    assert later in known and neighbour not in known


def test_a_shape_that_was_learnt_may_be_read_by_many_threads_at_once() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr


def test_without_learning_the_process_would_crash() -> None:
    """When this fails, msgspec was mended and `learn` has no reason any more."""
    program = PROGRAM.replace('learn("made")', "pass")
    ended = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, check=False).returncode for _ in "123"
    ]
    assert any(code < 0 for code in ended)
