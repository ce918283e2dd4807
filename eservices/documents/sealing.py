"""The commune's electronic seal on a PDF (PAdES), by pyHanko. Where the key lies is a folder in ``contrib``.

B-B by itself; B-T where a time-stamp authority is set; B-LT where the roots of both are named too: then what
proves the certificates is kept in the file, for the day when nobody answers for them any more.
"""

import io
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Protocol
from urllib.parse import urlsplit

from asn1crypto import pem
from asn1crypto.x509 import Certificate
from django.conf import settings
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper
from pyhanko_certvalidator import ValidationContext

FIELD = "Seal"
ALGORITHM = "sha256"
TIME_STAMP = 16_384  # room for it in the file, in hexadecimal digits


class SealError(Exception):
    """The key or the time-stamp authority does not answer. The message is for the operator."""


class SealKey(Protocol):
    """Where a key lies. Made from ``SEAL_URL``, split, and ``SEAL_PASSWORD``."""

    is_test: bool  # what it seals proves nothing, and says so

    def signer(self) -> AbstractContextManager[Signer]:
        """pyHanko's signer, for one seal; raises ``SealError``."""


@dataclass(frozen=True)
class SealedPdf:
    """A sealed PDF, the certificate that it was sealed with (PEM, and its SHA-256), and how."""

    content: bytes
    certificate: str
    fingerprint: str
    level: str
    is_test: bool


def configured_key() -> SealKey:
    """The key that the operator chose; the test key where none was."""
    return _key(settings.SEAL_URL, settings.SEAL_PASSWORD)


def seal_pdf(pdf: bytes, *, place: str, reason: str) -> SealedPdf:
    """``pdf`` with the seal of the commune, added without touching what stands in it.

    Raises ``SealError`` where the key or the time-stamp authority does not answer: nothing leaves half sealed.
    """
    own, stamper = configured_key(), configured_time_stamper()
    with own.signer() as signer:
        told = signature_metadata(location=place, reason=reason, **_kept_proof())
        sealer = PdfSigner(told, signer, timestamper=stamper, new_field_spec=_field())
        try:
            written = sealer.sign_pdf(
                IncrementalPdfFileWriter(io.BytesIO(pdf)), bytes_reserved=_room(signer, stamper)
            )
        except (OSError, SigningError) as fault:
            raise SealError(f"The seal could not be set: {fault}") from fault
        certificate = signer.signing_cert
        return SealedPdf(
            content=written.getvalue(),
            certificate=pem.armor("CERTIFICATE", certificate.dump()).decode(),
            fingerprint=certificate.sha256.hex(),
            level=pades_level(),
            is_test=own.is_test,
        )


def signature_metadata(**more) -> PdfSignatureMetadata:
    """How every seal of ours is set."""
    return PdfSignatureMetadata(
        field_name=FIELD, subfilter=SigSeedSubFilter.PADES, md_algorithm=ALGORITHM, **more
    )


def pades_level() -> str:
    """The PAdES level that new seals have."""
    if not settings.SEAL_TSA_URL:
        return "B-B"
    return "B-LT" if settings.SEAL_ROOTS else "B-T"


def configured_time_stamper() -> TimeStamper | None:
    """Who says when a seal was set; None where the operator named nobody."""
    return HTTPTimeStamper(settings.SEAL_TSA_URL) if settings.SEAL_TSA_URL else None


@cache
def _key(url: str, password: str) -> SealKey:
    split = urlsplit(url or "test:")
    return import_module(f"{__package__}.contrib.{split.scheme}").Key(split, password)


def _field() -> SigFieldSpec:
    """Nothing to see, out of the page: PDF/A asks to print what is seen, PDF/UA to tag it."""
    unseen = InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True)
    return SigFieldSpec(FIELD, invis_sig_settings=unseen, readable_field_name=FIELD)


def _room(signer: Signer, stamper: TimeStamper | None) -> int:
    """How long the seal may become. Known beforehand: else pyHanko signs twice to find out."""
    certificates = [signer.signing_cert, *signer.cert_registry]
    return 2 * (4_096 + sum(len(one.dump()) for one in certificates)) + (TIME_STAMP if stamper else 0)


def trust_roots() -> list[Certificate]:
    """Whom the proof begins with that is kept in files; nobody where the operator named none."""
    try:
        return list(load_certs_from_pemder([settings.SEAL_ROOTS] if settings.SEAL_ROOTS else []))
    except (OSError, ValueError) as fault:
        raise SealError(f"The roots of SEAL_ROOTS cannot be read: {fault}") from fault


def _kept_proof() -> dict:
    """B-LT: the chains of certificates, and that none was revoked, are fetched and kept in the file."""
    if pades_level() != "B-LT":
        return {}
    context = ValidationContext(trust_roots=trust_roots(), allow_fetching=True, revocation_mode="hard-fail")
    return {"embed_validation_info": True, "validation_context": context}
