"""Experiments in the native protocol's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import msgspec

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.experiments.console import Part, Place
from jobyard.experiments.curves import Drawn, Shown
from jobyard.experiments.record import ARCHIVED, SINGLE, Experiment, Json, Model, Series, Sort
from jobyard.experiments.shelf import Stored
from jobyard.experiments.standing import ALLOWED, Standing
from jobyard.faces.native.wire import experiments as wire
from jobyard.faces.native.words.asking import row_cursor, row_text
from jobyard.faces.native.words.times import moment
from jobyard.job.clock import SECOND
from jobyard.job.errors import Invalid
from jobyard.people.record import Actor

_FILES = "/files/"
"""How the addresses of files begin that programs put here."""
_CONSOLE = "console"
_FAMILIES = 100
"""The most metrics and variants whose plots one answer holds."""
_PLACE_LIMIT = 2**63

Files = Mapping[str, Stored]


def experiment_out(found: Experiment, actor: Actor, models: Iterable[Model], files: Files) -> wire.ExperimentOut:
    """Return an experiment; `files` are those of its addresses that lie here, by path."""
    job, task, sections = found.job, found.task, found.task.sections
    container = sections.get("container", {})
    folder = job.resource if job.resource is not None and job.resource.type == "experiments" else None
    return wire.ExperimentOut(
        job=task.id,
        type=task.type,
        folder=None if folder is None else wire.FolderRef(id=folder.id, name=folder.name),
        parent=task.parent or None,
        standing=found.standing.value,
        tags=list(task.head.tags),
        archived=ARCHIVED in task.head.system_tags,
        comment=task.head.comment,
        message=task.head.message if task.head.said_of == found.standing.value else "",
        iteration=task.iteration,
        reported_by=task.head.worker,
        parameters=_parameters(sections),
        configuration=[
            wire.ConfigurationOut(
                name=name, text=_text(one, "value"), type=_text(one, "type"), description=_text(one, "description")
            )
            for name, one in sorted(_mapping(sections, "configuration").items())
            if isinstance(one, dict)
        ],
        artifacts=[_artifact(task.id, one, files) for one in _listed(sections.get("execution", {}), "artifacts")],
        models=_models(task.id, sections, {one.id: one for one in models}, files),
        script=_script(_mapping(sections, "script")),
        container=" ".join(filter(None, (_text(container, "image"), _text(container, "arguments")))),
        may=options(actor, found),
    )


def options(actor: Actor, found: Experiment) -> list[wire.OptionName]:
    """Return what this actor may ask of an experiment as it stands."""
    follow, job = ALLOWED[found.standing], found.job
    told: list[wire.OptionName] = []
    if rules.may(actor, Verb.EDIT, job) and Standing.DRAFT in follow:
        told.append("reset")
    if rules.acts(actor):
        told.append("clone")
    if rules.may(actor, Verb.RELEASE, job) and Standing.QUEUED in follow:
        told.append("enqueue")
    if rules.may(actor, Verb.EDIT, job):
        told.append("archive")
    return told


def addresses(found: Experiment, models: Iterable[Model]) -> list[str]:
    """Return the paths of all files that an experiment names and that may lie here."""
    artifacts = _listed(found.task.sections.get("execution", {}), "artifacts")
    named = [*(_text(one, "uri") for one in artifacts), *(one.uri for one in models)]
    return [path for path in map(path_in, named) if path]


def model_ids(found: Experiment) -> list[str]:
    """Return the ids of the models that an experiment names."""
    sides = _mapping(found.task.sections, "models")
    return [_text(one, "model") for side in sides for one in _listed(sides, side)]


def path_in(address: str) -> str:
    """Return the path of a file that an address names, as it is kept here; empty for one of another sort."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.path.startswith(_FILES):
        return ""
    return unquote(parts.path.removeprefix(_FILES)).strip("/")


def file_url(job: str, address: str, files: Files) -> str | None:
    """Return where the file of an address can be fetched from this house; None where it lies elsewhere."""
    path = path_in(address)
    return f"/v1/experiments/{job}/file?path={quote(path, safe='')}" if path in files else None


def series_out(known: Iterable[Series], singles: Iterable[Shown], lines: int) -> wire.SeriesList:
    """Return what was reported, by name; what holds nothing but a value told once is no series."""
    return wire.SeriesList(
        series=[_series(one) for one in known if not (one.count == 1 and one.first_iteration == SINGLE)],
        singles=[
            wire.SingleOut(
                metric=shown.series.metric,
                variant=shown.series.variant,
                value=shown.point.value,
                at=moment(shown.point.at),
            )
            for shown in singles
        ],
        lines=lines,
    )


def curve_out(job: str, drawn: Drawn) -> wire.CurveOut:
    """Return a curve of a job."""
    one, points = drawn
    return wire.CurveOut(
        job=job,
        metric=one.metric,
        variant=one.variant,
        count=one.count,
        iterations=[float(iteration) for iteration, _, _ in points],
        times=[round(float(at) / SECOND, 3) for _, at, _ in points],
        values=[value for _, _, value in points],
    )


def plot_out(shown: Shown) -> wire.PlotOut:
    """Return a plot."""
    one, point = shown
    return wire.PlotOut(
        metric=one.metric,
        variant=one.variant,
        iteration=point.iteration,
        at=moment(point.at),
        figure=point.body.decode("utf-8", "replace"),
    )


def image_address(shown: Shown) -> str:
    """Return where a picture's program says that it lies."""
    said = msgspec.json.decode(shown.point.body)
    return _text(said, "url") if isinstance(said, dict) else ""


