"""The commune's electronic seal on PDFs (PAdES), made with pyHanko.

The level is B-B by default; B-T if a time-stamp authority is set; B-LT if the root certificates of both are set
too. B-LT stores the proof of the certificates in the file, for the time when their issuers do not answer any more.
"""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

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

from home.extensions.integrations import IntegrationRegistry

FIELD = "Seal"
ALGORITHM = "sha256"
TIME_STAMP = 16_384  # reserved in the file, in hexadecimal digits


class SealError(Exception):
    """The seal key or the time-stamp authority is not available. The message is for the operator."""


class SealKey(Protocol):
    """A source of a seal key, made from the split ``SEAL_URL`` and ``SEAL_PASSWORD``."""

    is_test: bool  # its seals prove nothing, and documents state this

    def signer(self) -> AbstractContextManager[Signer]:
        """Return pyHanko's signer for one seal. Raise SealError if the key is not available."""


# By the scheme of SEAL_URL.
seal_keys: IntegrationRegistry[Callable[[SplitResult, str], SealKey]] = IntegrationRegistry("SEAL_URL")


@dataclass(frozen=True)
class SealedPdf:
    """A sealed PDF with the certificate of its seal (PEM, and its SHA-256) and the seal's level."""

    content: bytes
    certificate: str
    fingerprint: str
    level: str
    is_test: bool


def configured_key() -> SealKey:
    """Return the key that the operator configured; the test key if there is none."""
    return _key(settings.SEAL_URL, settings.SEAL_PASSWORD)


def seal_pdf(pdf: bytes, *, place: str, reason: str) -> SealedPdf:
    """Add the commune's seal to ``pdf`` without changing its contents.

    Raise SealError if the key or the time-stamp authority is not available, so that nothing is issued with an
    incomplete seal.
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
    """Return the metadata common to all seals."""
    return PdfSignatureMetadata(
        field_name=FIELD, subfilter=SigSeedSubFilter.PADES, md_algorithm=ALGORITHM, **more
    )


def pades_level() -> str:
    """Return the PAdES level of new seals."""
    if not settings.SEAL_TSA_URL:
        return "B-B"
    return "B-LT" if settings.SEAL_ROOTS else "B-T"


def configured_time_stamper() -> TimeStamper | None:
    """Return the client of the time-stamp authority; None if the operator set none."""
    return HTTPTimeStamper(settings.SEAL_TSA_URL) if settings.SEAL_TSA_URL else None


@cache
def _key(url: str, password: str) -> SealKey:
    split = urlsplit(url or "test:")
    if split.scheme not in seal_keys:
        raise SealError(f"SEAL_URL: no kind of key is called “{split.scheme}”.")
    return seal_keys[split.scheme](split, password)


def _field() -> SigFieldSpec:
    """Return an invisible field outside the page: PDF/A requires visible ones to be printed, PDF/UA to be tagged."""
    unseen = InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True)
    return SigFieldSpec(FIELD, invis_sig_settings=unseen, readable_field_name=FIELD)


def _room(signer: Signer, stamper: TimeStamper | None) -> int:
    """Return the bytes to reserve for the seal. Without this pyHanko signs twice to find the size."""
    certificates = [signer.signing_cert, *signer.cert_registry]
    return 2 * (4_096 + sum(len(one.dump()) for one in certificates)) + (TIME_STAMP if stamper else 0)


def trust_roots() -> list[Certificate]:
    """Return the root certificates for the proof stored in files; none if the operator set none."""
    try:
        return list(load_certs_from_pemder([settings.SEAL_ROOTS] if settings.SEAL_ROOTS else []))
    except (OSError, ValueError) as fault:
        raise SealError(f"The roots of SEAL_ROOTS cannot be read: {fault}") from fault


def _kept_proof() -> dict:
    """Return the options for level B-LT: pyHanko fetches certificate chains and revocation data into the file."""
    if pades_level() != "B-LT":
        return {}
    context = ValidationContext(trust_roots=trust_roots(), allow_fetching=True, revocation_mode="hard-fail")
    return {"embed_validation_info": True, "validation_context": context}
