"""An S3 service in this process (moto), and one whose disk is full."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3

from .local_servers import Handler, Server, serving

KEY = {"aws_access_key_id": "AKIAORVENAY", "aws_secret_access_key": "a secret of the tests"}


def s3_client(url: str):
    """Return a client that may do everything at the service."""
    return boto3.client("s3", endpoint_url=url, region_name="us-east-1", **KEY)


@contextmanager
def s3_server() -> Iterator[str]:
    """Run the service within the block, and yield its address."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def write_credentials(path: Path, **changes: str) -> Path:
    """Write the key as the programs of Amazon read it."""
    lines = [f"{name} = {value}" for name, value in (KEY | changes).items()]
    path.write_text("\n".join(["[default]", *lines]) + "\n")
    path.chmod(0o600)
    return path


class FullDisk(Handler):
    """A service that has no object and accepts none."""

    def do_HEAD(self):
        self.send_response(404)
        self.end_headers()

    def do_PUT(self):
        self.read()
        error = (
            "<Error><Code>XMinioStorageFull</Code><Message>Storage backend has reached its minimum free disk"
        )
        self.say(507, f"{error} threshold.</Message></Error>".encode(), "application/xml")


@contextmanager
def full_s3_server() -> Iterator[str]:
    """Run a service without free disk within the block, and yield its address."""
    with serving(Server(FullDisk)) as server:
        yield server.url
