"""What the server is and what formats it knows; both are told without a login."""

from __future__ import annotations

from litestar import get

from jobyard.faces.cvat.gate import PUBLIC
from jobyard.faces.cvat.surroundings import Ask
from jobyard.faces.cvat.wire import AboutOut, FormatsOut
from jobyard.faces.cvat.words.formats import formats_out

SPOKEN = "2.80.0"
"""The version of the protocol. The client compares it with its own: equal up to the second number is what it takes."""


@get("/server/about", opt={PUBLIC: True})
async def get_about(request: Ask) -> AboutOut:
    """Return what the server is."""
    return AboutOut(
        name="Jobyard",
        description="A self-hosted job server that speaks CVAT's protocol.",
        version=SPOKEN,
        logo_url=f"{request.house.base_url()}/favicon.svg",
        subtitle=f"Jobyard {request.house.version}",
    )


@get("/server/annotation/formats", opt={PUBLIC: True})
async def get_formats(request: Ask) -> FormatsOut:
    """Return what can be read and what can be written."""
    return formats_out()


HANDLERS = (get_about, get_formats)
