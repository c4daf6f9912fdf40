"""Our records in the native protocol's words, and back. Total in both directions; decides nothing."""

from __future__ import annotations

from jobyard.faces.native.words.annotations import annotations_in, annotations_out, revision_in, taggings_in
from jobyard.faces.native.words.asking import (
    Names,
    asked,
    cursor_text,
    job_cursor,
    job_filter,
    job_query,
    row_cursor,
    row_text,
)
from jobyard.faces.native.words.changing import BULK, again_in, bulk_edits, bulk_out, edits_in
from jobyard.faces.native.words.datasets import (
    dataset_changes,
    dataset_draft,
    dataset_out,
    outcomes_out,
    sample_filter,
    sample_out,
    sample_whole,
    sync_out,
)
from jobyard.faces.native.words.endpoints import endpoint_in, endpoint_out, trial_out
from jobyard.faces.native.words.history import (
    attempt_out,
    event_out,
    line_out,
    progress_of,
    result_out,
)
from jobyard.faces.native.words.house import (
    counts_out,
    kind_out,
    queue_out,
    throughput_out,
    worker_out,
)
from jobyard.faces.native.words.jobs import job_out, may, progress_in, submission
from jobyard.faces.native.words.keeping import audit_out, doctor_out, rule_in, rule_out, rule_subject
from jobyard.faces.native.words.labels import label_in, label_out, statistics_out
from jobyard.faces.native.words.limits import limit_in, limit_out, subject_in, use_out
from jobyard.faces.native.words.people import client_settings, key_in, key_out, member_out, project_out, user_out
from jobyard.faces.native.words.schedules import schedule_changes, schedule_in, schedule_out, schedules_wanted, times_in
from jobyard.faces.native.words.telling import told
from jobyard.faces.native.words.times import micros, moment, some_micros, some_moment
from jobyard.faces.native.words.webhooks import (
    Letters,
    delivery_out,
    feed_interest,
    try_out,
    webhook_change,
    webhook_in,
    webhook_out,
)

__all__ = [
    "BULK",
    "Letters",
    "Names",
    "again_in",
    "annotations_in",
    "annotations_out",
    "asked",
    "attempt_out",
    "audit_out",
    "bulk_edits",
    "bulk_out",
    "client_settings",
    "counts_out",
    "cursor_text",
    "dataset_changes",
    "dataset_draft",
    "dataset_out",
    "delivery_out",
    "doctor_out",
    "edits_in",
    "endpoint_in",
    "endpoint_out",
    "event_out",
    "feed_interest",
    "job_cursor",
    "job_filter",
    "job_out",
    "job_query",
    "key_in",
    "key_out",
    "kind_out",
    "label_in",
    "label_out",
    "limit_in",
    "limit_out",
    "line_out",
    "may",
    "member_out",
    "micros",
    "moment",
    "outcomes_out",
    "progress_in",
    "progress_of",
    "project_out",
    "queue_out",
    "result_out",
    "revision_in",
    "row_cursor",
    "row_text",
    "rule_in",
    "rule_out",
    "rule_subject",
    "sample_filter",
    "sample_out",
    "sample_whole",
    "schedule_changes",
    "schedule_in",
    "schedule_out",
    "schedules_wanted",
    "some_micros",
    "some_moment",
    "statistics_out",
    "subject_in",
    "submission",
    "sync_out",
    "taggings_in",
    "throughput_out",
    "times_in",
    "told",
    "trial_out",
    "try_out",
    "use_out",
    "user_out",
    "webhook_change",
    "webhook_in",
    "webhook_out",
    "worker_out",
]
