"""System checks of the document seal and of verification, for ``manage.py check --deploy``."""

import asyncio
from datetime import timedelta

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.utils import timezone
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign.signers import SimpleSigner, sign_pdf

from home.web.error_messages import error_message_of

from . import sealing
from .contrib.test import new_key
from .verification import file_verification

RENEW_SEAL_BEFORE = timedelta(days=60)  # a qualified one takes weeks


@register(Tags.security, "documents", deploy=True)
def check_seal_key(app_configs, **kwargs) -> list[Error | Warning]:
    """Check that the commune has a seal key of its own, that it can be used, and when it ends."""
    try:
        own = sealing.configured_key()
        sealing.trust_roots()
        with own.signer() as signer:
            if signer.signing_cert is None:
                raise sealing.SealError("The seal key has no certificate.")
            ends = signer.signing_cert.not_valid_after
    except (sealing.SealError, ImportError) as fault:
        return [
            Warning(
                f"Documents cannot be sealed: {fault}",
                hint="None is issued until they can. See SEAL_URL and SEAL_PASSWORD in docs/settings.md.",
                id="documents.W002",
            )
        ]
    if own.is_test:
        return [
            Warning(
                "Documents bear a test seal, and say that they prove nothing.",
                hint="Name the key of the commune’s seal in SEAL_URL: see docs/settings.md.",
                id="documents.W001",
            )
        ]
    return _check_end_of_seal(ends)


def _check_end_of_seal(ends) -> list[Error | Warning]:
    hint = "Order the next one, name it in SEAL_URL and restart the worker. Sealed documents stay authentic."
    if ends <= timezone.now():
        return [Error(f"The seal ended on {ends:%Y-%m-%d}.", hint=hint, id="documents.E001")]
    if ends <= timezone.now() + RENEW_SEAL_BEFORE:
        return [Warning(f"The seal ends on {ends:%Y-%m-%d}.", hint=hint, id="documents.W004")]
    return []


@register(Tags.security, "documents", deploy=True)
def check_time_stamp_authority(app_configs, **kwargs) -> list[Warning]:
    """Check that the time-stamp authority stamps. The stamp is of an invented value and is stored nowhere."""
    stamper = sealing.configured_time_stamper()
    fault = stamper and error_message_of(lambda: asyncio.run(stamper.async_dummy_response("sha256")))
    if not fault:
        return []
    message = f"The time-stamp authority at {settings.SEAL_TSA_URL} does not answer: {fault}"
    hint = "Documents wait until it does. Is SEAL_TSA_URL right?"
    return [Warning(message, hint=hint, id="documents.W005")]


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
