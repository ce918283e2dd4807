"""System checks of the document seal and of verification, for ``manage.py check --deploy``."""

from django.core.checks import Tags, Warning, register
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign.signers import SimpleSigner, sign_pdf

from . import sealing
from .contrib.test import new_key
from .verification import file_verification


@register(Tags.security, "documents", deploy=True)
def check_seal_key(app_configs, **kwargs) -> list[Warning]:
    """Check that the commune has a seal key of its own, and that it can be used."""
    try:
        own = sealing.configured_key()
        sealing.trust_roots()
        with own.signer() as signer:
            if signer.signing_cert is None:
                raise sealing.SealError("The seal key has no certificate.")
    except (sealing.SealError, ImportError) as fault:
        return [
            Warning(
                f"Documents cannot be sealed: {fault}",
                hint="None is issued until they can. See SEAL_URL and SEAL_PASSWORD in docs/operations.md.",
                id="documents.W002",
            )
        ]
    if own.is_test:
        return [
            Warning(
                "Documents bear a test seal, and say that they prove nothing.",
                hint="Name the key of the commune’s seal in SEAL_URL: see docs/operations.md.",
                id="documents.W001",
            )
        ]
    return []


@register(Tags.security, "documents", deploy=True)
def check_verification(app_configs, **kwargs) -> list[Warning]:
    """Check that verification, which runs in a separate program, accepts a PDF that was sealed here."""
    if file_verification.can_verify(_just_sealed()):
        return []
    return [
        Warning(
            "Files cannot be verified: our own sealed copies are called unreadable, or changed.",
            hint="The log says why a PDF that was just sealed cannot be read.",
            id="documents.W003",
        )
    ]


def _just_sealed() -> bytes:
    """Return an empty page sealed with a temporary key: the commune's key seals nothing but documents."""
    writer = PdfFileWriter()
    writer.insert_page(
        PageObject(contents=writer.add_object(StreamObject(stream_data=b"")), media_box=(0, 0, 10, 10))
    )
    signer = SimpleSigner.load_pkcs12_data(new_key("Check"), [], None)
    return sign_pdf(writer, sealing.signature_metadata(), signer).getvalue()
