"""The group `datasets`: which command stands where."""

from __future__ import annotations

from cyclopts import App

_COMMANDS = (
    ("create", "jobyard.cli.datasets.making:create", "Make a dataset over a folder or a bucket."),
    ("change", "jobyard.cli.datasets.making:change", "Change what is said about a dataset."),
    ("delete", "jobyard.cli.datasets.making:delete", "Forget datasets; their files stay."),
    ("list", "jobyard.cli.datasets.showing:listed", "List the datasets, newest first."),
    ("show", "jobyard.cli.datasets.showing:show", "Show a dataset."),
    ("sync", "jobyard.cli.datasets.syncing:sync", "Compare a dataset with its source."),
    ("syncs", "jobyard.cli.datasets.syncing:syncs", "Show what the last synchronizations found."),
    ("import", "jobyard.cli.datasets.bringing:import_", "Read annotations from a file."),
    ("export", "jobyard.cli.datasets.bringing:export", "Write what is said in a format."),
    ("backup", "jobyard.cli.datasets.bringing:backup", "Write everything into one archive."),
    ("restore", "jobyard.cli.datasets.bringing:restore", "Make anew what a backup holds."),
    ("fill", "jobyard.cli.datasets.bringing:fill", "Send pictures in."),
    ("formats", "jobyard.cli.datasets.judging:formats", "Show what can be written and read."),
    ("quality", "jobyard.cli.datasets.judging:quality", "Compare what is said with the ground truth."),
    ("consensus", "jobyard.cli.datasets.judging:consensus", "Merge what several people said of the same frames."),
    ("report", "jobyard.cli.datasets.judging:report", "Tell who annotated how much."),
    ("samples", "jobyard.cli.datasets.contents:samples", "List a dataset's files."),
    ("forget", "jobyard.cli.datasets.contents:forget", "Delete samples, and their files where that is wanted."),
    ("labels", "jobyard.cli.datasets.labelling:labels", "Show a dataset's labels and how often they are carried."),
    ("relabel", "jobyard.cli.datasets.labelling:relabel", "Add, rename and delete labels."),
    ("tag", "jobyard.cli.datasets.labelling:tag", "Say which labels samples carry."),
    ("annotations", "jobyard.cli.datasets.labelling:annotations_of", "Print what is said of a range of frames."),
    ("annotate", "jobyard.cli.datasets.labelling:annotate", "Change annotations as a file says."),
)

app = App(name="datasets", help="Make, see, label and synchronize datasets.", help_format="plaintext")
for _name, _place, _sentence in _COMMANDS:
    app.command(_place, name=_name, help=_sentence)
