"""What only this room refuses, in which words. A class is one error; its docstring is the sentence."""

from __future__ import annotations

from jobyard.job.errors import Fault, Invalid


class WorkflowBroken(Invalid):
    """The workflow {file} cannot be read: {reason}."""


class WorkflowRefused(Invalid):
    """This workflow cannot run here: {reason}."""


class FormulaWrong(Invalid):
    """{reason} (character {at} of the formula)."""


class ToolFailed(Fault):
    """Tool {tool} ({id}): {reason}."""


class ScriptFailed(Fault):
    """The script {script} {how}."""


class WrongAnswer(Invalid):
    """The question {name} cannot be answered so: {reason}."""


class FileUnreadable(Fault):
    """The file {file} cannot be read: {reason}."""


class TooMuchMemory(Fault):
    """It would hold about {size:,} bytes, and {limit:,} are allowed."""
