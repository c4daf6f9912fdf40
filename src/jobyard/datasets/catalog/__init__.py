"""The datasets of the house as people ask for them. Each verb asks access first.

`dataset` is an id or a name; a dataset that the actor may not see does not exist for them: NotFound. Who sees it and
may not change it is Refused. Bad input is Invalid and changes nothing.
"""

from __future__ import annotations

from jobyard.datasets.catalog.annotating import Annotating
from jobyard.datasets.catalog.assigning import Assigning
from jobyard.datasets.catalog.discussing import Discussing
from jobyard.datasets.catalog.gathering import Gathering
from jobyard.datasets.catalog.moving import Moving
from jobyard.datasets.catalog.syncs import Syncs
from jobyard.datasets.catalog.tagging import Tagging


class Datasets(Gathering, Tagging, Annotating, Assigning, Discussing, Moving, Syncs):
    """All verbs: of datasets, their samples, labels, annotations, assignments, issues and synchronizations."""
