"""Can it run here? Every tool is looked at before anything runs; nothing is guessed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from msgspec import Struct

from jobyard.workflows import apps, batches
from jobyard.workflows.document.graph import Route, route
from jobyard.workflows.document.markup import Element
from jobyard.workflows.document.package import Package
from jobyard.workflows.document.placeholders import ITERATION, at_home
from jobyard.workflows.document.record import Document, Question, Tool
from jobyard.workflows.files import forms
from jobyard.workflows.formula.bound import Chooser, Function
from jobyard.workflows.formula.functions.catalog import CHOICES, functions
from jobyard.workflows.formula.parser import parsed
from jobyard.workflows.formula.tree import Applied, Chosen, Node
from jobyard.workflows.refusals import FormulaWrong, WorkflowRefused
from jobyard.workflows.toolbox.asked import answers
from jobyard.workflows.toolbox.craft import Craft
from jobyard.workflows.toolbox.file_output import switched_off
from jobyard.workflows.toolbox.naming import settled
from jobyard.workflows.toolbox.registry import craft

_DEEPEST = 16
_MACRO_TOOLS = frozenset({"MacroInput", "MacroOutput"})
_ENGINE = "%Engine."


class Look(Struct, frozen=True, kw_only=True):
    """What was found of one tool."""

    tool: int
    title: str
    problems: tuple[str, ...] = ()
    """Clauses that end "is not done here", or say what is wrong; none when it runs."""


class Plan(Struct, frozen=True, kw_only=True):
    """The report on a whole workflow."""

    looks: tuple[Look, ...]
    questions: tuple[Question, ...] = ()
    inputs: tuple[str, ...] = ()
    """Files that it reads and the package does not hold."""
    outputs: tuple[str, ...] = ()
    """Files that it writes."""

    @property
    def runs(self) -> bool:
        """Whether everything that it needs is done here."""
        return not any(look.problems for look in self.looks)


def planned(document: Document, package: Package, files: Collection[str] = ()) -> Plan:
    """Return the report; `files` are names that will be handed in. Raises WorkflowRefused for a circle of tools."""
    looking = _Looking(package, {name.casefold() for name in files})
    looks = [*looking.document(document, 0), *looking.actions(document)]
    return Plan(
        looks=tuple(looks),
        questions=document.questions,
        inputs=tuple(looking.missing),
        outputs=tuple(looking.written),
    )


def problems_within(macro: Document, package: Package, files: Collection[str]) -> list[str]:
    """Return why a macro does not run with what it was told now; none where it runs."""
    looks = _Looking(package, {name.casefold() for name in files}).document(macro, 1)
    return [f"in its macro, {look.title} ({look.tool}): {problem}" for look in looks for problem in look.problems]


class _Looking:
    """Goes through a document and its macros."""

    def __init__(self, package: Package, files: set[str]) -> None:
        self.missing: list[str] = []
        self.written: list[str] = []
        self._package, self._files = package, files
        self._functions = functions(datetime(2000, 1, 1))  # noqa: DTZ001 - only the names matter here

    def actions(self, document: Document) -> Iterator[Look]:
        """Yield what actions do that is not done here."""
        for number, clause in apps.unsupported(document):
            yield Look(tool=number, title="Action", problems=(f"{clause} is not done here",))

    def document(self, document: Document, depth: int) -> list[Look]:
        """Return a look at every tool that would run."""
        document = settled(document, self._package)
        way = route(document)
        return [self._tool(tool, document, way, depth) for tool in way.tools]

    def _tool(self, tool: Tool, document: Document, way: Route, depth: int) -> Look:
        how = craft(tool)
        if how is not None:
            problems = self._known(tool, how, document, way)
        elif tool.plugin in _MACRO_TOOLS and depth:
            problems = []
        elif tool.macro:
            problems = self._macro(tool, document, way, depth)
        else:
            problems = ["this tool is not done here"]
        return Look(tool=tool.id, title=tool.title or "?", problems=tuple(problems))

    def _known(self, tool: Tool, how: type[Craft], document: Document, way: Route) -> list[str]:
        configuration = tool.configuration
        problems = [f"{clause} is not done here" for clause in how.unsupported(configuration)]
        problems += self._wires(tool, how, way)
        if _ENGINE in _settled(configuration, document):
            problems.append("a constant of the engine in its configuration is not known here")
        for formula in how.formulas(configuration):
            if any(name in formula for name in _open(document)):
                continue  # it is looked at when the answers are known
            try:
                _look_at(parsed(formula), self._functions)
            except FormulaWrong as wrong:
                problems.append(wrong.sentence.rstrip("."))
        if not problems and tool.plugin == "DbFileInput" and not _told_later(tool, document):
            problems += self._file(configuration, document)
        if tool.plugin == "DbFileOutput" and not switched_off(configuration):
            self.written.append(forms.base_name(forms.place(configuration)[0]))
        return problems

    def _file(self, configuration: Element, document: Document) -> list[str]:
        path, _ = forms.place(configuration)
        if forms.is_pattern(path):
            names = {*self._files, *self._package.folder(path, document)}
            if forms.fitting(forms.base_name(path), names):
                return []
            self.missing.append(path)
            return [f"no file in the package fits {path!r}"]
        if forms.base_name(path).casefold() in self._files or self._package.find(path, document) is not None:
            return []
        self.missing.append(path)
        return [f"the file {path!r} is not in the package"]

    @staticmethod
    def _wires(tool: Tool, how: type[Craft], way: Route) -> list[str]:
        found, coming = [], way.into.get(tool.id, ())
        counts = {entry: sum(1 for wire in coming if wire.entry == entry) for entry in how.entries}
        unknown = sorted({wire.entry for wire in coming} - set(how.entries))
        found += [f"it has no entry {entry!r}" for entry in unknown]
        found += [
            f"{count} connections lead into its entry {entry!r}, which takes one"
            for entry, count in counts.items()
            if count > 1 and not how.takes_many
        ]
        if not how.takes_none:
            open_ones = [entry for entry, count in counts.items() if not count and entry not in how.optional]
            found += [f"nothing is connected to its entry {entry!r}" for entry in open_ones]
        ports = sorted({wire.port for wire in way.out.get(tool.id, ())} - set(how.ports))
        return found + [f"it has no exit {port!r}" for port in ports]

    def _macro(self, tool: Tool, document: Document, way: Route, depth: int) -> list[str]:
        macro = self._package.macro(tool.macro, document)
        if macro is None:
            return [f"the macro {tool.macro!r} is not in the package"]
        if macro.is_iterative:
            return ["a macro that runs again and again is not done here"]
        if depth >= _DEEPEST:
            return [f"macros within macros, more than {_DEEPEST} deep, are not done here"]
        try:
            looks = [*self.document(at_home(macro), depth + 1), *self.actions(macro)]
        except WorkflowRefused as refusal:
            return [refusal.sentence]
        problems = [
            f"in its macro, {look.title} ({look.tool}): {problem}" for look in looks for problem in look.problems
        ]
        entries = {name_of(one) for one in macro.tools if one.plugin == "MacroInput"}
        ports = {name_of(one) for one in macro.tools if one.plugin == "MacroOutput"}
        coming = {wire.entry for wire in way.into.get(tool.id, ())}
        if macro.batch is not None:
            problems += [
                f"{clause} is not done here" for clause in batches.unsupported(tool.configuration, macro.batch)
            ]
            problems += [] if batches.CONTROL in coming else ["nothing is connected to its macro's control"]
            entries.add(batches.CONTROL)
        problems += _renamed(tool.configuration)
        strange = coming - entries
        strange |= {wire.port for wire in way.out.get(tool.id, ())} - ports
        return problems[:20] + [f"its macro has no entry or exit {name!r}" for name in sorted(strange)]


def _renamed(configuration: Element) -> list[str]:
    """Return which field gets another name where it comes into a macro."""
    maps = [text for name, text in answers(configuration).items() if name.startswith("Input.")]
    pairs = [line.partition("=") for text in maps for line in text.splitlines()]
    others = [(own.strip(), name.strip()) for name, _, own in pairs if own.strip() and own.strip() != name.strip()]
    return [f"giving its field {own!r} the name {name!r} is not done here" for own, name in others[:1]]


def name_of(tool: Tool) -> str:
    """Return under which name a macro's entry or exit is connected."""
    kind = "Input" if tool.plugin == "MacroInput" else "Output"
    return tool.configuration.said("Name").strip() or f"{kind}{tool.id}"


