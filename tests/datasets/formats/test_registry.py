from __future__ import annotations

import subprocess
import sys

import pytest

from jobyard.datasets.formats.registry import EXPORTERS, IMPORTERS, exporter, importer
from jobyard.job.errors import UnknownFormat


def test_the_names_are_those_that_clients_say() -> None:
    assert [one.name for one in EXPORTERS] == sorted(one.name for one in EXPORTERS)
    for name in ("CVAT for images 1.1", "COCO 1.0", "YOLO 1.1", "Ultralytics YOLO Detection 1.0", "PASCAL VOC 1.1"):
        assert exporter(name).name == name
        assert importer(name).dimension == "2d"
    assert importer("CVAT 1.1").ext == "XML, ZIP"
    assert importer("CVAT for images 1.1") is importer("CVAT 1.1")
    assert all(one.name.endswith(one.version) for one in (*EXPORTERS, *IMPORTERS))


def test_an_unknown_format_is_told_with_the_known_ones() -> None:
    with pytest.raises(UnknownFormat, match=r"There is no format PNG 1.0 to write; known are: COCO 1.0, CVAT for im"):
        exporter("PNG 1.0")
    with pytest.raises(UnknownFormat, match=r"There is no format coco to read; known are: COCO 1.0, CVAT 1.1"):
        importer("coco")


def test_knowing_the_formats_costs_no_numbers_and_no_pictures() -> None:
    heavy = "{'numpy', 'scipy', 'PIL', 'yaml', 'defusedxml', 'xml'}"
    program = f"import sys, jobyard.datasets.formats.registry; print(sorted({heavy} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_server_and_the_kinds_load_without_numbers_and_pictures() -> None:
    heavy = "{'numpy', 'scipy', 'PIL'}"
    known = "from jobyard.kinds import Registry; Registry.installed()"
    program = f"import sys, jobyard.server; {known}; print(sorted({heavy} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
