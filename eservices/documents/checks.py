"""What ``manage.py check --deploy`` says about the seal on documents, and about verifying it."""

import io

from django.core.checks import Tags, Warning, register
from pyhanko.pdf_utils.writer import PdfFileWriter

from . import checking, sealing


@register(Tags.security, deploy=True)
def documents_are_sealed(app_configs, **kwargs) -> list[Warning]:
    """Whether there is a key of the commune's own, and whether it can be used."""
    try:
        own = sealing.key()
        with own.signer() as signer:
            assert signer.signing_cert is not None
    except (sealing.CannotSeal, ImportError) as fault:
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


@register(Tags.security, deploy=True)
def files_can_be_verified(app_configs, **kwargs) -> list[Warning]:
    """Whether the program that reads what strangers show starts here, with the little that it is given."""
    empty = io.BytesIO()
    PdfFileWriter().write(empty)
    if checking.can_read(empty.getvalue()):
        return []
    return [
        Warning(
            "Files cannot be verified: every one is called unreadable, our own sealed copies too.",
            hint="The log says what keeps eservices/documents/reading.py from reading an empty PDF.",
            id="documents.W003",
        )
    ]
