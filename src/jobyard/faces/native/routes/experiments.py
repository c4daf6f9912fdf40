"""Experiments: what their programs reported, what they were told, what they made."""

from __future__ import annotations

import asyncio
import mimetypes
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from jobyard.experiments.record import Sort
from jobyard.faces import ClosingStream
from jobyard.faces.native.download import attachment, whole
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import InPath, asking
from jobyard.faces.native.wire.experiments import (
    ConsoleAsked,
    ConsolePage,
    CurvesAsked,
    CurvesOut,
    ExperimentOut,
    FileAsked,
    ImageOut,
    PlotOut,
    SeriesList,
    ShownAsked,
)
from jobyard.faces.native.words import experiments as words

_PLAIN = "application/octet-stream"


@get("/experiments/{job_id:str}", operation_id="getExperiment")
async def get_experiment(request: Ask, job_id: InPath) -> ExperimentOut:
    """Return what an experiment is beyond its job: its parameters, configuration, artifacts and models."""
    house = request.house.experiments
    found = await house.tasks.get(request.user, job_id)
    models = await house.library.all(request.user, "with", words.model_ids(found))
    files = await house.shelf.among(request.user, words.addresses(found, models))
    return words.experiment_out(found, request.user, models, files)


@get("/experiments/{job_id:str}/series", operation_id="listSeries")
async def list_series(request: Ask, job_id: InPath) -> SeriesList:
    """Return what an experiment reported, by metric and variant, and what is known of the values."""
    house = request.house.experiments
    known = await house.curves.series(request.user, job_id)
    singles = await house.curves.singles(request.user, job_id)
    part = await house.console.part(request.user, job_id, 1)
    return words.series_out(known, singles, part.total)


@get("/experiments/curves", operation_id="readCurves", **asking(CurvesAsked, refusals=(404,)))
async def read_curves(request: Ask, asked: NamedDependency[CurvesAsked]) -> CurvesOut:
    """Return the curves of one or several experiments, thinned to as many points as are wanted."""
    house, metrics = request.house.experiments, set(asked.metric)
    curves = [
        words.curve_out(job, one)
        for job in dict.fromkeys(asked.job)
        for one in await house.curves.drawn(
            request.user, job, asked.samples, lambda series: not metrics or series.metric in metrics
        )
    ]
    return CurvesOut(curves=curves)


@get("/experiments/{job_id:str}/plots", operation_id="listPlots", **asking(ShownAsked))
async def list_plots(request: Ask, job_id: InPath, asked: NamedDependency[ShownAsked]) -> list[PlotOut]:
    """Return the newest plots of each metric and variant, newest iteration first."""
    curves = request.house.experiments.curves
    wanted = words.require_few(await curves.series(request.user, job_id, Sort.PLOT), asked)
    found = await curves.newest(
        request.user, job_id, Sort.PLOT, asked.limit, lambda one: one.number in wanted, asked.below
    )
    return [words.plot_out(one) for one in found]


@get("/experiments/{job_id:str}/images", operation_id="listImages", **asking(ShownAsked))
async def list_images(request: Ask, job_id: InPath, asked: NamedDependency[ShownAsked]) -> list[ImageOut]:
    """Return the newest pictures of each metric and variant, newest iteration first."""
    house = request.house.experiments
    wanted = words.require_few(await house.curves.series(request.user, job_id, Sort.IMAGE), asked)
    found = await house.curves.newest(
        request.user, job_id, Sort.IMAGE, asked.limit, lambda one: one.number in wanted, asked.below
    )
    paths = {words.path_in(words.image_address(one)) for one in found}
    files = await house.shelf.among(request.user, paths)
    return [words.image_out(job_id, one, files) for one in found]


@get("/experiments/{job_id:str}/console", operation_id="readConsole", **asking(ConsoleAsked))
async def read_console(request: Ask, job_id: InPath, asked: NamedDependency[ConsoleAsked]) -> ConsolePage:
    """Return pieces of an experiment's console, oldest first, from a place on or back from it."""
    place = words.console_place(asked.cursor)
    part = await request.house.experiments.console.part(request.user, job_id, asked.limit, place, back=asked.back)
    return words.console_out(part, asked.limit, back=asked.back)


@get(
    "/experiments/{job_id:str}/file",
    operation_id="getExperimentFile",
    **asking(FileAsked, texts=("application/octet-stream",)),
)
async def get_file(request: Ask, job_id: InPath, asked: NamedDependency[FileAsked]) -> Response[Any]:
    """Return a file that programs put here: an artifact, a model's weights or a picture that an experiment names."""
    house = request.house.experiments
    await house.tasks.get(request.user, job_id)
    stored = await house.shelf.get(request.user, asked.path)
    name = stored.path.rpartition("/")[2]
    opened = await asyncio.to_thread(stored.open)
    headers = {
        **attachment(name),
        "Content-Length": str(stored.size),
        "Content-Type": mimetypes.guess_type(name)[0] or _PLAIN,
    }
    return ClosingStream(whole(opened, stored.size), headers=headers)


HANDLERS = (get_experiment, list_series, read_curves, list_plots, list_images, read_console, get_file)
