"""Looking after the house: rules of keeping, pruning, backups, the doctor, and the house's own history."""

from __future__ import annotations

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from jobyard.faces.native import words
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import InPath, asking
from jobyard.faces.native.wire import (
    AuditPage,
    BackupIn,
    BackupOut,
    CompactOut,
    DoctorOut,
    PageAsked,
    PruneIn,
    PruneOut,
    RetentionOut,
    RuleIn,
    RuleOut,
)


@get("/retention", operation_id="listRules")
async def list_rules(request: Ask) -> RetentionOut:
    """Return how long ended jobs and their results are remembered. For administrators."""
    rules, names = await request.engine.retention.list(request.user), await request.names.all()
    settings = request.house.settings
    return RetentionOut(
        days=settings.retention,
        event_days=settings.event_retention,
        rules=[words.rule_out(rule, names) for rule in rules],
    )


@put("/retention/{about:str}/{name:str}", operation_id="setRule")
async def set_rule(request: Ask, about: InPath, name: InPath, data: JSONBody[RuleIn]) -> RuleOut:
    """Say how long jobs of one kind or one project are remembered. For administrators.

    A rule of a job's project wins over one of its kind, and that over the setting `retention`.
    """
    rule = await request.engine.retention.put(request.user, words.rule_in(about, name, data))
    return words.rule_out(rule, await request.names.all())


@post("/retention/{about:str}/{name:str}/count", operation_id="countRule", status_code=200)
async def count_rule(request: Ask, about: InPath, name: InPath, data: JSONBody[RuleIn]) -> PruneOut:
    """Count what a rule would remove now if it stood; nothing is changed. For administrators."""
    counted = await request.engine.upkeep.count_rule(request.user, words.rule_in(about, name, data))
    return PruneOut(jobs=counted.jobs, freed=counted.freed)


@delete("/retention/{about:str}/{name:str}", operation_id="dropRule")
async def drop_rule(request: Ask, about: InPath, name: InPath) -> None:
    """Take a rule away. For administrators."""
    await request.engine.retention.drop(request.user, words.rule_subject(about), name)


@post("/keep/prune", operation_id="prune", status_code=200)
async def prune(request: Ask, data: JSONBody[PruneIn]) -> PruneOut:
    """Remove ended jobs that were remembered for long enough and that nobody keeps, or only count them.

    Rules of kinds and projects win over the days that are given. For administrators.
    """
    pruned = await request.engine.upkeep.prune(request.user, data.older_than_days, dry_run=data.dry_run)
    return PruneOut(jobs=pruned.jobs, freed=pruned.freed)


@post("/keep/backup", operation_id="backup", status_code=200)
async def backup(request: Ask, data: JSONBody[BackupIn]) -> BackupOut:
    """Write a consistent copy of the house into a folder of the server's machine. For administrators."""
    made = await request.engine.upkeep.backup(request.user, data.folder)
    return BackupOut(folder=made.folder, size=made.size, blobs=made.blobs)


@post("/keep/compact", operation_id="compact", status_code=200)
async def compact(request: Ask) -> CompactOut:
    """Write the database anew without free room in it; whoever writes meanwhile waits. For administrators."""
    before, after = await request.engine.upkeep.compact(request.user)
    return CompactOut(before=before, after=after)


@get("/keep/doctor", operation_id="doctor")
async def doctor(request: Ask) -> DoctorOut:
    """Look the house over and say what is wrong, and what room it takes. For administrators."""
    return words.doctor_out(await request.engine.upkeep.doctor(request.user))


@get("/audit", operation_id="listAudit", **asking(PageAsked))
async def list_audit(request: Ask, asked: NamedDependency[PageAsked]) -> AuditPage:
    """Return what was done to the house and by whom, newest first. For administrators."""
    after = words.row_cursor(asked.cursor, "audit", str) if asked.cursor is not None else ""
    found = await request.engine.audit.list(request.user, after, asked.limit)
    following = None if found.next is None else words.row_text("audit", found.next)
    return AuditPage(entries=[words.audit_out(entry) for entry in found.entries], next=following)


HANDLERS = (list_rules, set_rule, count_rule, drop_rule, prune, backup, compact, doctor, list_audit)
