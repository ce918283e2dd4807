"""Previews of a campaign: as e-mail in light and dark mode and without pictures, as text, in the archive."""

import re

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csp import csp_override
from wagtail.models import Locale

from .campaign_parts import campaign_parts
from .rendering import LetterLinks, render_letter

MODES = [
    ("mail", _("E-mail")),
    ("night", _("E-mail at night")),
    ("bare", _("E-mail without pictures")),
    ("text", _("E-mail as plain text")),
    ("site", _("In the archive")),
]
# E-mails have inline styles, because mail programs require them.
LETTER_CSP = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:"],
    "frame-ancestors": [CSP.SELF],
    "form-action": [CSP.NONE],
}
NIGHT = "@media (prefers-color-scheme: dark)"
SOURCE = re.compile(r'(<img[^>]*?) src="[^"]*"')


def preview_response(campaign, request, mode: str) -> HttpResponse:
    """Return the preview in one of ``MODES``."""
    if campaign.locale_id is None:  # not saved yet
        campaign.locale = Locale.get_active()
    language, today = campaign.locale.language_code, timezone.localdate()
    if mode == "site":
        context = {"campaign": campaign, "parts": campaign_parts(campaign, language), "day": today}
        return render(request, "newsletter/archive/letter.html", context)
    written = render_letter(campaign, language, LetterLinks("#", "#", "#"), day=today)
    if mode == "text":
        return HttpResponse(written.text, content_type="text/plain; charset=utf-8")
    return _html_response(request, _as_seen(written.html, mode))


@csp_override(LETTER_CSP)
def _html_response(request, html: str) -> HttpResponse:
    return HttpResponse(html)


def _as_seen(html: str, mode: str) -> str:
    if mode == "night":
        return html.replace(NIGHT, "@media all")
    return SOURCE.sub(r"\1", html) if mode == "bare" else html
