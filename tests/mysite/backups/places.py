"""Places of backups for the tests: a folder, a real SFTP server and an S3 service."""

from pathlib import Path
from uuid import uuid4

from tests.support.s3_server import s3_client, write_credentials
from tests.support.sftp_server import SftpServer


class FolderPlace:
    """A folder of this machine, and what is in it."""

    keeps_modes = True

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def configure(self, settings) -> None:
        settings.BACKUP_URL = f"file://{self.folder}"

    def files(self) -> dict[str, bytes]:
        """Return all files by name."""
        found = (one for one in self.folder.rglob("*") if one.is_file())
        return {str(one.relative_to(self.folder)): one.read_bytes() for one in found}

    def put(self, name: str, content: bytes | None) -> None:
        """Replace a file behind the back of the site; None deletes it."""
        path = self.folder / name
        if content is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


class SftpPlace(FolderPlace):
    """A folder of an SFTP server."""

    def __init__(self, folder: Path, server: SftpServer):
        super().__init__(folder)
        self.server = server

    def configure(self, settings, port: int | None = None) -> None:
        settings.BACKUP_URL = self.server.url(self.folder, port)
        settings.BACKUP_SSH_KEY = str(self.server.key)
        settings.BACKUP_HOST_KEY = [self.server.host_key]


class S3Place:
    """A prefix of a new bucket."""

    keeps_modes = False

    def __init__(self, folder: Path, url: str):
        self.url, self.bucket, self.client = url, f"backups-{uuid4().hex}", s3_client(url)
        self.credentials = write_credentials(folder / "s3.ini")
        self.client.create_bucket(Bucket=self.bucket)

    def configure(self, settings, url: str | None = None) -> None:
        settings.BACKUP_URL = f"s3://{self.bucket}/orvenay"
        settings.BACKUP_S3_ENDPOINT = url or self.url
        settings.BACKUP_S3_CREDENTIALS = str(self.credentials)

    def files(self) -> dict[str, bytes]:
        found = self.client.list_objects_v2(Bucket=self.bucket).get("Contents", ())
        return {
            one["Key"].removeprefix("orvenay/"): self.client.get_object(Bucket=self.bucket, Key=one["Key"])[
                "Body"
            ].read()
            for one in found
        }

    def put(self, name: str, content: bytes | None) -> None:
        about = {"Bucket": self.bucket, "Key": f"orvenay/{name}"}
        if content is None:
            self.client.delete_object(**about)
        else:
            self.client.put_object(**about, Body=content)
