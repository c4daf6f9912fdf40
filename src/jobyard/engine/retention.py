"""How long final jobs and their results are remembered: rules for one kind or one project, beside the setting.

A rule of the job's project wins over one of its kind, and that over the setting `retention` and what the kind says of
its results. Whatever somebody keeps stays, whatever the rules say.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from jobyard.access import rules as access
from jobyard.access.rules import House
from jobyard.engine import audit
from jobyard.engine.ledger import Ledger
from jobyard.job.clock import SECOND
from jobyard.job.errors import Invalid, NotFound
from jobyard.people.record import Actor
from jobyard.store.contract import Card, Transaction, View

DAY = 86_400 * SECOND
"""Microseconds in a day."""
_DRAWER = "retention"
_KNOWN_FOR = SECOND
_MOST = 1_000


class Subject(StrEnum):
    """Whose jobs a rule is about."""

    KIND = "kind"
    PROJECT = "project"


class Rule(Struct, frozen=True, kw_only=True):
    """How long jobs of one kind or one project are remembered; None leaves it to the next rule in line."""

    subject: Subject
    name: str
    """The kind's name, or the project's id."""
    days: float | None = None
    """Days that a final job is remembered; 0 for ever."""
    results: float | None = None
    """Days that the result files of jobs which end from now on live; 0 for ever."""
    set_by: str = ""
    set_at: int = 0

    @property
    def key(self) -> Key:
        """What tells it from other rules."""
        return (self.subject, self.name)


Key = tuple[Subject, str]


class Rules:
    """All rules, as they were read last."""

    def __init__(self, found: Iterable[Rule] = ()) -> None:
        self.by_key = {rule.key: rule for rule in found}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rules) and other.by_key == self.by_key

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.by_key)))

    def for_record(self, kind: str, project: str | None) -> Rule | None:
        """Return the rule that says how long a job is remembered; None where the setting does."""
        return next((rule for rule in self._of(kind, project) if rule.days is not None), None)

    def for_results(self, kind: str, project: str | None) -> float | None:
        """Return how many days result files live; None where the kind says it."""
        return next((rule.results for rule in self._of(kind, project) if rule.results is not None), None)

    def with_rule(self, rule: Rule) -> Rules:
        """Return these rules and one more, in place of the one it replaces."""
        return Rules((self.by_key | {rule.key: rule}).values())

    def _of(self, kind: str, project: str | None) -> list[Rule]:
        keys: list[Key] = [(Subject.KIND, kind)]
        if project is not None:
            keys.insert(0, (Subject.PROJECT, project))
        return [self.by_key[key] for key in keys if key in self.by_key]


class Retention:
    """Reads, sets and asks the rules."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known = Rules()
        self._known_until = 0

    async def list(self, actor: Actor) -> list[Rule]:
        """Return all rules, by subject and name; only administrators may ask."""
        access.require_house(actor, House.KEEP_HOUSE)
        return await self._ledger.read(_read)

    async def put(self, actor: Actor, rule: Rule) -> Rule:
        """Set a rule. Raises Invalid for one that says nothing, and NotFound for a project that is not there."""
        access.require_house(actor, House.KEEP_HOUSE)
        if rule.days is None and rule.results is None:
            raise Invalid(reason="a rule says how many days jobs or their results are remembered")
        told = replace(rule, set_by=actor.name, set_at=self._ledger.now())

        def work(transaction: Transaction) -> Rule:
            known = named(transaction, told)
            others = [one for one in transaction.cards(_DRAWER, limit=_MOST + 1) if one.id != _id(known.key)]
            if len(others) >= _MOST:
                raise Invalid(reason=f"there are {_MOST} rules already")
            transaction.put_card(Card(drawer=_DRAWER, id=_id(known.key), body=msgspec.json.encode(known).decode()))
            details = {"days": known.days, "results": known.results}
            audit.tell(transaction, told.set_at, actor.name, "ruled", _what(known.key), details)
            return known

        made = await self._ledger.write(work)
        self._known_until = 0
        return made

    async def drop(self, actor: Actor, subject: Subject, name: str) -> None:
        """Take a rule away. Raises NotFound."""
        access.require_house(actor, House.KEEP_HOUSE)

        def work(transaction: Transaction) -> None:
            project = transaction.project(name) if subject is Subject.PROJECT else None
            key = (subject, project.id if project is not None else name)
            if not transaction.drop_card(_DRAWER, _id(key)):
                raise NotFound(what="rule for", name=f"{subject.value} {name}")
            audit.tell(transaction, self._ledger.now(), actor.name, "unruled", _what(key))

        await self._ledger.write(work)
        self._known_until = 0

    def known(self, view: View) -> Rules:
        """Return the rules, read again when they are older than a second or were changed here."""
        now = self._ledger.now()
        if now >= self._known_until:
            self._known, self._known_until = Rules(_read(view)), now + _KNOWN_FOR
        return self._known


def named(view: View, rule: Rule) -> Rule:
    """Return a rule with its project's id where it has the project's name. Raises NotFound for an unknown project."""
    if rule.subject is not Subject.PROJECT:
        return rule
    project = view.project(rule.name)
    if project is None:
        raise NotFound(what="project", name=rule.name)
    return replace(rule, name=project.id)


def _read(view: View) -> list[Rule]:
    return [msgspec.json.decode(card.body, type=Rule) for card in view.cards(_DRAWER, limit=_MOST)]


def _id(key: Key) -> str:
    return f"{key[0].value}:{key[1]}"


def _what(key: Key) -> str:
    return f"retention of {key[0].value} {key[1]}"
