"""A workflow as its document says it, in frozen records. Nothing here knows how a tool works."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from jobyard.workflows.document.markup import Element
from jobyard.workflows.document.titles import title_of


class Form(StrEnum):
    """What kind of document it is, by the ending of its file."""

    WORKFLOW = "yxmd"
    APP = "yxwz"
    MACRO = "yxmc"


class Tool(Struct, frozen=True, kw_only=True):
    """One tool on the canvas."""

    id: int
    plugin: str
    """The last part of the plugin's name, such as `Filter`; empty for a macro."""
    macro: str = ""
    """The path of the macro's document, as the tool names it."""
    configuration: Element = Element("Configuration")
    interface: bool = False
    """Whether it only stands on the canvas, asks people something, or holds other tools."""
    disabled: bool = False
    """Whether it stands in a container that is switched off."""
    place: tuple[int, int] | None = None
    """The pixel where it stands on the canvas; None where the document does not say."""
    expected: dict[str, tuple[dict[str, str], ...]] = {}
    """For each port the fields that the original produced when the document was saved."""

    @property
    def title(self) -> str:
        """What everybody is told it is: the name on its button, or the macro's file."""
        return title_of(self.plugin) or self.macro.replace("\\", "/").rpartition("/")[2]


class Wire(Struct, frozen=True, kw_only=True):
    """One connection: from a tool's port to another tool's entry."""

    origin: int
    port: str
    target: int
    entry: str
    name: str = ""
    """What numbers the wires into a tool that takes many, such as `#1`."""


class Question(Struct, frozen=True, kw_only=True):
    """Something an app asks before it runs."""

    id: int
    type: str
    name: str
    description: str = ""
    default: str = ""
    multiple: bool = False
    items: tuple[tuple[str, str], ...] = ()
    """What may be chosen: pairs of key and value."""


class Condition(Struct, frozen=True, kw_only=True):
    """What has to hold, or not to hold, so that an action is done."""

    expression: str
    inputs: tuple[tuple[str, int], ...] = ()
    """The names by which its expression calls answers, and the questions whose they are."""
    holds: bool = True


class Action(Struct, frozen=True, kw_only=True):
    """What an answer changes in a tool's configuration."""

    id: int
    """The tool of the action itself."""
    type: str
    destination: str
    replaces: str | None = None
    """The part of the text that the answer takes the place of; None where it takes the place of all."""
    expression: str = ""
    question: int | None = None
    """The question whose answer it takes."""
    inputs: tuple[tuple[str, int], ...] = ()
    """The names by which its expression calls answers, and the questions whose they are."""
    conditions: tuple[Condition, ...] = ()
    """What has to be so, each of them, for it to be done."""
    unclear: bool = False
    """Whether it works in a way that is not known here."""
    message: str = ""
    """What an error tells."""
    deletes: int = 0
    """The tool that it takes out of the document."""


class Constant(Struct, frozen=True, kw_only=True):
    """A value that configurations name as `%Namespace.Name%`."""

    namespace: str
    name: str
    value: str
    numeric: bool = False


class Settings(Struct, frozen=True, kw_only=True):
    """What the document says of the run as a whole."""

    record_limit: int = 0
    """Records that inputs read at most; 0 for all."""
    conversion_limit: int = 10
    """Conversion errors told of a field; 0 for all."""
    stops_at_limit: bool = False
    """Whether reaching that limit ends the run."""
    free_order: bool = False
    """Whether it was made for the engine that promises no order of records."""
    no_output: bool = False
    """Whether output tools shall write nothing."""


class Batch(Struct, frozen=True, kw_only=True):
    """How a macro runs once for each record that comes into its control."""

    controls: tuple[str, ...] = ()
    """The names of its control parameters, in their order."""
    output_mode: str = ""
    """In which way the document says that what its runs give is put together."""


class Document(Struct, frozen=True, kw_only=True):
    """One workflow, app or macro."""

    file: str
    """Its path inside the package."""
    form: Form
    tools: tuple[Tool, ...]
    wires: tuple[Wire, ...] = ()
    settings: Settings = Settings()
    constants: tuple[Constant, ...] = ()
    questions: tuple[Question, ...] = ()
    actions: tuple[Action, ...] = ()
    batch: Batch | None = None
    """Says how a macro of it runs once for each record; None where it does not."""
    is_iterative: bool = False
    """Whether a macro of it runs again and again on what it gave."""
