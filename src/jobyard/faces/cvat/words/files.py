"""Files of allowed folders in this protocol's words."""

from __future__ import annotations

from jobyard.datasets.formats.pictures import ENDINGS, ending
from jobyard.datasets.sources.browsing import Standing
from jobyard.faces.cvat.wire import FileInfoOut


def file_info_out(one: Standing) -> FileInfoOut:
    """Return a file or a folder as it is shown."""
    if one.folder:
        return FileInfoOut(name=one.name, type="DIR", mime_type="DIR")
    sort = "image" if ending(one.name) in ENDINGS else "zip" if ending(one.name) == "zip" else "unknown"
    return FileInfoOut(name=one.name, type="REG", mime_type=sort)
