"""MLflow's side, run by its own Python: `theirs.py TURN FOLDER COUNT`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import mlflow
import requests
import sqlalchemy
from mlflow.entities import Metric
from mlflow.store.tracking.dbmodels import models
from mlflow.tracking import MlflowClient

from bench.experiments import work

METRICS = 1_000
"""The most metrics of one call."""
_EXPERIMENT, _RUN = "bench", "long run"
_FILTER = "tags.team = 'team3' and attributes.status = 'FINISHED'"


def experiment(client: MlflowClient) -> str:
    """Return the id of the bench's experiment."""
    found = client.get_experiment_by_name(_EXPERIMENT)
    return str(found.experiment_id if found else client.create_experiment(_EXPERIMENT))


def tasks(count: int) -> tuple[None, int]:
    """Make runs, each with fifty values, and end them."""
    client = MlflowClient()
    place = experiment(client)
    for number in range(count):
        id_ = client.create_run(place, run_name=f"task {number}").info.run_id
        now = int(time.time() * 1_000)
        values = [Metric(f"m/v{curve}", work.value(curve, number), now, number) for curve in range(work.SCALARS)]
        client.log_batch(id_, metrics=values)
        client.set_terminated(id_)
    return None, count


def points(count: int) -> tuple[None, int]:
    """Report the points of one long run."""
    client, sent = MlflowClient(), 0
    id_ = client.create_run(experiment(client), run_name=_RUN).info.run_id
    for part in work.points(count, METRICS):
        now = int(time.time() * 1_000)
        values = [Metric(f"curve/v{curve}", work.value(curve, step), now, step) for curve, step in part]
        client.log_batch(id_, metrics=values)
        sent += len(part)
    client.set_terminated(id_)
    return None, sent


def _long_run(client: MlflowClient) -> str:
    found = client.search_runs([experiment(client)], f"attributes.run_name = '{_RUN}'", max_results=1)
    return str(found[0].info.run_id)


def curves(count: int) -> tuple[float, int]:
    """Read the curves of the long run, thinned for a plot, as MLflow's own page asks for them."""
    address, id_ = mlflow.get_tracking_uri(), _long_run(MlflowClient())
    path = f"{address}/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval"
    with requests.Session() as session:

        def look() -> int:
            seen = 0
            for curve in range(work.CURVES):
                asked = {"run_ids": id_, "metric_key": f"curve/v{curve}", "max_results": work.SAMPLES}
                answer = session.get(path, params=asked)
                answer.raise_for_status()
                seen += bool(answer.json()["metrics"])
            return seen

        return work.looked(look)


def fill(count: int) -> tuple[None, int]:
    """Write many ended runs with a tag and one curve each into MLflow's own tables."""
    place = int(experiment(MlflowClient()))
    now = int(time.time() * 1_000)
    ids = [f"{number:032x}" for number in range(count)]
    runs = [
        {
            "run_uuid": id_,
            "name": f"task {number}",
            "source_type": "LOCAL",
            "user_id": "bench",
            "status": "FINISHED",
            "start_time": now + number,
            "end_time": now + number,
            "lifecycle_stage": "active",
            "experiment_id": place,
            "artifact_uri": f"mlflow-artifacts:/{place}/{id_}/artifacts",
        }
        for number, id_ in enumerate(ids)
    ]
    tags = [{"key": "team", "value": work.team(number), "run_uuid": id_} for number, id_ in enumerate(ids)]
    values: list[dict[str, Any]] = [
        {"key": "loss", "value": work.value(1, number), "timestamp": now, "step": 1, "is_nan": False, "run_uuid": id_}
        for number, id_ in enumerate(ids)
    ]
    engine = sqlalchemy.create_engine(os.environ["BENCH_DATABASE"])
    with engine.begin() as connection:
        for table, rows in (
            (models.SqlRun, runs),
            (models.SqlTag, tags),
            (models.SqlMetric, values),
            (models.SqlLatestMetric, values),
        ):
            connection.execute(sqlalchemy.insert(table), rows)
    return None, count


def _listed(order: str) -> tuple[float, int]:
    client = MlflowClient()
    asked = {"filter_string": _FILTER, "order_by": [order], "max_results": work.PAGE}
    place = [experiment(client)]
    return work.looked(lambda: len(client.search_runs(place, **asked)))


def newest(count: int) -> tuple[float, int]:
    """List the runs of a tag that began last."""
    return _listed("attributes.start_time DESC")


def best(count: int) -> tuple[float, int]:
    """List the runs of a tag by what they reported."""
    return _listed("metrics.loss ASC")


def script(count: int) -> tuple[None, int]:
    """Run training scripts as people write them."""
    mlflow.set_experiment(_EXPERIMENT)
    for number in range(count):
        with mlflow.start_run(run_name=f"script {number}"):
            mlflow.log_param("lr", 0.1)
            for step in range(10):
                mlflow.log_metric("loss/train", work.value(0, step), step=step)
    return None, count


TURNS: dict[str, Callable[[int], tuple[float | None, int]]] = {
    one.__name__: one for one in (tasks, points, curves, fill, newest, best, script)
}

if __name__ == "__main__":
    work.taken(TURNS[sys.argv[1]])