def _open(document: Document) -> list[str]:
    """Return what stands in configurations for answers and constants."""
    names = [question.name for question in document.questions]
    asked = [f"%Question.{place}{name}%" for name in names for place in ("", "ControlParam.")]
    return [*asked, ITERATION, *(f"%{constant.namespace}.{constant.name}%" for constant in document.constants)]


def _told_later(tool: Tool, document: Document) -> bool:
    """Tell whether each run of a batch macro says anew what a tool does, so that it is looked at then."""
    if document.batch is None:
        return False
    told = {action.destination.partition("/")[0] for action in document.actions}
    return str(tool.id) in told or any(name in _everything(tool.configuration) for name in _open(document))


def _everything(element: Element) -> str:
    texts, waiting = list[str](), [element]
    while waiting:
        one = waiting.pop()
        texts += [one.text, *one.attributes.values()]
        waiting += one.children
    return "\n".join(texts)


def _settled(configuration: Element, document: Document) -> str:
    """Return all that a tool was told, but for what each run of a batch macro fills in."""
    told = _everything(configuration)
    return told.replace(ITERATION, "") if document.batch else told


def _look_at(node: Node, known: dict[str, Function | Chooser]) -> None:
    """Raise FormulaWrong where a function is not known. Columns are not looked at: nobody knows them yet."""
    waiting: list[Node] = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Applied):
            if one.name not in known and one.name not in CHOICES:
                raise FormulaWrong(reason=f"There is no function {one.name[:60]}", at=one.at + 1)
            waiting += one.arguments
        elif isinstance(one, Chosen):
            waiting += [part for case in one.cases for part in case]
            waiting.append(one.otherwise)
