"""Schedules and when they run, as clients read and write them."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from jobyard.faces.alteryx.wire.jobs import AnswerIn

_Name = Annotated[str, Meta(max_length=256)]
_Comment = Annotated[str, Meta(max_length=1024)]


class HourlyContract(Struct, kw_only=True):
    """Every so many hours and minutes, counted from the start."""

    hours: Annotated[int, Meta(ge=0, le=8_760)]
    minutes: Annotated[int, Meta(ge=0, le=59)]


class DailyContract(Struct, kw_only=True, rename="camel"):
    """Every day at the time of the start, or on working days alone."""

    run_only_work_week: bool = False


class WeeklyContract(Struct, kw_only=True, rename="camel"):
    """On these days of the week, at the time of the start."""

    days_of_week: Annotated[list[str], Meta(min_length=1, max_length=7)]


class MonthlyContract(Struct, kw_only=True, rename="camel"):
    """On one day of every month: by its number, or the so-manieth of a day of the week."""

    simple_day_of_month: bool
    day_of_month: Annotated[int, Meta(ge=1, le=31)] | None = None
    occurrence: Annotated[int, Meta(ge=1, le=5)] | None = None
    day_of_week: str | int | None = None


class CustomContract(Struct, kw_only=True, rename="camel"):
    """On these days of these months."""

    days_of_month: Annotated[list[Annotated[int, Meta(ge=1, le=31)]], Meta(min_length=1, max_length=31)]
    months: Annotated[list[Annotated[int, Meta(ge=1, le=12)]], Meta(min_length=1, max_length=12)]


class CronContract(Struct, kw_only=True, rename="camel"):
    """At the times of an expression; the start and the end only bound it."""

    cron_expression: Annotated[str, Meta(max_length=200)]


class Iteration(Struct, kw_only=True, rename="camel", omit_defaults=True):
    """When a schedule runs. The contract that its type names has to be there, others are passed over."""

    iteration_type: str = ""
    """Once, Hourly, Daily, Weekly, Monthly, Custom or Cron."""
    start_time: str = ""
    end_time: str | None = None
    hourly_contract: HourlyContract | None = None
    daily_contract: DailyContract | None = None
    weekly_contract: WeeklyContract | None = None
    monthly_contract: MonthlyContract | None = None
    custom_contract: CustomContract | None = None
    cron_contract: CronContract | None = None


class AnsweredOut(Struct, kw_only=True):
    """An answer to a question of the workflow."""

    name: str
    value: str


class ScheduleIn(Struct, kw_only=True, rename="camel"):
    """A schedule as somebody wants it. What is not said when one is changed stays as it is."""

    workflow_id: str | UnsetType = UNSET
    iteration: Iteration | UnsetType = UNSET
    name: _Name | UnsetType | None = UNSET
    comment: _Comment | UnsetType | None = UNSET
    priority: str | int | UnsetType | None = UNSET
    worker_tag: str | UnsetType | None = UNSET
    credential_id: str | UnsetType | None = UNSET
    time_zone: str | UnsetType | None = UNSET
    questions: list[AnswerIn] | dict[str, Any] | str | UnsetType | None = UNSET
    enabled: bool | UnsetType = UNSET
    owner_id: str | UnsetType | None = UNSET


class ReducedScheduleOut(Struct, kw_only=True, rename="camel"):
    """A schedule in a list."""

    id: str
    name: str
    workflow_id: str | None
    owner_id: str
    run_date_time: str
    time_zone: str


class ScheduleOut(ReducedScheduleOut, kw_only=True, rename="camel"):
    """A schedule."""

    version_id: str | None
    comment: str
    enabled: bool
    priority: str
    worker_tag: str
    credential_id: str
    creation_time: str
    last_run_time: str | None
    state: str
    status: str
    run_count: int
    iteration: Iteration
    frequency: str
    last_error: str
    cpu_name: str
    last_modified_id: str
    last_modified_date: str
    can_edit: bool
    questions: list[AnsweredOut]
