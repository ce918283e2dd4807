"""The file in which finders of weak points read whom to inform (RFC 9116)."""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from home.models import CommuneSettings

VALID_FOR = timedelta(days=90)  # counted anew each day, so that the file expires only with the site itself


@require_safe
@cache_control(public=True, max_age=24 * 60 * 60)
def security_txt(request: HttpRequest) -> HttpResponse:
    """Return contacts, languages and expiry; 404 without a contact, because the file must name one."""
    contacts = security_contacts(request)
    if not contacts:
        raise Http404
    lines = [
        *(f"Contact: {contact}" for contact in contacts),
        f"Expires: {expiry_date(timezone.now()):%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(code for code, _name in settings.LANGUAGES)}",
        f"Canonical: {settings.WAGTAILADMIN_BASE_URL}{reverse('security_txt')}",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


def security_contacts(request: HttpRequest) -> list[str]:
    """Return the operator's contacts; without them the commune's e-mail address."""
    email = CommuneSettings.current(request).email
    return settings.SECURITY_CONTACT or ([f"mailto:{email}"] if email else [])


def expiry_date(now: datetime) -> datetime:
    """Return the end of validity: a midnight, so that the file changes once a day."""
    return datetime.combine(now.astimezone(UTC).date(), time(), UTC) + VALID_FOR
