"""How the size of a file is said.

These are the words that Django's ``filesizeformat`` asks for. Said here, they stand in the project's catalogues, which
go before Django's own: it says “Kio” in French, which few people read.
"""

from django.template.defaultfilters import filesizeformat
from django.utils.html import avoid_wrapping
from django.utils.translation import gettext, gettext_noop

MB = 1024 * 1024
SIZES = [gettext_noop("%s KB"), gettext_noop("%s MB"), gettext_noop("%s GB")]


def format_size_limit(size: int) -> str:
    """“10 MB”, as editors and hints write it, where ``filesizeformat`` says “10.0 MB”."""
    whole, rest = divmod(size, MB)
    return avoid_wrapping(gettext("%s MB") % whole) if whole and not rest else filesizeformat(size)
