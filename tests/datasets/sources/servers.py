"""Two real S3 servers on this machine: moto, which keeps any key, and rclone over a folder, which checks signatures."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jobyard.datasets.messages import Reach

ACCESS, SECRET = "AKIDEXAMPLE", "secret/with+signs"
RCLONE = Path(sys.executable).with_name("rclone")


@contextmanager
def moto() -> Iterator[str]:
    """Run moto in this process; give its address. It takes any key and checks no signature."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from moto.server import ThreadedMotoServer

        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def client(url: str) -> Any:
    """Return a client that writes objects: not ours, so that the two cannot be wrong together."""
    import boto3
    from botocore.config import Config

    how = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1})
    return boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=ACCESS,
        aws_secret_access_key=SECRET,
        config=how,
    )


def fill(bucket: str, keys: Iterable[str], body: bytes = b"123") -> None:
    """Put many objects into a bucket of this process's moto, without a request for each."""
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.s3.models import s3_backends

    backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    for key in keys:
        backend.put_object(bucket, key, body)


@contextmanager
def rclone(folder: Path) -> Iterator[str]:
    """Serve a folder whose folders are buckets, to those who know the key; give the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["serve", "s3", str(folder), "--addr", f"127.0.0.1:{port}", "--auth-key", f"{ACCESS},{SECRET}"]
    words += ["--dir-cache-time", "0s", "--vfs-cache-mode", "off", "--no-checksum"]
    environment = {**os.environ, "RCLONE_CONFIG": os.devnull, "HOME": str(folder)}
    program = subprocess.Popen(
        [RCLONE, *words], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        _until_listening(port, program)
        yield f"http://127.0.0.1:{port}"
    finally:
        program.terminate()
        program.communicate(timeout=20)


def reach(url: str, bucket: str, prefix: str = "", **more: Any) -> Reach:
    """Return the way to a bucket of one of the two."""
    told: dict[str, Any] = {"region": "us-east-1", "host_style": False, "access": ACCESS, "secret": SECRET, **more}
    return Reach(url=url, bucket=bucket, prefix=prefix, **told)


def _until_listening(port: int, program: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if program.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return
