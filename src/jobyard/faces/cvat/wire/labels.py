"""Shapes of labels."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType


class AttributeOut(Struct, kw_only=True):
    """Something that is said of what carries a label."""

    id: int
    name: str
    mutable: bool
    input_type: str
    default_value: str
    values: list[str]


class AttributeIn(Struct, kw_only=True):
    """A wish for an attribute, or a change of one."""

    name: str
    mutable: bool = False
    input_type: str = "text"
    default_value: str | None = None
    values: Any = ()
    """A list, or lines of one text as older clients write it."""
    id: int | None = None
    deleted: bool = False


class LabelOut(Struct, kw_only=True, omit_defaults=True):
    """A class of things."""

    id: int
    name: str
    color: str
    type: str
    attributes: list[AttributeOut]
    sublabels: list[LabelOut]
    has_parent: bool
    parent_id: int | None
    svg: str = ""
    task_id: int | None = None
    project_id: int | None = None


class LabelIn(Struct, kw_only=True):
    """A wish for a label, or a change of one where it names its number."""

    id: int | None = None
    name: str | UnsetType = UNSET
    color: str | UnsetType | None = UNSET
    type: str | UnsetType = UNSET
    attributes: list[AttributeIn] | UnsetType = UNSET
    sublabels: list[LabelIn] | UnsetType = UNSET
    svg: str | UnsetType | None = UNSET
    deleted: bool = False
