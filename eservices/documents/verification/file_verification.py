"""Verification whether an uploaded PDF was issued by the commune. The file is not stored."""

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

MAX_BYTES = 2 * 1024 * 1024  # maximum size of an upload; the commune's documents have a tenth of it
READER = Path(__file__).with_name("read_seals.py")  # reads a PDF in a process with its own limits
# Seconds of wall-clock time. The process limits its processor time itself; a busy machine needs longer.
READER_TIMEOUT = 25
MAX_LOGGED_LENGTH = 2_000  # characters of its output


class VerificationResult(StrEnum):
    """The result of verifying a file."""

    AUTHENTIC = "authentic"  # byte for byte as issued
    CHANGED = "changed"  # has the commune's seal, and was changed since
    SPECIMEN = "specimen"  # has the commune's intact seal, but is not a document: from a rehearsal
    FOREIGN = "foreign"  # sealed by somebody else
    UNSEALED = "unsealed"  # a PDF without a seal: a scan or a print
    UNREADABLE = "unreadable"  # not a PDF, or not readable


def verify_pdf(content: bytes) -> tuple[VerificationResult, Document | None]:
    """Return the result for ``content``, and the document if it is authentic, even if revoked."""
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
    """Return whether this machine recognises the seal of a PDF that was just sealed. Problems are logged."""
    found = _seals(sealed, logging.WARNING)
    if found is not None and [one["untouched"] for one in found] == [True]:
        return True
    logger.warning("In a file that was just sealed these seals were found: %s", found)
    return False


def _seals(content: bytes, level: int = logging.INFO) -> list[dict] | None:
    """Return the seals of a PDF; None if it cannot be read, or not in time.

    It is parsed in a sandbox without our secrets, because a few bytes can keep a PDF reader busy forever. Its
    errors are logged at ``level``: those of a stranger's file need no alarm.
    """
    try:
        done = sandbox.run_sandboxed(READER, input=content, timeout=READER_TIMEOUT)
    except (subprocess.SubprocessError, OSError) as fault:
        logger.warning("Nothing could read a file to verify: %s", fault)
        return None
    if done.returncode > 0:  # the program itself failed; if the file exceeds a limit, a signal ends it
        level = logging.WARNING
    if done.returncode or done.stderr:
        logger.log(level, "What reads files to verify ended with %s: %s", done.returncode, _said(done.stderr))
    return None if done.returncode else json.loads(done.stdout)


def _said(stderr: bytes) -> str:
    """Return the output as one line: it may quote the file, which must not add lines to the log."""
    text = stderr.decode(errors="replace")[-MAX_LOGGED_LENGTH:].strip()
    return "".join(one if one.isprintable() else " " for one in text)
