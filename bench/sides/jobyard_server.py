"""A Jobyard server as `jobyard up` starts it, without workers. It prints where it is.

Its kind is the bench's, or with source roots all that are installed.
"""

from __future__ import annotations

import gc
import json
import sys

from jobyard.__main__ import SELDOM


def main(folder: str, database: str, *roots: str) -> int:
    """Serve until SIGTERM."""
    gc.set_threshold(SELDOM, 10, 10)
    from jobyard.cli import logs
    from jobyard.cli.serving import DESK_TOKEN, Ready, serve
    from jobyard.settings import Settings

    settings = Settings(data=folder, database=database, port=0, workers=0, grace=0.5, source_roots=roots)
    logs.configure(settings.log_form)

    def tell(ready: Ready) -> None:
        where = {"url": ready.local_url, "token": ready.token, "key": str(settings.folder / DESK_TOKEN)}
        print(json.dumps(where), flush=True)

    return serve(settings, tell, "" if roots else "bench.kinds:KINDS")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
