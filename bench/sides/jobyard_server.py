"""A Jobyard server as `jobyard up` starts it, without workers and with the bench's kind. It prints where it is."""

from __future__ import annotations

import json
import sys

from jobyard.cli import logs
from jobyard.cli.serving import DESK_TOKEN, Ready, serve
from jobyard.settings import Settings


def main(folder: str, database: str) -> int:
    """Serve until SIGTERM."""
    settings = Settings(data=folder, database=database, port=0, workers=0, grace=0.5)
    logs.configure(settings.log_form)

    def tell(ready: Ready) -> None:
        where = {"url": ready.local_url, "token": ready.token, "key": str(settings.folder / DESK_TOKEN)}
        print(json.dumps(where), flush=True)

    return serve(settings, tell, "bench.kinds:KINDS")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
