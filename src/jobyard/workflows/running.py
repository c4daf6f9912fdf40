"""Running a workflow: tool after tool, each behind all it takes from; files are written when all of them are done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from jobyard.job.errors import Fault
from jobyard.workflows import apps, batches
from jobyard.workflows.document.graph import Route, route
from jobyard.workflows.document.package import Package
from jobyard.workflows.document.placeholders import counted
from jobyard.workflows.document.record import Batch, Document, Tool
from jobyard.workflows.files import columnar, delimited, forms, workbook, yxdb_writing
from jobyard.workflows.formula.functions.catalog import functions
from jobyard.workflows.messages import Messages, Status
from jobyard.workflows.planning import name_of, planned, problems_within
from jobyard.workflows.refusals import FileUnreadable, ToolFailed, WorkflowRefused
from jobyard.workflows.table import Table
from jobyard.workflows.toolbox.asked import answers as told
from jobyard.workflows.toolbox.naming import settled
from jobyard.workflows.toolbox.registry import craft
from jobyard.workflows.work import Output, Surroundings, Work

MEMORY = 2 * 1024**3
"""Bytes that one table may hold where nobody says otherwise."""
_SHOWN = 100
"""Records of a browsed table that are kept for people."""


class Written(Struct, frozen=True, kw_only=True):
    """A file that a run wrote."""

    name: str
    form: str
    tools: tuple[int, ...]
    records: int


@dataclass
class Outcome:
    """What came of a run."""

    messages: Messages
    counts: dict[int, dict[str, int]] = field(default_factory=dict)
    """For each tool the records at each of its ports."""
    written: list[Written] = field(default_factory=list)
    browsed: dict[int, Table] = field(default_factory=dict)
    """The first records that each Browse saw."""


@dataclass(frozen=True)
class Means:
    """What a run may use."""

    now: datetime
    result_file: Callable[[str, str], Path]
    """Says where a file of a name and a media type is written."""
    check: Callable[[], None] = lambda: None
    """Raises when the run shall stop."""
    progress: Callable[[int, int, str], None] = lambda done, total, text: None
    memory: int = MEMORY
    files: Mapping[str, Path] = field(default_factory=dict)
    """Files that were handed in beside the package."""


def run(package: Package, answers: Mapping[str, str], means: Means, outcome: Outcome | None = None) -> Outcome:
    """Run what a package is about, and return what came of it.

    Raises WorkflowRefused naming the first tools that are not done here, before anything runs; ToolFailed naming the
    tool that failed; WrongAnswer. Nothing is written then. The outcome that was handed in keeps the messages.
    """
    document = apps.answered(package.main(), answers, means.now)
    outcome = outcome or Outcome(prepared(document))
    messages = outcome.messages
    try:
        _look(document, package, means, messages)
        around = Surroundings(
            package=package,
            messages=messages,
            functions=functions(means.now),
            now=means.now,
            check=means.check,
            memory=means.memory,
            outputs=[],
            files=means.files,
        )
        _Running(around, means.progress, outcome).document(document, {}, 0)
        if not document.settings.no_output:
            _write(around.outputs, means, outcome)
    except Fault as fault:
        if not isinstance(fault, ToolFailed):
            messages.tell(Status.ERROR, fault.sentence)
        raise
    warnings = messages.counts.get(Status.WARNING, 0) + messages.counts.get(Status.CONVERSION, 0)
    messages.tell(Status.COMPLETE, f"Finished running {forms.base_name(document.file)} with {warnings:,} warnings.")
    return outcome


def prepared(document: Document) -> Messages:
    """Return the messages of a run of a document, none told yet."""
    return Messages(document.settings.conversion_limit, stops=document.settings.stops_at_limit)


def _look(document: Document, package: Package, means: Means, messages: Messages) -> None:
    plan = planned(document, package, means.files)
    if plan.runs:
        return
    wrong = [look for look in plan.looks if look.problems]
    for look in wrong:
        for problem in look.problems:
            messages.tell(Status.ERROR, f"{look.title} ({look.tool}): {problem}", look.tool)
    first = [f"{look.title} ({look.tool}): {look.problems[0]}" for look in wrong[:3]]
    more = f"; and {len(wrong) - 3} more tools" if len(wrong) > 3 else ""
    raise WorkflowRefused(reason="; ".join(first) + more)


class _Running:
    """Goes along the route of a document, and into its macros."""

    def __init__(self, around: Surroundings, progress: Callable[[int, int, str], None], outcome: Outcome) -> None:
        self._around, self._progress, self._outcome = around, progress, outcome

    def document(self, document: Document, incoming: Mapping[str, Table], depth: int) -> dict[str, Table]:
        """Run a document, and return what its macro outputs give."""
        document = settled(document, self._around.package)
        way = route(document)
        waiting = {tool.id: len(way.out.get(tool.id, ())) for tool in way.tools}
        made: dict[tuple[int, str], Table] = {}
        given: dict[str, Table] = {}
        closed = _Closed(way)
        for done, tool in enumerate(way.tools):
            self._around.check()
            if not depth:
                self._progress(done, len(way.tools), tool.title)
            inputs = self._inputs(tool, way, made, waiting)
            if closed.off(tool):
                continue
            if tool.plugin == "MacroOutput":
                given[name_of(tool)] = _first(inputs)
                continue
            ports = self._tool(tool, document, inputs, incoming, depth)
            closed.after(tool, ports)
            if not depth:
                self._note(tool, ports)
            if way.out.get(tool.id):
                made.update({(tool.id, port): table for port, table in ports.items()})
        if not depth:
            self._progress(len(way.tools), len(way.tools), "")
        return given

    def batch(
        self, macro: Document, batch: Batch, answers: Mapping[str, str], work: Work, depth: int
    ) -> dict[str, Table]:
        """Run a macro once for each record of its control, and return what all runs gave."""
        incoming = {entry: tables[0] for entry, tables in work.inputs.items() if entry != batches.CONTROL}
        given, size = dict[str, list[Table]](), 0
        for turn, controls in enumerate(batches.rounds(work, batch)):
            work.check()
            ready = apps.answered(counted(macro, turn), {**answers, **controls}, self._around.now)
            for problem in problems_within(ready, self._around.package, self._around.files):
                raise WorkflowRefused(reason=problem)
            for port, table in self.document(ready, incoming, depth).items():
                size += int(table.frame.estimated_size())
                work.afford_bytes(size)
                given.setdefault(port, []).append(table)
        return {port: batches.together(work, tables, batch) for port, tables in given.items()}

    def _inputs(
        self, tool: Tool, way: Route, made: dict[tuple[int, str], Table], waiting: dict[int, int]
    ) -> dict[str, list[Table]]:
        """Collect what comes in, and let go of tables that nobody waits for any more."""
        found: dict[str, list[Table]] = {}
        for wire in way.into.get(tool.id, ()):
            table = made.get((wire.origin, wire.port))
            if table is not None:
                found.setdefault(wire.entry, []).append(table)
            waiting[wire.origin] -= 1
            if not waiting[wire.origin]:
                for key in [key for key in made if key[0] == wire.origin]:
                    del made[key]
        return found

    def _tool(
        self,
        tool: Tool,
        document: Document,
        inputs: dict[str, list[Table]],
        incoming: Mapping[str, Table],
        depth: int,
    ) -> dict[str, Table]:
        try:
            if tool.plugin == "MacroInput":
                return {"Output": _entering(tool, document, incoming, self._around)}
            how = craft(tool)
            if how is None:
                return self._macro(tool, document, inputs, depth)
            return how().run(Work(tool, document, self._around, inputs))
        except ToolFailed:
            raise
        except Fault as fault:
            own = None if isinstance(fault, FileUnreadable) else fault.data.get("reason")
            reason = own or fault.sentence
        except MemoryError:
            reason = "it needs more memory than there is"
        except ValueError as error:
            reason = str(error)
        except Exception as error:  # noqa: BLE001 - a table library's own errors have many classes
            reason = f"{type(error).__name__}: {str(error).splitlines()[0][:500] if str(error) else ''}"
        failure = ToolFailed(tool=tool.title, id=tool.id, reason=str(reason).rstrip("."))
        self._around.messages.tell(Status.ERROR, failure.sentence, tool.id)
        raise failure

    def _macro(self, tool: Tool, document: Document, inputs: dict[str, list[Table]], depth: int) -> dict[str, Table]:
        macro = self._around.package.macro(tool.macro, document)
        if macro is None:
            raise WorkflowRefused(reason=f"the macro {tool.macro!r} is not in the package")
        known = {question.name.casefold() for question in macro.questions}
        answers = {name: value for name, value in told(tool.configuration).items() if name.casefold() in known}
        inner = Messages(macro.settings.conversion_limit)
        around = replace(self._around, messages=inner)
        incoming = {entry: tables[0] for entry, tables in inputs.items()}
        within = _Running(around, self._progress, self._outcome)
        try:
            if macro.batch is not None:
                return within.batch(macro, macro.batch, answers, Work(tool, document, around, inputs), depth + 1)
            return within.document(apps.answered(macro, answers, self._around.now), incoming, depth + 1)
        except ToolFailed as failure:
            raise WorkflowRefused(reason=f"in its macro, {failure.sentence}") from None
        finally:
            for message in inner.told:
                if message.status not in {Status.COMPLETE, Status.ERROR}:
                    self._around.messages.tell(Status(message.status), f"{tool.title}: {message.text}", tool.id)

    def _note(self, tool: Tool, ports: Mapping[str, Table]) -> None:
        counts = {port: table.height for port, table in ports.items()}
        self._outcome.counts[tool.id] = counts
        for port, count in counts.items():
            self._around.messages.tell(Status.RECORDS, f"{port}|{count}", tool.id)
        if tool.plugin.startswith("Browse") and "Output" in ports:
            table = ports["Output"]
            self._outcome.browsed[tool.id] = table.rows(table.frame.head(_SHOWN))


class _Closed:
    """Which ways a Detour closed, and which tools therefore do not run."""

    def __init__(self, way: Route) -> None:
        self._way = way
        self._ports = set[tuple[int, str]]()

    def off(self, tool: Tool) -> bool:
        """Tell whether a tool does not run, since one of its entries gets nothing; then its own ways are closed too."""
        ways = dict[str, list[bool]]()
        for wire in self._way.into.get(tool.id, ()):
            ways.setdefault(wire.entry, []).append((wire.origin, wire.port) in self._ports)
        shut = [all(found) for found in ways.values()]
        is_off = all(shut) if tool.plugin == "DetourEnd" else any(shut)
        if ways and is_off:
            self._ports |= {(tool.id, wire.port) for wire in self._way.out.get(tool.id, ())}
        return bool(ways) and is_off

    def after(self, tool: Tool, ports: Mapping[str, Table]) -> None:
        """Note the ways that a tool closed which did run, such as a Detour, or a macro in which there is one."""
        if tool.plugin == "Detour" or craft(tool) is None:
            self._ports |= {(tool.id, wire.port) for wire in self._way.out.get(tool.id, ()) if wire.port not in ports}


def _first(inputs: Mapping[str, list[Table]]) -> Table:
    for tables in inputs.values():
        return tables[0]
    raise WorkflowRefused(reason="nothing is connected to an exit of the macro")


def _entering(tool: Tool, document: Document, incoming: Mapping[str, Table], around: Surroundings) -> Table:
    """Return what is connected to a macro's entry; its own example where it is optional and nothing is."""
    found = incoming.get(name_of(tool))
    if found is not None:
        return found
    if not tool.configuration.flag("Optional"):
        raise WorkflowRefused(reason=f"nothing is connected to the macro's entry {name_of(tool)!r}")
    raise WorkflowRefused(reason=f"the macro's entry {name_of(tool)!r} is left open, which is not done here")


def _write(outputs: list[Output], means: Means, outcome: Outcome) -> None:
    """Write all files. A workbook takes the sheets of all tools that name it."""
    groups: dict[str, list[Output]] = {}
    for output in outputs:
        groups.setdefault(output.name.casefold(), []).append(output)
    for group in groups.values():
        means.check()
        first = group[0]
        target = means.result_file(first.name, forms.MEDIA_TYPES[first.form])
        if first.form == forms.WORKBOOK:
            sheets = [(workbook.sheet(one.options), one.table) for one in group]
            workbook.write(target, sheets, means.check)
        elif first.form == forms.DELIMITED:
            delimited.write(first.table, target, first.options)
        elif first.form == forms.JSON:
            columnar.write_json(first.table, target)
        elif first.form == forms.YXDB:
            yxdb_writing.write(first.table, target, means.check)
        else:
            columnar.write_parquet(first.table, target)
        records = sum(one.table.height for one in group)
        for one in group:
            outcome.messages.tell(
                Status.FILE_WRITTEN, f"{one.table.height:,} records were written to {one.name!r}.", one.tool
            )
        tools = tuple(one.tool for one in group)
        outcome.written.append(Written(name=first.name, form=first.form, tools=tools, records=records))
