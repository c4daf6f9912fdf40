"""A pipeline of two functions, each of which is a task of its own, run where its controller runs.

The SDK copies the imports of this file into each step, below others: none from the future may be among them.
"""

# ruff: noqa: I002

import json

import coming

given, answer = coming.facts()

from clearml import PipelineController, Task  # noqa: E402


def first(start: str) -> int:
    """Return one more."""
    return int(start) + 1


def second(number: int) -> int:
    """Return twice as much."""
    print("twice", number)
    return int(number) * 2


pipeline = PipelineController(name="two steps", project="Steps", version="1.0.0", add_pipeline_tags=True)
pipeline.add_parameter("start", 1)
pipeline.add_function_step(
    "first", first, function_kwargs={"start": "${pipeline.start}"}, function_return=["number"], packages=[]
)
pipeline.add_function_step(
    "second", second, function_kwargs={"number": "${first.number}"}, function_return=["twice"], packages=[]
)
pipeline.start_locally(run_pipeline_steps_locally=True)
done = {one.name: one.get_status() for one in Task.get_tasks(task_filter={"parent": pipeline.id})}
json.dump({"done": done}, answer)
answer.close()
