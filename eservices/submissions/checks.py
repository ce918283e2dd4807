"""Deployment checks of the uploads."""

from django.conf import settings
from django.core.checks import Tags, Warning, register

from . import virus_scan


@register(Tags.security, "submissions", deploy=True)
def check_scanner(app_configs, **kwargs) -> list[Warning]:
    """Warn if there is no virus scanner, or if it does not accept the largest allowed file."""
    if not virus_scan.is_configured():
        return [
            Warning(
                "What residents send is not checked for viruses.",
                hint="Run clamd and name it in CLAMAV_URL: see docs/operations.md.",
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
