"""Virtual environments of other people's clients, which judge our faces. One a family, from pins, made once.

They never share an environment with us: their needs are not ours. `make test` makes them beforehand, so that no test
pays for it; a test that finds none makes it. An environment belongs to its pins: other pins, another environment.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
PINS = ROOT / "requirements" / "clients"
PLACE = ROOT / ".venv" / "clients"
_DONE = "made"


def families() -> list[str]:
    """Return the client families that have pins."""
    return sorted(path.stem for path in PINS.glob("*.txt"))


def environment(family: str) -> Path:
    """Return the `bin` folder of a family's environment, made now where it is missing."""
    pins = PINS / f"{family}.txt"
    digest = hashlib.sha256(pins.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = PLACE / f"{family}-{digest}"
    PLACE.mkdir(parents=True, exist_ok=True)
    with _alone(PLACE / f"{family}.lock"):
        if not (folder / _DONE).exists():
            _make(folder, pins)
            for old in PLACE.glob(f"{family}-*"):
                if old != folder:
                    shutil.rmtree(old)
    return folder / "bin"


def _make(folder: Path, pins: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    wanted = ["--require-hashes", "-r", str(pins)]
    # uv reads the same indexes as pip where it can; where it cannot, pip itself does the work more slowly.
    quick = subprocess.run(
        [str(Path(sys.executable).with_name("uv")), "pip", "install", "-q", "--python", python, *wanted],
        capture_output=True,
        text=True,
    )
    if quick.returncode:
        subprocess.run([sys.executable, "-m", "pip", "--python", python, "install", "-q", *wanted], check=True)
    (folder / _DONE).touch()


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Keep others that make the same environment waiting."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    for name in families():
        print(f"The clients of {name} are in {environment(name).parent}")
