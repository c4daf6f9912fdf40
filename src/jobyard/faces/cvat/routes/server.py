"""What the server is and what formats it knows, told without a login; and what stands in its allowed folders."""

from __future__ import annotations

import asyncio

from litestar import get

from jobyard.access import rules
from jobyard.datasets.sources import Sources
from jobyard.datasets.sources.browsing import browse
from jobyard.faces.cvat.gate import PUBLIC
from jobyard.faces.cvat.surroundings import Ask
from jobyard.faces.cvat.wire import AboutOut, FileInfoOut, FormatsOut
from jobyard.faces.cvat.words.files import file_info_out
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


@get("/server/share")
async def list_share(request: Ask) -> list[FileInfoOut]:
    """Return what stands in a folder below those that an administrator allowed as sources."""
    rules.require_house(request.user, rules.House.MAKE_PROJECTS)
    roots, asked = Sources(request.house.settings.source_roots).roots, request.asked
    found = await asyncio.to_thread(browse, roots, asked.get("directory", "/"), asked.get("search", ""))
    return [file_info_out(one) for one in found]


@get("/server/plugins")
async def get_plugins() -> dict[str, bool]:
    """Return which further products stand beside the server: none."""
    return {"ANALYTICS": False, "MODELS": False}


HANDLERS = (get_about, get_formats, list_share, get_plugins)
