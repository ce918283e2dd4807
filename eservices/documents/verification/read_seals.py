"""The seals of a PDF, read by a program of its own: whatever somebody made up to break a reader of PDF ends with it.

usage: reading.py <FILE.pdf. Writes JSON, of each seal the SHA-256 of its certificate and whether the file is as it was
sealed; null where it cannot be read. What kept it is said on stderr. Knows nothing of the project; ends itself where it
takes too long or too much memory.
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

SECONDS, MEMORY = 2, 256 * 1024 * 1024  # of the processor, once it reads; bytes in all
MAX_SEALS = 20  # seals of one file: a thousand fields may show the same one, and each is read


class TooManySeals(Exception):
    """This file bears more seals than anybody sets."""


def read_seals(content: bytes) -> list[dict]:
    """Of each seal: ``fingerprint`` of its certificate, and whether all that is there was there when it was set."""
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
    """Whose certificate it is has to be judged apart: here it is taken at its word.

    False where it is a time-stamp on what others sealed, or of a kind that cannot be validated.
    """
    if seal.sig_object_type != "/Sig":
        return False
    try:
        status = validate_pdf_signature(seal, ValidationContext(trust_roots=[seal.signer_cert]))
    except MemoryError:  # says nothing of the seal
        raise
    except Exception as fault:  # whatever others seal with: that it is theirs can be said all the same
        _say(fault)
        return False
    return status.intact and status.valid and status.coverage == SignatureCoverageLevel.ENTIRE_FILE


def _say(fault: Exception) -> None:
    fault.__traceback__ = fault.__context__ = None  # they hold what was read, and may have filled the memory
    print(f"{type(fault).__name__}: {fault}", file=sys.stderr)


if __name__ == "__main__":
    most = ceil(time.process_time()) + SECONDS  # a slow machine takes its time until it can begin
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # nothing of the file is left behind
    try:
        found = read_seals(sys.stdin.buffer.read())
    except Exception as fault:  # whatever somebody made up to break a reader of PDF
        found = None
        _say(fault)
    json.dump(found, sys.stdout)
