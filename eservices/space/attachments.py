"""Files that come with a message: kept privately, forgotten again where the message is not."""

from collections.abc import Iterator
from contextlib import contextmanager

from eservices.submissions.models import StoredFile, private_storage, random_path
from eservices.submissions.uploads import CheckedFile


@contextmanager
def kept(uploads: list[CheckedFile]) -> Iterator[list[StoredFile]]:
    """Stores checked files before the transaction of the message; deletes them if that fails."""
    stored: list[StoredFile] = []
    try:
        for upload in uploads:
            stored.append(_store(upload))
        yield stored
    except Exception:
        for one in stored:
            private_storage().delete(one.content.name)
            StoredFile.objects.filter(pk=one.pk).delete()
        raise


def _store(upload: CheckedFile) -> StoredFile:
    one = StoredFile(
        name=upload.name, content_type=upload.content_type, size=upload.size, digest=upload.digest
    )
    one.content.name = private_storage().save(random_path(one, upload.name), upload.file)
    one.save()
    return one
