"""A program that jobs of the demo run: draw all pictures of a folder onto one sheet.

`contact_sheet.py FOLDER SHEET.jpg`. Says what it does on standard output; leaves with 1 when there is no picture.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

SIDE, GAP, COLUMNS = 180, 12, 5


def main(folder: Path, target: Path) -> int:
    """Draw the sheet and return the exit code."""
    tiles = list[Image.Image]()
    for path in sorted(folder.glob("*")):
        try:
            with Image.open(path) as picture:
                tiles.append(ImageOps.pad(picture.convert("RGB"), (SIDE, SIDE), color="white"))
                print(f"{path.name}: {picture.width} x {picture.height}", flush=True)  # noqa: T201 - the job's log
        except (OSError, UnidentifiedImageError):
            print(f"{path.name} is no picture", file=sys.stderr)  # noqa: T201 - the job's log
    if not tiles:
        print(f"there is no picture in {folder}", file=sys.stderr)  # noqa: T201 - the job's log
        return 1
    rows = -(-len(tiles) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * (SIDE + GAP) + GAP, rows * (SIDE + GAP) + GAP), "white")
    for at, tile in enumerate(tiles):
        row, column = divmod(at, COLUMNS)
        sheet.paste(tile, (GAP + column * (SIDE + GAP), GAP + row * (SIDE + GAP)))
    sheet.save(target, quality=88)
    print(f"{len(tiles)} pictures on one sheet", flush=True)  # noqa: T201 - the job's log
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
