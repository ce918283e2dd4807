"""A real nginx with the site of deploy/nginx, in a folder and on ports of its own."""

import http.client
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.certificates import write_certificate

SITE = Path(__file__).resolve().parents[2] / "deploy" / "nginx" / "commune.conf"
NAME = "www.orvenay.example"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@dataclass(frozen=True)
class Nginx:
    """A running nginx, whose logs are in ``folder``."""

    folder: Path
    process: subprocess.Popen
    plain_port: int
    port: int

    def ask(
        self, path: str, host: str = NAME, method: str = "GET", **headers: str
    ) -> http.client.HTTPResponse:
        """Return the answer to a request over TLS."""
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        raw = socket.create_connection(("127.0.0.1", self.port), 30)
        connection = http.client.HTTPConnection(host)
        connection.sock = trusting.wrap_socket(raw, server_hostname=host)
        connection.request(method, path, headers=headers)
        return connection.getresponse()


@contextmanager
def running_nginx(folder: Path, site_port: int) -> Iterator[Nginx]:
    """Run nginx in front of the site on a port, within the block."""
    ports = free_port(), free_port()
    folder.chmod(0o755)
    (folder / "tls").mkdir()
    write_certificate(folder / "tls", NAME)
    (folder / "nginx").mkdir()
    (folder / "nginx/names.conf").write_text(f"server_name {NAME};")
    text = SITE.read_text().replace("/etc/commune", str(folder)).replace("/var/log/nginx", str(folder))
    text = text.replace("/var/lib/commune", str(folder)).replace("127.0.0.1:8000", f"127.0.0.1:{site_port}")
    text = text.replace("/var/cache/nginx-commune", f"{folder}/cache")
    text = re.sub(r"listen \[::\].*", "", text)
    text = re.sub(r"listen 443", f"listen 127.0.0.1:{ports[1]}", text)
    text = re.sub(r"listen 80", f"listen 127.0.0.1:{ports[0]}", text)
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"pid {folder}/pid; error_log {folder}/error.log; daemon off; user root;"
        f"events {{}} http {{ {temporary} include {folder}/site.conf; }}"
    )
    (folder / "site.conf").write_text(text)
    command = ["nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"]
    tested = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert tested.returncode == 0, tested.stderr
    running = subprocess.Popen(command)
    try:
        for _attempt in range(100):
            try:
                socket.create_connection(("127.0.0.1", ports[1]), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield Nginx(folder, running, *ports)
    finally:
        running.terminate()
        running.wait(10)
