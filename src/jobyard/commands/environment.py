"""What a command finds in its environment: a clean one, and what its submitter may add to it."""

from __future__ import annotations

from collections.abc import Mapping

SEARCH_PATH = "/usr/local/bin:/usr/bin:/bin"
"""Where allowed names are looked up, and the PATH every command gets."""

_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_FURTHER = _LETTERS | frozenset("0123456789_")
_NAME_LIMIT = 128

_PREFIXES = (
    *("LD_", "DYLD_", "GLIBC_", "MALLOC_", "GCONV_"),
    *("PYTHON", "PERL", "RUBY", "NODE_", "NPM_", "JAVA_", "JDK_", "LUA_", "DOTNET_", "R_"),
    *("BASH", "GIT_", "SSH_", "CURL_", "JOBYARD_"),
)
_ENDINGS = ("PATH", "_OPTIONS", "_OPTS", "_PRELOAD")
_NAMES = frozenset(
    (
        *("HOME", "TMPDIR", "ENV", "IFS", "SHELL", "SHELLOPTS", "PROMPT_COMMAND", "PS1", "PS2", "PS3", "PS4"),
        *("HOSTALIASES", "LOCALDOMAIN", "RES_OPTIONS", "TZDIR", "TERMINFO"),
        *("EDITOR", "VISUAL", "PAGER", "MANPAGER", "BROWSER", "LESS", "LESSOPEN", "LESSCLOSE"),
    )
)


def may_set(name: str) -> bool:
    """Tell whether a submitter may set this variable.

    Names are A-Z, 0-9 and underscore, a letter first, 128 characters at most. Those by which a loader, an interpreter,
    a shell or a common tool is told to run other code or look in other places are refused, and so are ours.
    """
    if not name or len(name) > _NAME_LIMIT or name[0] not in _LETTERS or not _FURTHER.issuperset(name):
        return False
    return name not in _NAMES and not name.startswith(_PREFIXES) and not name.endswith(_ENDINGS)


def environment(folder: str, job: str, attempt: int, given: Mapping[str, str]) -> dict[str, str]:
    """Return all that a command finds in its environment; nothing of the server's or the worker's is in it."""
    return {
        "LANG": "C.UTF-8",
        **given,
        "PATH": SEARCH_PATH,
        "HOME": folder,
        "TMPDIR": folder,
        "JOBYARD_JOB": job,
        "JOBYARD_ATTEMPT": str(attempt),
    }
