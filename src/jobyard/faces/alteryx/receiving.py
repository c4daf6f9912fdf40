"""How a package comes in: a form with a file and what is said of it."""

from __future__ import annotations

from jobyard.faces.alteryx import taking
from jobyard.faces.alteryx.parts import Sent, sent
from jobyard.faces.alteryx.surroundings import Ask
from jobyard.faces.alteryx.wire.workflows import WorkflowIn
from jobyard.workflows.library.record import Received

ENDINGS = (".yxzp", ".yxmd", ".yxwz", ".yxmc", ".zip")


class HandedIn:
    """A file that came, with what was said of it. Whoever keeps it calls nothing; `forget` removes it."""

    def __init__(self, request: Ask, found: Sent[Received]) -> None:
        self._library = request.library
        self._found = found
        self.told = taking.fitted(found.fields, WorkflowIn, strict=False)

    @property
    def there(self) -> bool:
        """Whether there was a file at all."""
        return self._found.file is not None

    def file(self) -> tuple[Received, str]:
        """Return the file and its name. Raises Invalid where there is none, or one that is no workflow by its name."""
        name = self._found.file_name.replace("\\", "/").rpartition("/")[2]
        if self._found.file is None:
            raise taking.wrong("file", "The workflow is missing.")
        if not name.lower().endswith(ENDINGS):
            raise taking.wrong("file", f"The file {name[:100]!r} ends in none of {', '.join(ENDINGS)}.")
        return self._found.file, name

    def forget(self) -> None:
        """Remove the file."""
        if self._found.file is not None:
            self._library.forget(self._found.file)


async def handed_in(request: Ask) -> HandedIn:
    """Read a form to its end. Raises Invalid naming the field, and keeps nothing."""
    library = request.library
    found = await sent(
        request.stream(),
        request.headers.get("content-type", ""),
        lambda pieces: library.receive(request.user, pieces),
        library.forget,
    )
    try:
        return HandedIn(request, found)
    except BaseException:
        if found.file is not None:
            library.forget(found.file)
        raise
