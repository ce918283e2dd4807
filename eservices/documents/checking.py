"""Whether a PDF that somebody shows is what the commune issued. Nothing of it is kept."""

import hashlib
import io
import logging
import re
import zlib
from enum import StrEnum
from itertools import islice

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from . import access
from .models import Document, Seal

logger = logging.getLogger(__name__)

LARGEST = 2 * 1024 * 1024  # bytes of a file; ours have a tenth
UNPACKED = 32 * 1024 * 1024  # bytes that it may hold in all: what is packed tighter wants to fill the memory
SEALS = 20  # in one file; a thousand fields may show the same one, and each is read
STREAM = re.compile(rb"stream\r?\n")
PIECE = 4_096  # bytes that are unpacked at a time


class Finding(StrEnum):
    """What is to be said of a file."""

    AUTHENTIC = "authentic"  # byte for byte what was issued
    CHANGED = "changed"  # bears our seal, and was changed since
    SPECIMEN = "specimen"  # bears our seal untouched, and is no document: of a rehearsal
    FOREIGN = "foreign"  # sealed by somebody else
    UNSEALED = "unsealed"  # a PDF without a seal: a scan, a print
    UNREADABLE = "unreadable"  # no PDF, or one that cannot be read


def judge(content: bytes) -> tuple[Finding, Document | None]:
    """What ``content`` is, and the document where it is one, revoked ones included."""
    if document := access.by_digest(hashlib.sha256(content).hexdigest()):
        return Finding.AUTHENTIC, document
    try:
        return _by_seal(content), None
    except Exception:  # whatever somebody made up to break a reader of PDF
        logger.info("A file to verify could not be read", exc_info=True)
        return Finding.UNREADABLE, None


def _by_seal(content: bytes) -> Finding:
    if not content.startswith(b"%PDF-") or _unpacked(content) > UNPACKED:
        return Finding.UNREADABLE
    reader = PdfFileReader(io.BytesIO(content), strict=False)
    if sum(1 for _field in islice(enumerate_sig_fields(reader, filled_status=True), SEALS + 1)) > SEALS:
        return Finding.UNREADABLE
    seals = reader.embedded_signatures
    if not seals:
        return Finding.UNSEALED
    found = [(one, certificate) for one in seals if (certificate := _ours(one.signer_cert))]
    if not found:
        return Finding.FOREIGN
    return Finding.SPECIMEN if all(_untouched(*one) for one in found) else Finding.CHANGED


def _ours(certificate: x509.Certificate) -> x509.Certificate | None:
    """The certificate, if it is one that the commune seals with or did."""
    known = Seal.objects.filter(fingerprint=certificate.sha256.hex()).first()
    return x509.Certificate.load(pem.unarmor(known.certificate.encode())[2]) if known else None


def _untouched(seal, certificate: x509.Certificate) -> bool:
    status = validate_pdf_signature(seal, ValidationContext(trust_roots=[certificate]))
    return status.intact and status.valid and status.coverage == SignatureCoverageLevel.ENTIRE_FILE


def _unpacked(content: bytes) -> int:
    """Bytes that all packed parts hold together, counted without keeping them; what packs twice counts twice."""
    total, waiting = 0, [(content, found.end()) for found in STREAM.finditer(content)]
    while waiting and total <= UNPACKED:
        inner = _inner(*waiting.pop(), UNPACKED - total + 1)
        total += len(inner)
        if inner:
            waiting.append((inner, 0))
    return total


def _inner(packed: bytes, start: int, most: int) -> bytes:
    """What is packed in ``packed`` from ``start`` on, ``most`` bytes of it; nothing where nothing is packed.

    Piece by piece: zlib copies whatever follows the end, and a file may have a thousand ends.
    """
    unpacking, inner = zlib.decompressobj(), bytearray()
    view = memoryview(packed)
    for place in range(start, len(packed), PIECE):
        try:
            inner += unpacking.decompress(view[place : place + PIECE], most - len(inner))
        except zlib.error:
            break
        if unpacking.eof or unpacking.unconsumed_tail or len(inner) >= most:
            break
    return bytes(inner)
