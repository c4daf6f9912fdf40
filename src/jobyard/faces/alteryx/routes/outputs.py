"""The files that jobs leave, under the addresses of both versions."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from litestar import get
from litestar.params import FromPath
from litestar.response import Stream

from jobyard.faces.alteryx import sending, taking
from jobyard.faces.alteryx.finding import files_of, job_of, standing
from jobyard.faces.alteryx.surroundings import Ask
from jobyard.faces.alteryx.taking import ASKED
from jobyard.faces.alteryx.words import jobs as words
from jobyard.job.errors import NotFound, ResultGone
from jobyard.workflows.conversion import MEDIA_TYPES, converted
from jobyard.workflows.refusals import FileUnreadable

ADDRESSES = ["/v3/jobs/{job_id:str}/output/{output_id:str}", "/v1/jobs/{job_id:str}/output/{output_id:str}"]


@get(ADDRESSES, opt={ASKED: ("format",)})
async def get_output(request: Ask, job_id: FromPath[str], output_id: FromPath[str]) -> Stream:
    """Return a file, as it is or in the format that is asked for. Raises Invalid for one that it does not have."""
    job = await job_of(request, job_id)
    if job.results_expired:
        raise ResultGone(id=job_id)
    files = await files_of(request, job)
    there = {one.id for one in words.outputs(job, files)}
    found = next((file for file in files if output_id in there and words.output_id(file) == output_id), None)
    if found is None:
        raise NotFound(what="output", name=output_id[:64])
    asked, offered = request.asked.get("format", "").strip(), words.formats(found)
    if asked and asked.lower() not in {one.lower() for one in offered}:
        raise taking.wrong("format", f"The value {asked[:50]!r} is none of {', '.join(offered)}.")
    file, path = await request.engine.results.open(await standing(request, job_id), job_id, found.name, found.attempt)
    if asked.lower() in {"", "raw", words.form(found).lower()}:
        return sending.sent(path, file.size, file.name, file.media_type)
    async with request.house.converting:
        return await asyncio.to_thread(_made, path, file.name, asked.lower())


def _made(path: Path, name: str, form: str) -> Stream:
    """Return a file in another format. Raises Invalid where it holds no table after all. Nothing stays on the disk."""
    with tempfile.TemporaryDirectory(prefix="jobyard-") as folder:
        target = Path(folder) / "made"
        try:
            converted(path, name, form, target)
        except FileUnreadable as refusal:
            raise taking.wrong("format", f"The file cannot be made into it: {refusal.sentence}") from None
        opened = target.open("rb")
        title = f"{name.rpartition('.')[0]}.{form}"
        return sending.sent_whole(opened, target.stat().st_size, title, MEDIA_TYPES[form])


HANDLERS = (get_output,)
