"""The demo's pictures: photographs that the package scikit-image carries, all given to the public domain or CC0."""

from __future__ import annotations

import shutil
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

PACKAGE = "scikit-image"
NAMES = (
    "astronaut.png",
    "brick.png",
    "camera.png",
    "cell.png",
    "chelsea.png",
    "clock_motion.png",
    "coffee.png",
    "grass.png",
    "gravel.png",
    "horse.png",
    "hubble_deep_field.jpg",
    "microaneurysms.png",
    "retina.jpg",
    "rocket.jpg",
    "text.png",
)


LABELS = {
    "animal": ("chelsea.png", "horse.png"),
    "person": ("astronaut.png", "camera.png"),
    "texture": ("brick.png", "grass.png", "gravel.png"),
    "under the lens": ("cell.png", "microaneurysms.png", "retina.jpg"),
    "sky": ("hubble_deep_field.jpg", "rocket.jpg"),
}
"""What can be seen on which pictures; some are left for the reader."""


class NoPictures(Exception):
    """The packages with the demo's pictures are not installed; `pip install scikit-image pillow` brings them."""

    def __str__(self) -> str:
        return (self.__doc__ or "").rstrip(".")


def packaged() -> list[Path]:
    """Return where the installed package keeps the pictures. Raises NoPictures."""
    try:
        import PIL  # noqa: F401 - only asked for here, so that the demo does not stop half way

        found = {path.name: Path(str(path.locate())) for path in files(PACKAGE) or () if path.parent.name == "data"}
    except (ImportError, PackageNotFoundError):
        raise NoPictures from None
    kept = [found[name] for name in NAMES if name in found]
    if not kept:
        raise NoPictures
    return kept


def lay_out(folder: Path) -> int:
    """Fill `folder` with the pictures, and nothing else; return how many."""
    sources = packaged()
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {source.name for source in sources}
    for path in folder.iterdir():
        if path.name not in wanted:
            path.unlink()
    for source in sources:
        shutil.copyfile(source, folder / source.name)
    return len(sources)


def rearrange(folder: Path) -> None:
    """Do to the folder what people do to folders: two pictures are new, one is changed, one is gone."""
    from PIL import Image, ImageOps

    with Image.open(folder / "chelsea.png") as cat:
        cat.crop((120, 20, 330, 200)).save(folder / "chelsea-face.png")
        ImageOps.mirror(cat).save(folder / "chelsea-mirrored.png")
    with Image.open(folder / "coffee.png") as cup:
        turned = cup.rotate(180)
    turned.save(folder / "coffee.png")
    (folder / "text.png").unlink()
