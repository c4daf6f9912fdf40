from __future__ import annotations

import msgspec

from tests.page.document import COPY, written


def test_the_pages_copy_of_the_document_is_what_the_server_says() -> None:
    now, copy = msgspec.json.decode(written()), msgspec.json.decode(COPY.read_bytes())
    assert copy == now, "run make docs"
