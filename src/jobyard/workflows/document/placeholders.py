"""What stands for a value in a document: its own constants, and those that the engine knows of it."""

from __future__ import annotations

from collections.abc import Mapping
from ntpath import basename

from msgspec.structs import replace

from jobyard.workflows.document.markup import Element
from jobyard.workflows.document.record import Constant, Document

ITERATION = "%Engine.IterationNumber%"
"""What stands for how often a batch macro ran before."""
_WHOLE_DIGITS = 15


def constants(document: Document) -> tuple[Constant, ...]:
    """Return a document's own constants and the engine's. Nobody looks at a run here, so it has no surface."""
    # Paths that begin with the document's own folder lead into the package.
    return (
        *document.constants,
        Constant(namespace="Engine", name="WorkflowDirectory", value=""),
        Constant(namespace="Engine", name="ModuleDirectory", value=""),
        Constant(namespace="Engine", name="WorkflowFileName", value=basename(document.file)),
        Constant(namespace="Engine", name="GuiInteraction", value="0", numeric=True),
    )


def counted(document: Document, before: int) -> Document:
    """Return a batch macro that knows how often it ran before."""
    count = Constant(namespace="Engine", name="IterationNumber", value=str(before), numeric=True)
    return replace(document, constants=(*document.constants, count))


def named(document: Document) -> dict[str, str | float | None]:
    """Return values by what names them in a formula, in small letters; None where one should be a number and is not."""
    return {f"{one.namespace}.{one.name}".casefold(): _value(one) for one in constants(document)}


def _value(one: Constant) -> str | float | None:
    if not one.numeric:
        return one.value
    text = one.value.strip()
    if not is_number(text):
        return None
    return float(text) if "." in text or len(text) > _WHOLE_DIGITS else int(text)


def is_number(text: str) -> bool:
    """Tell whether a text is a number in digits, such as `-1.5`."""
    whole, _, rest = text.strip().removeprefix("-").partition(".")
    return text.isascii() and whole.isdigit() and (not rest or rest.isdigit())


def at_home(document: Document) -> Document:
    """Return a document in whose configurations the engine's constants have their values."""
    texts = {f"%Engine.{one.name}%": one.value for one in constants(document) if one.namespace == "Engine"}
    tools = tuple(replace(tool, configuration=filled(tool.configuration, texts)) for tool in document.tools)
    return replace(document, tools=tools)


def filled(element: Element, values: Mapping[str, str]) -> Element:
    """Return an element with every constant in it replaced by its value, once."""
    text = in_text(element.text, values)
    attributes = {name: in_text(value, values) for name, value in element.attributes.items()}
    children = tuple(filled(child, values) for child in element.children)
    same = text == element.text and attributes == element.attributes
    if same and all(one is other for one, other in zip(children, element.children, strict=True)):
        return element
    return Element(element.name, attributes, text, children)


def in_text(text: str, values: Mapping[str, str]) -> str:
    """Return a text with every constant in it replaced by its value."""
    if "%" not in text:
        return text
    for name, value in values.items():
        text = text.replace(name, value)
    return text
