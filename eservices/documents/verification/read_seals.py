"""Program that reads the seals of a PDF, so that a malicious file can only end this process.

usage: read_seals.py <FILE.pdf. Writes JSON: for each seal the SHA-256 of its certificate and whether the file is
unchanged since; null if it cannot be read. Errors go to stderr. Imports nothing of the project; limits its own
processor time and memory.
"""

import io
import json
import resource
import sys
import time
from itertools import islice
from math import ceil

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

SECONDS, MEMORY = 2, 256 * 1024 * 1024  # processor time for reading; bytes in total
MAX_SEALS = 20  # per file: a thousand fields may show the same seal, and each would be read


class TooManySeals(Exception):
    """The file has more seals than any real one."""


def read_seals(content: bytes) -> list[dict]:
    """Return for each seal the ``fingerprint`` of its certificate, and whether the file is untouched since."""
    reader = PdfFileReader(io.BytesIO(content), strict=False)
    if (
        sum(1 for _field in islice(enumerate_sig_fields(reader, filled_status=True), MAX_SEALS + 1))
        > MAX_SEALS
    ):
        raise TooManySeals
    return [
        {"fingerprint": one.signer_cert.sha256.hex(), "untouched": _untouched(one)}
        for one in reader.embedded_signatures
    ]


def _untouched(seal) -> bool:
    """Return whether the file is unchanged since the seal, taking its certificate as trusted.

    The caller must judge whose certificate it is. False for time-stamps on files sealed by others, and for seals of
    a type that cannot be validated.
    """
    if seal.sig_object_type != "/Sig":
        return False
    try:
        status = validate_pdf_signature(seal, ValidationContext(trust_roots=[seal.signer_cert]))
    except MemoryError:  # not a property of the seal
        raise
    except Exception as fault:  # the caller can still use the fingerprint of a seal that cannot be validated
        _say(fault)
        return False
    return status.intact and status.valid and status.coverage == SignatureCoverageLevel.ENTIRE_FILE


def _say(fault: Exception) -> None:
    fault.__traceback__ = fault.__context__ = None  # they reference what was read, which may fill the memory
    print(f"{type(fault).__name__}: {fault}", file=sys.stderr)


if __name__ == "__main__":
    most = ceil(time.process_time()) + SECONDS  # plus what a slow machine needed to start
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # leave nothing of the file on disk
    try:
        found = read_seals(sys.stdin.buffer.read())
    except Exception as fault:  # anything that a malicious file can cause
        found = None
        _say(fault)
    json.dump(found, sys.stdout)
