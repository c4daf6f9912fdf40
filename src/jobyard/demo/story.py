"""The demo's story: what happens in the house, told to whoever watches."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from jobyard.client import Cancelled, Conflict, Jobyard
from jobyard.client.labelling import SampleTagging, TagWish
from jobyard.client.shapes import Dataset, Job
from jobyard.demo import contact_sheet, flows, marking, pictures, training

Tell = Callable[[str], None]
SHEET = "contact-sheet.jpg"
_STUDY = 300.0
_EPOCHS = 20
_STEPS = 200


class Story:
    """One evening in a house with pictures. `asks` gives a client of a user of the house by name."""

    def __init__(self, folder: Path, asks: Callable[[str], Jobyard], tell: Tell, pace: float = 1.0) -> None:
        self._folder = folder
        self._asks = asks
        self._tell = tell
        self._pace = pace
        """Factor on everything that takes time only to be watched."""
        self._jobs = list[str]()

    def run(self, house: Jobyard) -> None:
        """Live it."""
        count = pictures.lay_out(self._folder)
        self._tell(f"{count} pictures lie in {self._folder}")
        self._people(house)
        anna, ben = self._asks("anna"), self._asks("ben")
        with anna, ben:
            study = self._study(anna)
            notebook = self._notebook(ben)
            dataset = self._dataset(anna)
            self._sheet(anna)
            self._troubles(ben)
            self._unserved(ben)
            self._second_look(anna, dataset)
            self._portraits(anna, ben)
            self._flows(anna)
            self._trainings(anna)
            notebook.join()
            self._tell(f"job {study.number} goes on for some minutes; watch it on the page")

    def jobs(self, house: Jobyard) -> list[Job]:
        """Return the jobs it made so far, as they are now."""
        return [house.job(id_) for id_ in self._jobs]

    def _people(self, house: Jobyard) -> None:
        for name, role in (("anna", "member"), ("ben", "member"), ("vera", "viewer")):
            try:
                house.users.add(name, role)  # type: ignore[arg-type]
            except Conflict:
                continue
        names = {project.name for project in house.projects.all()}
        if "Field trip" not in names:
            house.projects.create("Field trip")
        found = next(project for project in house.projects.all() if project.name == "Field trip")
        for name in ("anna", "ben", "vera"):
            house.projects.set_member(found.id, name, "member")
        self._tell("anna, ben and vera share the project Field trip")

    def _study(self, anna: Jobyard) -> Job:
        told = {"folder": str(self._folder), "seconds": _STUDY * self._pace}
        return self._submitted(anna.submit("demo.study", told, name="Study the colours", project="Field trip"))

    def _notebook(self, ben: Jobyard) -> threading.Thread:
        run = ben.running("notebook.train", {"rate": 0.01}, name="Train in a notebook", labels={"model": "tiny"})
        self._submitted(run.job)

        def train() -> None:
            try:
                with run:
                    for epoch in range(1, _EPOCHS + 1):
                        run.log(f"epoch {epoch}: loss {1 / epoch:.3f}")
                        run.progress(epoch, _EPOCHS, f"epoch {epoch}")
                        time.sleep(1.0 * self._pace)
                    run.result = {"loss": 1 / _EPOCHS}
            except Cancelled:
                return

        # It lives as long as the program: a notebook that is closed is a lost job, and told as one.
        thread = threading.Thread(target=train, name="notebook", daemon=True)
        thread.start()
        return thread

    def _dataset(self, anna: Jobyard) -> Dataset:
        known = next((one for one in anna.datasets.all() if one.name == "pictures"), None)
        dataset = known or anna.datasets.create(
            "pictures",
            str(self._folder),
            "Field trip",
            purpose="image_classification",
            description="Photographs that everybody may use.",
        )
        self._watched(anna, anna.datasets.sync(dataset.id, name="First look at the pictures", project="Field trip"))
        self._label(anna, dataset)
        return dataset

    def _label(self, anna: Jobyard, dataset: Dataset) -> None:
        seen = {name: label for label, names in pictures.LABELS.items() for name in names}
        wanted = [
            SampleTagging(sample=sample.id, labels=[TagWish(name=seen[sample.path])])
            for sample in anna.datasets.samples(dataset.id)
            if sample.path in seen
        ]
        anna.datasets.label_samples(dataset.id, wanted, make_labels=True)
        self._tell(f"anna said of {len(wanted)} pictures what can be seen on them")

    def _second_look(self, anna: Jobyard, dataset: Dataset) -> None:
        pictures.rearrange(self._folder)
        self._tell("two pictures were added, one changed, one removed")
        job = anna.datasets.sync(dataset.id, name="Second look at the pictures", project="Field trip")
        self._watched(anna, job)

    def _sheet(self, anna: Jobyard) -> None:
        argv = [sys.executable, contact_sheet.__file__, str(self._folder), SHEET]
        told = {"argv": argv, "files": [SHEET]}
        job = anna.submit("command.run", told, name="Draw a contact sheet", project="Field trip")
        self._watched(anna, self._submitted(job))
        place = anna.download(job.id, SHEET, self._folder.with_name(SHEET), overwrite=True)
        self._tell(f"the sheet was downloaded to {place}, its checksum is right")

    def _troubles(self, ben: Jobyard) -> None:
        empty = [sys.executable, contact_sheet.__file__, str(self._folder / "nothing-here"), SHEET]
        wrong = ben.submit("command.run", {"argv": empty}, name="Draw what is not there")
        flaky = 'test "$JOBYARD_ATTEMPT" -ge 3 || { echo "no answer at try $JOBYARD_ATTEMPT" >&2; exit 75; }; echo done'
        stubborn = ben.submit("command.run", {"argv": ["sh", "-c", flaky]}, name="Ask until it answers", tries=3)
        sums = {"argv": ["sh", "-c", 'sha256sum "$0"/* | tee sums.txt', str(self._folder)], "files": ["sums.txt"]}
        summed = ben.submit("command.run", sums, name="Take checksums", labels={"check": ""})
        late = ben.submit("command.run", {"argv": ["sleep", "60"]}, name="Take too long", time_limit=2.0)
        nap = ben.submit("command.run", {"argv": ["sleep", "3600"]}, name="A nap that is too long")
        for job in (wrong, stubborn, summed, late, nap):
            self._submitted(job)
        for job in (wrong, summed, stubborn, late):
            self._watched(ben, job)
        self._begun(ben, nap)
        ben.cancel(nap.id)
        self._watched(ben, nap)

    def _portraits(self, anna: Jobyard, ben: Jobyard) -> None:
        known = next((one for one in anna.datasets.all() if one.name == "portraits"), None)
        dataset = known or anna.datasets.create(
            "portraits",
            str(self._folder),
            "Field trip",
            purpose="object_detection",
            description="The same photographs, with what can be seen drawn over them.",
            labels=marking.LABELS,
        )
        self._watched(anna, anna.datasets.sync(dataset.id, name="Look through the portraits", project="Field trip"))
        marking.mark(anna, ben, dataset)
        self._watched(anna, anna.datasets.merge(dataset.id, name="Merge what two people saw", project="Field trip"))
        marking.draw(ben, dataset)
        self._tell("ben drew over the portraits, and anna said what is true")
        judged = anna.datasets.quality(dataset.id, name="Compare with the ground truth", project="Field trip")
        self._watched(anna, judged)
        self._watched(anna, anna.datasets.report(dataset.id, name="Tell who drew how much", project="Field trip"))

    def _flows(self, anna: Jobyard) -> None:
        for drawn, name in ((flows.SHAPES, "Shapes of pictures"), (flows.COLOURS, "Are all in colour?")):
            flow = flows.handed_in(anna, self._folder, drawn, name, "Field trip")
            answers = {question.name: "0.1" for question in flow.look.questions}
            ended = self._watched(anna, anna.workflows.run(flow.id, answers, name=name))
            self._tell(f"job {ended.number}: {flows.told(anna, ended)}")
            if ended.state == "succeeded":
                place = anna.download(ended.id, flows.TABLE, self._folder.with_name(flows.TABLE), overwrite=True)
                self._tell(f"the table lies at {place}; {flows.scheduled(anna, flow, 'Field trip')} makes it anew")

    def _trainings(self, anna: Jobyard) -> None:
        with training.Reporter(anna.credentials().clearml) as reporter:
            for name, rate in (("Train with a slow rate", 0.01), ("Train with a fast rate", 0.03)):
                id_ = training.train(reporter, name, rate, _STEPS)
                self._watched(anna, anna.job(id_))

    def _begun(self, client: Jobyard, job: Job) -> None:
        while client.job(job.id).state == "queued":
            time.sleep(0.2)

    def _unserved(self, ben: Jobyard) -> None:
        job = ben.submit("command.run", {"argv": ["sleep", "1"]}, name="Wait for a big machine", queue="gpu")
        self._submitted(job)
        self._tell(f"job {job.number} waits in the queue gpu, which nobody serves")

    def _submitted(self, job: Job) -> Job:
        self._jobs.append(job.id)
        self._tell(f"job {job.number} {job.kind}: {job.name}")
        return job

    def _watched(self, client: Jobyard, job: Job) -> Job:
        if job.id not in self._jobs:
            self._submitted(job)
        ended = client.wait(job.id, timeout=300.0)
        why = f": {ended.failure.message}" if ended.failure is not None else ""
        self._tell(f"job {ended.number} {ended.state}{why}")
        return ended
