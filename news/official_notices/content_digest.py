"""The content of a notice as one SHA-256 hash of its text, its days and the hashes of its files."""

import hashlib
import json
from collections.abc import Iterable

from .models import OfficialNoticeFile, OfficialNoticePage


def notice_digest(page: OfficialNoticePage, files: list[dict]) -> str:
    """Return the hash. It changes with every word, day and byte of a file that residents see."""
    said = {
        "language": page.locale.language_code,
        "title": page.title,
        "lead": page.lead,
        "kind": page.kind.name,
        "number": page.number,
        "first_day": page.first_day.isoformat(),
        "last_day": page.last_day.isoformat(),
        "body": [[block["type"], block["value"]] for block in page.body.get_prep_value()],
        "files": [[file["title"], file["digest"]] for file in files],
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def file_digests(files: Iterable[OfficialNoticeFile]) -> list[dict]:
    """Return title, size and hash of each file."""
    return [_digest_of_file(file) for file in files]


def _digest_of_file(file: OfficialNoticeFile) -> dict:
    with file.file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return {"title": file.title, "size": file.file.size, "digest": digest}
