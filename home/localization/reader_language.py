"""Notices for readers of a page that does not exist in their language. They are always in the reader's language."""

import re
from collections.abc import Iterable
from html import unescape

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _

# The query parameter with the language of a reader who reads a page in another language.
READER = "lu"
# A link to another page, but not to another language or another site.
WAY = re.compile(r'(<a\b(?![^>]*\bhreflang=)[^>]*?\bhref=")([/?][^"]*)(?=")')
# A form sent by GET: the browser replaces the query of its action by the form's values.
SOUGHT = re.compile(r'<form\b(?![^>]*\bmethod="post")(?:[^>]*?\baction="([^"]*)")?[^>]*>')

ONLY = {
    "fr": _("This page exists in French only."),
    "de": _("This page exists in German only."),
    "it": _("This page exists in Italian only."),
    "en": _("This page exists in English only."),
}
READ = {
    "fr": _("Read it in French"),
    "de": _("Read it in German"),
    "it": _("Read it in Italian"),
    "en": _("Read it in English"),
}
MORE = {
    "fr": _("More in French"),
    "de": _("More in German"),
    "it": _("More in Italian"),
    "en": _("More in English"),
}
FOUND = {
    "fr": _("These results are in French."),
    "de": _("These results are in German."),
    "it": _("These results are in Italian."),
    "en": _("These results are in English."),
}


def requested_language(request: HttpRequest) -> str:
    """Return the language of a reader of a page in another language, from the query; "" if none is given."""
    code = request.GET.get(READER, "")
    return code if code in dict(settings.LANGUAGES) else ""


def availability_notice(versions: Iterable[str]) -> str:
    """Return the notice for a page that exists only in these languages."""
    known = [code for code in versions if code in ONLY]
    return str(ONLY[known[0]]) if len(known) == 1 else str(_("This page is not translated."))


def url_for_reader(url: str, language: str | None) -> str:
    """Return the address of a page that is not available in ``language``, with the parameter that names it.

    The page then shows a notice and a link back.
    """
    if not url or language not in ONLY:
        return url
    path, hash, place = url.partition("#")
    return f"{path}?{READER}={language}{hash}{place}"


def keep_reader_language(response: HttpResponse, reader: str) -> None:
    """Add the reader's language to all page links and GET forms of a page that is not in that language."""
    html = WAY.sub(lambda way: way[1] + _with_reader_language(way[2], reader), response.content.decode())
    hidden_input = f'<input type="hidden" name="{READER}" value="{reader}">'
    response.content = SOUGHT.sub(
        lambda form: form[0] + (hidden_input if _leads_to_foreign(form[1] or "", reader) else ""), html
    )


def _with_reader_language(url: str, reader: str) -> str:
    path, asked, query = url.partition("?")
    if f"{READER}=" in query or not _leads_to_foreign(path, reader):
        return url
    return f"{url}&amp;{READER}={reader}" if asked else url_for_reader(url, reader)


def _leads_to_foreign(address: str, reader: str) -> bool:
    """Return whether the address is that of a page in another language than the reader's."""
    path = unescape(address.partition("#")[0])
    if path.startswith(f"/{reader}/"):
        return False
    try:
        return not path or resolve(path).url_name == "wagtail_serve"
    except Resolver404:
        return False
