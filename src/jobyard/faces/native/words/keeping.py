"""Looking after the house in the native protocol's words."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from jobyard.engine.audit import Entry
from jobyard.engine.retention import Rule, Subject
from jobyard.engine.upkeep import Diagnosis
from jobyard.faces.native.wire import AuditOut, DoctorOut, Name, RoomOut, RuleIn, RuleOut
from jobyard.faces.native.words.asking import project_ref
from jobyard.faces.native.words.times import moment
from jobyard.job.errors import Invalid, NotFound


def rule_subject(text: str) -> Subject:
    """Return whose rule an address means. Raises NotFound."""
    try:
        return Subject(text)
    except ValueError:
        raise NotFound(what="subject of rules", name=text) from None


def rule_in(subject: str, name: str, wish: RuleIn) -> Rule:
    """Return a rule as the engine takes it. Raises NotFound, or Invalid for a name that no kind has."""
    meant = rule_subject(subject)
    try:
        msgspec.convert(name, Name)
    except msgspec.ValidationError as error:
        raise Invalid(reason=f"{error} (name).", fields=[{"path": "name", "message": str(error)}]) from None
    return Rule(subject=meant, name=name, days=wish.days, results=wish.results)


def rule_out(rule: Rule, names: Mapping[str, str]) -> RuleOut:
    """Return a rule; `names` are the names of projects by id."""
    return RuleOut(
        subject=rule.subject.value,
        name=rule.name,
        project=project_ref(rule.name, names) if rule.subject is Subject.PROJECT else None,
        days=rule.days,
        results=rule.results,
        set_by=rule.set_by,
        set_at=moment(rule.set_at),
    )


def doctor_out(found: Diagnosis) -> DoctorOut:
    """Return what the doctor found."""
    room = RoomOut(
        database=found.sizes.database,
        free=found.sizes.free,
        log=found.sizes.log,
        blobs=found.blobs,
        blob_count=found.blob_count,
    )
    return DoctorOut(findings=found.findings, notes=found.notes, room=room)


def audit_out(entry: Entry) -> AuditOut:
    """Return an entry of the house's own history."""
    return AuditOut(at=moment(entry.at), actor=entry.actor, verb=entry.verb, what=entry.what, details=entry.details)
