"""Deployment checks of the uploads and of the keys of answers."""

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from home.encrypted_fields import LostKey

from . import virus_scan
from .models import Submission


@register(Tags.security, "submissions", deploy=True)
def check_scanner(app_configs, **kwargs) -> list[Warning]:
    """Warn if there is no virus scanner, or if it does not accept the largest allowed file."""
    if not virus_scan.is_configured():
        return [
            Warning(
                "What residents send is not checked for viruses.",
                hint="Run clamd and name it in CLAMAV_URL: see docs/settings.md.",
                id="submissions.W001",
            )
        ]
    try:
        virus_scan.scan_content([bytes(settings.UPLOAD_MAX_BYTES)])
    except virus_scan.ScannerUnavailable as fault:
        return [
            Warning(
                f"The virus scanner does not do its work: {fault}.",
                hint=(
                    f"Files are held until it does. Is clamd running at {settings.CLAMAV_URL}, and is its "
                    f"StreamMaxLength at least {settings.UPLOAD_MAX_BYTES // 1024 // 1024}M?"
                ),
                id="submissions.W002",
            )
        ]
    return []


@register(Tags.security, "submissions", deploy=True)
def check_answer_keys(app_configs, **kwargs) -> list[CheckMessage]:
    """Warn if answers are stored in plain, and if the oldest or newest stored ones have another key."""
    try:
        for order in ("sent_at", "-sent_at"):
            Submission.objects.order_by(order).values_list("answers").first()
    except LostKey:
        return [
            Error(
                "Stored answers cannot be read.",
                hint="Add the key under which they were stored to ANSWER_KEYS, at the end.",
                id="submissions.E001",
            )
        ]
    if settings.ANSWER_KEYS:
        return []
    return [
        Warning(
            "Answers are stored in plain: who copies the database reads them.",
            hint="Set ANSWER_KEYS to the line of `manage.py encrypt_answers --new-key`: see docs/operations.md.",
            id="submissions.W003",
        )
    ]
