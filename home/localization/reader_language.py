"""What readers are told where a page does not exist in their language. They always learn it in theirs."""

import re
from html import unescape

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _

# The name in an address by which a page knows that its reader reads another language, and which.
READER = "lu"
# A way on: not to another language, nor to another site.
WAY = re.compile(r'(<a\b(?![^>]*\bhreflang=)[^>]*?\bhref=")([/?][^"]*)(?=")')
# Sent by the address: a browser puts the answers in the place of the query that stands in it.
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


def requested_language(request) -> str:
    """The language that the reader of a foreign page reads, as its address says; empty where it says none."""
    code = request.GET.get(READER, "")
    return code if code in dict(settings.LANGUAGES) else ""


def availability_notice(versions) -> str:
    """What is said of a page that exists in these languages and not in the reader's."""
    known = [code for code in versions if code in ONLY]
    return str(ONLY[known[0]]) if len(known) == 1 else str(_("This page is not translated."))


def url_for_reader(url: str, language: str | None) -> str:
    """The address of a page that the reader of ``language`` cannot have in it: the page says so, and leads back."""
    if not url or language not in ONLY:
        return url
    path, hash, place = url.partition("#")
    return f"{path}?{READER}={language}{hash}{place}"


def keep_reader_language(response, reader: str) -> None:
    """On a page that the reader of another language was led to, all ways to other pages take that language along."""
    html = WAY.sub(lambda way: way[1] + _kept(way[2], reader), response.content.decode())
    kept = f'<input type="hidden" name="{READER}" value="{reader}">'
    response.content = SOUGHT.sub(
        lambda form: form[0] + (kept if _leads_to_foreign(form[1] or "", reader) else ""), html
    )


def _kept(url: str, reader: str) -> str:
    path, asked, query = url.partition("?")
    if f"{READER}=" in query or not _leads_to_foreign(path, reader):
        return url
    return f"{url}&amp;{READER}={reader}" if asked else url_for_reader(url, reader)


def _leads_to_foreign(address: str, reader: str) -> bool:
    """Whether a page that is not in the language of the reader stands there."""
    path = unescape(address.partition("#")[0])
    if path.startswith(f"/{reader}/"):
        return False
    try:
        return not path or resolve(path).url_name == "wagtail_serve"
    except Resolver404:
        return False
