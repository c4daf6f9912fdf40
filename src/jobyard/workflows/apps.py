"""An app's answers put into its document: constants that stand in configurations, and actions that change them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from jobyard.workflows.document.markup import Element
from jobyard.workflows.document.placeholders import constants, filled, in_text, is_number
from jobyard.workflows.document.questions import COMPUTED, DELETED, ERROR
from jobyard.workflows.document.record import Action, Document, Question, Tool
from jobyard.workflows.formula.parser import parsed
from jobyard.workflows.refusals import FormulaWrong, WrongAnswer

LONGEST_ANSWER = 65_536
_Inputs = tuple[tuple[str, int], ...]
_CHOICES = frozenset({"DropDown", "ListBox", "RadioGroup", "Tree"})
_TRUTHS = {"true": "True", "false": "False", "1": "True", "0": "False", "yes": "True", "no": "False"}
_CHECKS = frozenset({"CheckBox", "BooleanGroup", "RadioButton"})


def unsupported(document: Document) -> list[tuple[int, str]]:
    """Return what actions do that is not done here: their tools, and each a clause."""
    return [(action.id, clause) for action in document.actions for clause in _unsupported(document, action)]


def _unsupported(document: Document, action: Action) -> list[str]:
    formulas = [(one.expression, one.inputs) for one in action.conditions]
    if action.type in {COMPUTED, ERROR}:
        formulas.append((action.expression, action.inputs))
    elif action.type not in {"UpdateValue", DELETED}:
        return [f"the action {action.type!r}"]
    if action.type == "UpdateValue":
        if action.unclear or (action.expression and not _takes_control(document, action)):
            return ["an action that computes its value"]
        if action.question not in {question.id for question in document.questions}:
            return ["an action without a question"]
    return [clause for expression, inputs in formulas for clause in _not_computed(document, expression, inputs)]


def _not_computed(document: Document, expression: str, inputs: _Inputs) -> list[str]:
    """Return why a value is not computed here."""
    types = {question.id: question.type for question in document.questions}
    if any(types.get(asked) == "NumericUpDown" for _, asked in inputs):
        return ["an action that computes with a number that is asked for"]
    try:
        parsed(expression)
    except FormulaWrong as wrong:
        return [f"an action's formula ({wrong.sentence.rstrip('.')})"]
    return []


def _takes_control(document: Document, action: Action) -> bool:
    """Tell whether an action computes no more than the control parameter that is wired to it."""
    controls = document.batch.controls if document.batch else ()
    asked = next((question.name for question in document.questions if question.id == action.question), None)
    return asked in controls and action.expression == f"[#{controls.index(asked) + 1}]"


def answered(document: Document, answers: Mapping[str, str], now: datetime) -> Document:
    """Return the document with the answers in their places. Raises WrongAnswer naming the question."""
    values = checked(document.questions, answers)
    tools = {tool.id: tool for tool in document.tools}
    told = _constants(document, values)
    computing = _Computing(values, told, now)
    for action in document.actions:
        if not all(computing.holds(one.expression, one.inputs) == one.holds for one in action.conditions):
            continue
        if action.type == ERROR and computing.holds(action.expression, action.inputs):
            raise WrongAnswer(name="of an action", reason=action.message or "the app says so")
        if action.type == DELETED:
            tools.pop(action.deletes, None)
        elif action.type == COMPUTED:
            _act(action, computing.text(action.expression, action.inputs), tools)
        elif action.type == "UpdateValue" and action.question in values and not action.unclear:
            _act(action, values[action.question], tools)
    ready = tuple(replace(tool, configuration=filled(tool.configuration, told)) for tool in tools.values())
    wires = tuple(wire for wire in document.wires if wire.origin in tools and wire.target in tools)
    return replace(document, tools=ready, wires=wires)


class _Computing:
    """Formulas of actions and of conditions; what computes them is brought only where there is one."""

    def __init__(self, values: Mapping[int | None, str], told: Mapping[str, str], now: datetime) -> None:
        self._values, self._told, self._now = values, told, now

    def text(self, expression: str, inputs: _Inputs) -> str:
        """Return what a formula makes of answers. Raises WrongAnswer."""
        from jobyard.workflows.computing import text

        return text(in_text(expression, self._told), self._given(inputs), self._now)

    def holds(self, expression: str, inputs: _Inputs) -> bool:
        """Return whether a formula holds. Raises WrongAnswer."""
        from jobyard.workflows.computing import holds

        return holds(in_text(expression, self._told), self._given(inputs), self._now)

    def _given(self, inputs: _Inputs) -> dict[str, str]:
        return {name: self._values[asked] for name, asked in inputs if asked in self._values}


def checked(questions: tuple[Question, ...], answers: Mapping[str, str]) -> dict[int | None, str]:
    """Return each question's answer, or its default, by the question's id. Raises WrongAnswer naming the question."""
    known = {question.name.casefold(): question for question in questions}
    for name in answers:
        if name.casefold() not in known:
            raise WrongAnswer(name=repr(name[:100]), reason="nobody asks it")
    given = {name.casefold(): answer for name, answer in answers.items()}
    return {
        question.id: _answer(question, given.get(question.name.casefold(), question.default)) for question in questions
    }


def _answer(question: Question, answer: str) -> str:
    name = repr(question.name)
    if len(answer) > LONGEST_ANSWER:
        raise WrongAnswer(name=name, reason=f"an answer has at most {LONGEST_ANSWER:,} characters")
    if question.type in _CHOICES and question.items and answer:
        chosen = [one.strip() for one in answer.split(",")] if question.multiple else [answer]
        values = dict(question.items) | {value: value for _, value in question.items}
        wrong = [one for one in chosen if one not in values]
        if wrong:
            raise WrongAnswer(name=name, reason=f"{wrong[0][:100]!r} is not among what may be chosen")
        return ",".join(values[one] for one in chosen)
    if question.type == "NumericUpDown" and answer and not is_number(answer):
        raise WrongAnswer(name=name, reason=f"{answer[:100]!r} is no number")
    alone = question.type == "RadioGroup" and not question.items
    if (question.type in _CHECKS or alone) and answer:
        if answer.lower() not in _TRUTHS:
            raise WrongAnswer(name=name, reason=f"{answer[:100]!r} is neither True nor False")
        return _TRUTHS[answer.lower()]
    return answer


def _act(action: Action, value: str, tools: dict[int, Tool]) -> None:
    """Change one place of one tool's configuration."""
    number, _, path = action.destination.partition("/")
    tool = tools.get(int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else None
    if tool is None or not path:
        raise WrongAnswer(name="of an action", reason=f"there is no place {action.destination[:100]!r}")
    changed = _changed(tool.configuration, _steps(path), value, action)
    if changed is None:
        raise WrongAnswer(name="of an action", reason=f"there is no place {action.destination[:100]!r}")
    tools[tool.id] = replace(tool, configuration=changed)


def _steps(path: str) -> list[str]:
    """Return the steps of a path; a step such as `Field[@name='a/b']` may hold what parts them."""
    steps = [""]
    for place, letter in enumerate(path):
        if letter == "/" and (steps[-1].endswith("]") or "[" not in steps[-1] or "]" not in path[place:]):
            steps.append("")
        else:
            steps[-1] += letter
    return steps


def _fits(element: Element, step: str) -> bool:
    """Tell whether a step of a path means an element: by its name, and by one attribute where it says which."""
    name, _, wish = step.removesuffix("]").partition("[@")
    attribute, _, wanted = wish.partition("=")
    return element.name == name and (not wish or element.attributes.get(attribute.strip()) == wanted.strip()[1:-1])


def _changed(element: Element, path: list[str], value: str, action: Action) -> Element | None:
    if not path:
        return replace(element, text=_new(element.text, value, action))
    first, rest = path[0], path[1:]
    if first.startswith("@") or (not rest and first in element.attributes):
        name = first.removeprefix("@")
        old = element.attributes.get(name, "")
        return replace(element, attributes={**element.attributes, name: _new(old, value, action)})
    for place, child in enumerate(element.children):
        if _fits(child, first):
            changed = _changed(child, rest, value, action)
            if changed is not None:
                return replace(element, children=(*element.children[:place], changed, *element.children[place + 1 :]))
    return None


def _new(old: str, value: str, action: Action) -> str:
    if action.replaces is None:
        return value
    return old.replace(action.replaces, value) if action.replaces else old


def _constants(document: Document, values: Mapping[int | None, str]) -> dict[str, str]:
    found = {f"%{one.namespace}.{one.name}%": one.value for one in constants(document)}
    for question in document.questions:
        found[f"%Question.{question.name}%"] = values[question.id]
        if question.type == "ControlParam":
            found[f"%Question.ControlParam.{question.name}%"] = values[question.id]
    return found
