"""A body of parts comes out as it went in, however it is cut on its way; what is too much or broken is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.bodies.parts import Bounds, parts
from jobyard.job.errors import Invalid, TooLarge

pytestmark = pytest.mark.anyio

TYPE = "multipart/form-data; boundary=edge"
BOUNDS = Bounds(parts=10, text=1000)
HEAD = b'--edge\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
TAIL = b"\r\n--edge--\r\n"


def field(name: str, content: bytes) -> bytes:
    return f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + content + b"\r\n"


def file(name: str, filename: bytes, content: bytes) -> bytes:
    head = f'--edge\r\ncontent-disposition: form-data; name="{name}"; filename="'.encode() + filename
    return head + b'"\r\nContent-Type: image/png\r\n\r\n' + content + b"\r\n"


async def coming(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def read(*chunks: bytes, kind: str = TYPE, bounds: Bounds = BOUNDS) -> list[tuple[str, str | None, bytes | str]]:
    found: list[tuple[str, str | None, bytes | str]] = []
    async for part in parts(coming(chunks), kind, bounds):
        said = await part.text() if part.filename is None else b"".join([piece async for piece in part.pieces])
        found.append((part.field, part.filename, said))
    return found


@given(
    contents=st.lists(st.lists(st.sampled_from([b"\r\n", b"--edge", b"-", b"\r", b"x"]), max_size=6), max_size=4),
    size=st.integers(1, 70),
)
async def test_parts_come_out_as_they_went_in(contents: list[list[bytes]], size: int) -> None:
    sent = [b"".join(pieces).replace(b"\r\n--edge", b"") for pieces in contents]
    sent = [content for content in sent if not content.startswith(b"--edge")]
    body = b"".join(file("f", str(place).encode(), content) for place, content in enumerate(sent)) + b"--edge--\r\n"
    found = await read(*(body[at : at + size] for at in range(0, len(body), size)))
    assert found == [("f", str(place), content) for place, content in enumerate(sent)]


async def test_fields_and_files_are_told_apart_and_names_are_text() -> None:
    body = (
        field("größe", "3 €".encode())
        + file("f", "ß.png".encode(), b"\x00")
        + file("f", b"\xdf.png", b"")
        + b"--edge--"
    )
    assert await read(body) == [("größe", None, "3 €"), ("f", "ß.png", b"\x00"), ("f", "ß.png", b"")]


async def test_what_is_not_read_is_passed_by() -> None:
    body = file("big", b"x", b"123" * 1000) + field("a", b"1") + b"--edge--"
    names = [part.field async for part in parts(coming([body[:500], body[500:]]), TYPE, BOUNDS)]
    assert names == ["big", "a"]


async def test_what_was_read_in_part_is_passed_by_even_where_the_reader_was_closed() -> None:
    body = file("big", b"x", b"123" * 1000) + field("a", b"1") + b"--edge--"
    names = list[str]()
    async for part in parts(coming([body[:500], body[500:]]), TYPE, BOUNDS):
        names.append(part.field)
        assert await anext(part.pieces)
        await part.pieces.aclose()
    assert names == ["big", "a"]


async def test_a_file_is_given_out_as_it_comes() -> None:
    taken = list[int]()

    async def counted() -> AsyncIterator[bytes]:
        for number, chunk in enumerate([file("f", b"x", b"")[:-2], b"1" * 5000, b"2" * 5000, TAIL]):
            taken.append(number)
            yield chunk

    async for part in parts(counted(), TYPE, BOUNDS):
        first = await anext(part.pieces)
        assert first.startswith(b"1")
        assert taken == [0, 1]


@pytest.mark.parametrize("body", [b"", b"--edge--\r\n", b"\r\n--edge--\r\nand something behind it"])
async def test_a_body_may_have_no_parts(body: bytes) -> None:
    assert await read(body) == []


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "multipart/form-data",
        "multipart/mixed; boundary=edge",
        f"multipart/form-data; boundary={'e' * 201}",
    ],
)
async def test_other_bodies_are_refused(kind: str) -> None:
    with pytest.raises(Invalid, match="no multipart/form-data with a boundary"):
        await read(HEAD + b"1" + TAIL, kind=kind)


@pytest.mark.parametrize("body", [HEAD + b"1" + TAIL, field("a", b"1") + file("b", b"c", b"22") + b"--edge--"])
async def test_a_body_that_is_cut_off_anywhere_is_refused(body: bytes) -> None:
    whole = body.rindex(b"--edge--") + len(b"--edge--")
    for end in range(1, whole):
        with pytest.raises(Invalid, match="ends"):
            await read(body[:end])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"no parts at all", "can be read"),
        (b"--other\r\n", "can be read"),
        (b"--edge\r\nContent-Disposition form-data\r\n\r\n1" + TAIL, "can be read"),
        (b"--edge\r\nContent-Type: text/plain\r\n\r\n1" + TAIL, "has no name"),
        (b"--edge\r\nContent-Disposition: form-data\r\n\r\n1" + TAIL, "has no name"),
        (field("a", b"1") + b"--edge\r\nContent-Type: text/plain\r\n\r\n1" + TAIL, "has no name"),
        (HEAD + b"\xff" + TAIL, "no UTF-8"),
    ],
)
async def test_what_cannot_be_read_is_refused(body: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        await read(body)


async def test_what_is_too_much_is_refused() -> None:
    with pytest.raises(Invalid, match="more than 10 parts"):
        await read(field("a", b"") * 11 + b"--edge--")
    with pytest.raises(Invalid, match=r"name is longer than 4,096 bytes"):
        await read(field("n" * 4097, b"") + b"--edge--")
    with pytest.raises(Invalid, match="can be read"):
        await read(b"--edge\r\nX: " + b"v" * 17_000)
    with pytest.raises(Invalid, match="can be read"):
        await read(b"--edge\r\n" + b"X: v\r\n" * 9 + b"\r\n" + TAIL)


async def test_plain_fields_are_bounded_together_and_files_are_not() -> None:
    files = file("f", b"x", b"1" * 5000)
    assert len(await read(files + field("a", b"1" * 500) + field("b", b"1" * 500) + b"--edge--")) == 3
    with pytest.raises(TooLarge, match="1,000 bytes"):
        await read(field("a", b"1" * 500) + field("b", b"1" * 501) + b"--edge--")
