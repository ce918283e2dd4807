"""Whether a PDF that somebody shows is what the commune issued. Nothing of it is kept."""

import hashlib
import json
import logging
import subprocess
from enum import StrEnum
from pathlib import Path

from home.runtime import sandbox

from .. import access
from ..models import Document, Seal

logger = logging.getLogger(__name__)

MAX_BYTES = 2 * 1024 * 1024  # bytes of a file; ours have a tenth
READER = Path(__file__).with_name("read_seals.py")  # what reads a PDF, within limits of its own
# Seconds of a clock that it may take: what bounds it is its processor, and a machine may be busy.
READER_TIMEOUT = 25
MAX_LOGGED_LENGTH = 2_000  # letters of what it says that are logged


class VerificationResult(StrEnum):
    """What is to be said of a file."""

    AUTHENTIC = "authentic"  # byte for byte what was issued
    CHANGED = "changed"  # bears our seal, and was changed since
    SPECIMEN = "specimen"  # bears our seal untouched, and is no document: of a rehearsal
    FOREIGN = "foreign"  # sealed by somebody else
    UNSEALED = "unsealed"  # a PDF without a seal: a scan, a print
    UNREADABLE = "unreadable"  # no PDF, or one that cannot be read


def verify_pdf(content: bytes) -> tuple[VerificationResult, Document | None]:
    """What ``content`` is, and the document where it is one, revoked ones included."""
    if document := access.document_by_digest(hashlib.sha256(content).hexdigest()):
        return VerificationResult.AUTHENTIC, document
    return _by_seal(content), None


def _by_seal(content: bytes) -> VerificationResult:
    if not content.startswith(b"%PDF-"):
        return VerificationResult.UNREADABLE
    seals = _seals(content)
    if seals is None:
        return VerificationResult.UNREADABLE
    if not seals:
        return VerificationResult.UNSEALED
    ours = Seal.objects.filter(fingerprint__in={one["fingerprint"] for one in seals})
    known = set(ours.values_list("fingerprint", flat=True))
    found = [one["untouched"] for one in seals if one["fingerprint"] in known]
    if not found:
        return VerificationResult.FOREIGN
    return VerificationResult.SPECIMEN if all(found) else VerificationResult.CHANGED


def can_verify(sealed: bytes) -> bool:
    """Whether a PDF that was just sealed is found to be so on this machine. The log says what keeps it."""
    found = _seals(sealed, logging.WARNING)
    if found is not None and [one["untouched"] for one in found] == [True]:
        return True
    logger.warning("In a file that was just sealed these seals were found: %s", found)
    return False


def _seals(content: bytes, level: int = logging.INFO) -> list[dict] | None:
    """What stands in the seals of a PDF; None where it cannot be read, or not in time.

    Read and unpacked apart, without our secrets: a few bytes can keep a reader of PDF busy for ever. Its faults are
    logged at ``level``: those of a stranger's file alarm nobody.
    """
    try:
        done = sandbox.run_sandboxed(READER, input=content, timeout=READER_TIMEOUT)
    except (subprocess.SubprocessError, OSError) as fault:
        logger.warning("Nothing could read a file to verify: %s", fault)
        return None
    if done.returncode > 0:  # it does not work; a signal ends what is too much, by the file's fault
        level = logging.WARNING
    if done.returncode or done.stderr:
        logger.log(level, "What reads files to verify ended with %s: %s", done.returncode, _said(done.stderr))
    return None if done.returncode else json.loads(done.stdout)


def _said(stderr: bytes) -> str:
    """In one line: it may cite a file, which shall write no line of its own into the log."""
    text = stderr.decode(errors="replace")[-MAX_LOGGED_LENGTH:].strip()
    return "".join(one if one.isprintable() else " " for one in text)
