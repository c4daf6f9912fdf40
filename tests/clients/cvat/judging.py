"""The scenario of quality, consensus and reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cvat_sdk import Client, models
from cvat_sdk.core.proxies.tasks import ResourceType

from tests.clients.cvat.saying import (
    pictures,
    refused,
    waited,
)


def rectangle(frame: int, label: int, points: list[float]) -> models.LabeledShapeRequest:
    """Return a box."""
    return models.LabeledShapeRequest(frame=frame, label_id=label, type="rectangle", points=points)


def judged(client: Client, folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    """Compare a task with its ground truth, merge replicas, and tell who did what."""
    return _compared(client, folder) | _merged(client, folder)


def _compared(client: Client, folder: Path) -> dict[str, Any]:
    box, api = [1.0, 2.0, 11.0, 12.0], client.api_client.quality_api
    task = client.tasks.create_from_data(
        spec={"name": "true", "labels": [{"name": "cat"}, {"name": "dog"}]},
        resource_type=ResourceType.LOCAL,
        resources=pictures(folder / "sent", 4),
    )
    cat, dog = (label.id for label in task.get_labels())
    task.set_annotations(models.LabeledDataRequest(shapes=[rectangle(0, cat, box), rectangle(1, cat, box)]))
    wish = models.JobWriteRequest(
        task_id=task.id, type="ground_truth", frame_selection_method="manual", frames=[0, 1], random_seed=1
    )
    truth = client.jobs.retrieve(client.api_client.jobs_api.create(wish)[0].id)
    asked = {"quality_report_create_request": {"task_id": task.id}}
    early = refused(lambda: api.create_report(**asked))
    truth.set_annotations(models.LabeledDataRequest(shapes=[rectangle(0, cat, box), rectangle(1, dog, box)]))
    truth.update({"stage": "acceptance", "state": "completed"})
    request = waited(client, api.create_report(**asked, _parse_response=False)[1])
    report = api.retrieve_report(int(request.result_id))[0]
    sums, found = report.summary, api.list_conflicts(report_id=report.id)[0].results
    return {
        "early": early[0],
        "truth": [str(truth.type), truth.frame_count],
        "own": len(task.get_annotations().shapes),
        "report": [str(report.target), sums.validation_frames, sums.total_frames, sums.conflict_count],
        "conflicts": [[str(one.type), one.frame, str(one.severity)] for one in found],
        "listed": [one.id for one in api.list_reports(task_id=task.id)[0].results] == [report.id],
        **_settled(client, task.id, report.id),
        **_left_out(client, task.id, truth.id),
    }


def _left_out(client: Client, task: int, job: int) -> dict[str, Any]:
    """Leave a frame of the ground truth out, judge the task again, and look into an allowed folder."""
    api, jobs = client.api_client.tasks_api, client.api_client.jobs_api
    wish = models.PatchedTaskValidationLayoutWriteRequest

    def change(**said: Any) -> Any:
        asked = {"patched_task_validation_layout_write_request": wish(**said)}
        return api.partial_update_validation_layout(task, **asked)[0]

    before, after = api.retrieve_validation_layout(task)[0], change(disabled_frames=[1])
    asked = {"quality_report_create_request": {"task_id": task}}
    again = waited(client, client.api_client.quality_api.create_report(**asked, _parse_response=False)[1])
    sums = client.api_client.quality_api.retrieve_report(int(again.result_id))[0].summary
    own = jobs.retrieve_validation_layout(job)[0]
    pool = models.PatchedJobValidationLayoutWriteRequest(frame_selection_method="random_uniform")
    return {
        "layout": [str(before.mode), before.validation_frames, before.disabled_frames, before.honeypot_count],
        "left_out": [after.validation_frames, after.disabled_frames, sums.validation_frames, sums.conflict_count],
        "pool": [
            own.honeypot_count,
            refused(lambda: change(disabled_frames=[3]))[0],
            refused(lambda: change(frame_selection_method="manual", honeypot_real_frames=[0]))[0],
            refused(
                lambda: jobs.partial_update_validation_layout(job, patched_job_validation_layout_write_request=pool)
            )[0],
        ],
        "shared": [
            [one.name, str(one.type)] for one in client.api_client.server_api.list_share(directory="/shared")[0]
        ],
    }


def _settled(client: Client, task: int, report: int) -> dict[str, Any]:
    """Look at the matrix of a report, change by which rules the task is judged, and judge it again."""
    api = client.api_client.quality_api
    [settings] = api.list_settings(task_id=task)[0].results
    [base] = api.list_settings_requirements(settings_id=settings.id)[0].results
    matrix = api.retrieve_report_requirement_confusion(report, requirement=base.id)[0]
    table = api.retrieve_report_confusion(report, _parse_response=False)[1].data.decode()
    strict = {"required_score": 0.4, "iou_threshold": 0.9, "metric": "precision"}
    changed = api.partial_update_settings_requirements(
        base.id, patched_quality_requirement_request=models.PatchedQualityRequirementRequest(**strict)
    )[0]
    own = api.partial_update_settings(
        settings.id, patched_quality_settings_request=models.PatchedQualitySettingsRequest(inherit=False)
    )[0]
    asked = {"quality_report_create_request": {"task_id": task}}
    again = waited(client, api.create_report(**asked, _parse_response=False)[1])
    _, answer = api.retrieve_report_data(int(again.result_id), _parse_response=False)
    other = models.PatchedQualitySettingsRequest(job_filter='{"==":[{"var":"id"},1]}')
    refused_ = refused(lambda: api.partial_update_settings(settings.id, patched_quality_settings_request=other))
    return {
        "settings": [settings.task_id == task, settings.inherit, own.inherit, len(settings.requirements)],
        "base": [base.is_base, round(base.iou_threshold, 2), round(changed.iou_threshold, 2), str(changed.metric)],
        "matrix": [list(matrix.labels)[:2], [list(row)[:2] for row in matrix.rows][:2]],
        "table": table.splitlines()[0],
        "parameters": [json.loads(answer.data)["parameters"][name] for name in ("iou_threshold", "target_metric")],
        "refused": refused_[0],
    }


def _merged(client: Client, folder: Path) -> dict[str, Any]:
    api = client.api_client
    task = client.tasks.create_from_data(
        spec={"name": "again", "labels": [{"name": "cat"}], "consensus_replicas": 3},
        resource_type=ResourceType.LOCAL,
        resources=pictures(folder / "more", 2),
    )
    [cat] = (label.id for label in task.get_labels())
    jobs = task.get_jobs()
    for place, job in enumerate(one for one in jobs if one.type == "replica"):
        job.set_annotations(
            models.LabeledDataRequest(
                shapes=[
                    rectangle(0, cat, [1.0 + place, 2.0, 21.0, 22.0]),
                    *([] if place else [rectangle(1, cat, [1.0, 1.0, 5.0, 5.0])]),
                ]
            )
        )
    [settings] = api.consensus_api.list_settings(task_id=task.id)[0].results
    loose = models.PatchedConsensusSettingsRequest(iou_threshold=0.3)
    changed = api.consensus_api.partial_update_settings(settings.id, patched_consensus_settings_request=loose)[0]
    merge = waited(
        client,
        api.consensus_api.create_merge(consensus_merge_create_request={"task_id": task.id}, _parse_response=False)[1],
    )
    events = waited(client, api.events_api.create_export(_parse_response=False)[1])
    table = api.rest_client.GET(events.result_url, headers=client.api_client.get_common_headers()).data.decode()
    return {
        "jobs": sorted(job.type for job in jobs),
        "merging": [settings.task_id == task.id, round(settings.iou_threshold, 2), round(changed.iou_threshold, 2)],
        "merge": [merge.operation.type, str(merge.status)],
        "merged": [[shape.frame, shape.source] for shape in task.get_annotations().shapes],
        "events": [events.operation.type, table.splitlines()[0][:40], len(table.splitlines()) > 3],
    }