def image_out(job: str, shown: Shown, files: Files) -> wire.ImageOut:
    """Return a picture."""
    one, point = shown
    address = image_address(shown)
    return wire.ImageOut(
        metric=one.metric,
        variant=one.variant,
        iteration=point.iteration,
        at=moment(point.at),
        address=address,
        url=file_url(job, address, files),
    )


def require_few(known: Sequence[Series], asked: wire.ShownAsked) -> frozenset[int]:
    """Return the numbers of the series that are wanted. Raises Invalid where they are too many for one answer."""
    wanted = [
        one.number for one in known if asked.metric in {None, one.metric} and asked.variant in {None, one.variant}
    ]
    if len(wanted) > _FAMILIES:
        raise Invalid(reason=f"There are {len(wanted):,} metrics and variants; name one of them.")
    return frozenset(wanted)


def console_place(cursor: str | None) -> Place | None:
    """Return the place that a cursor names. Raises WrongCursor."""
    if cursor is None:
        return None
    at, digest = row_cursor(cursor, _CONSOLE, tuple[int, int])
    return Place(max(-1, min(at, _PLACE_LIMIT - 1)), max(-_PLACE_LIMIT, min(digest, _PLACE_LIMIT - 1)))


def console_out(part: Part, limit: int, *, back: bool) -> wire.ConsolePage:
    """Return pieces of a console."""
    pieces = [
        wire.PieceOut(
            cursor=row_text(_CONSOLE, list(place)),
            at=moment(said.at),
            level=said.level,
            worker=said.worker,
            text=said.text.encode("utf-8", "replace").decode(),
        )
        for place, said in part.pieces
    ]
    more = len(pieces) == limit
    last = pieces[0 if back else -1].cursor if more else None
    return wire.ConsolePage(pieces=pieces, next=last, total=part.total)


def _series(one: Series) -> wire.SeriesOut:
    plain = one.sort is Sort.SCALAR
    return wire.SeriesOut(
        sort=one.sort.value,
        metric=one.metric,
        variant=one.variant,
        count=one.count,
        last=one.last,
        last_iteration=one.last_iteration,
        last_at=moment(one.last_at),
        least=one.least,
        least_iteration=one.least_iteration,
        most=one.most,
        most_iteration=one.most_iteration,
        first=one.first,
        first_iteration=one.first_iteration,
        mean=one.total / one.count if plain and one.count else None,
    )


def _parameters(sections: Json) -> list[wire.ParameterOut]:
    return [
        wire.ParameterOut(
            section=section,
            name=name,
            value=_text(one, "value"),
            type=_text(one, "type"),
            description=_text(one, "description"),
        )
        for section, named in sorted(_mapping(sections, "hyperparams").items())
        if isinstance(named, dict)
        for name, one in sorted(named.items())
        if isinstance(one, dict)
    ]


def _artifact(job: str, one: Json, files: Files) -> wire.ArtifactOut:
    address, more = _text(one, "uri"), _mapping(one, "type_data")
    url = file_url(job, address, files)
    stored = files.get(path_in(address)) if url else None
    told, size = one.get("timestamp"), one.get("content_size")
    return wire.ArtifactOut(
        name=_text(one, "key"),
        type=_text(one, "type"),
        taken=one.get("mode") == "input",
        address=address,
        url=url,
        size=stored.size if stored else size if isinstance(size, int) else None,
        hash=_text(one, "hash"),
        at=moment(told * SECOND) if isinstance(told, int) and told > 0 else None,
        preview=_text(more, "preview"),
        facts=[[str(part) for part in pair] for pair in one.get("display_data") or [] if isinstance(pair, list)],
    )


def _models(job: str, sections: Json, known: Mapping[str, Model], files: Files) -> list[wire.ModelOut]:
    sides = _mapping(sections, "models")
    return [_model(job, one, known, files, taken=side == "input") for side in sides for one in _listed(sides, side)]


def _model(job: str, one: Json, known: Mapping[str, Model], files: Files, *, taken: bool) -> wire.ModelOut:
    id_ = _text(one, "model")
    model = known.get(id_)
    address = model.uri if model else ""
    url = file_url(job, address, files)
    stored = files.get(path_in(address)) if url else None
    return wire.ModelOut(
        id=id_,
        name=_text(one, "name"),
        title=model.name if model else "",
        taken=taken,
        framework=model.framework if model else "",
        ready=model.ready if model else False,
        address=address,
        url=url,
        size=stored.size if stored else None,
    )


def _script(said: Json) -> wire.ScriptOut | None:
    if not any(said.values()):
        return None
    packages = said.get("requirements")
    pip = packages.get("pip", "") if isinstance(packages, dict) else packages or ""
    return wire.ScriptOut(
        repository=_text(said, "repository"),
        branch=_text(said, "branch"),
        commit=_text(said, "version_num"),
        entry_point=_text(said, "entry_point"),
        folder=_text(said, "working_dir"),
        packages="\n".join(map(str, pip)) if isinstance(pip, list) else str(pip),
        changes=_text(said, "diff"),
    )


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    text = "" if value is None else value if isinstance(value, str) else str(value)
    return text.encode("utf-8", "replace").decode()


def _mapping(said: Mapping[str, Any], name: str) -> Json:
    value = said.get(name)
    return value if isinstance(value, dict) else {}


def _listed(said: Mapping[str, Any], name: str) -> list[Json]:
    value = said.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
