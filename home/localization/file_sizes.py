"""File sizes in words.

The strings are those of Django's ``filesizeformat``. Listed here, they are in the project's catalogues, which take
precedence over Django's: Django writes “Kio” in French, which few people understand.
"""

from django.template.defaultfilters import filesizeformat
from django.utils.html import avoid_wrapping
from django.utils.translation import gettext, gettext_noop

MB = 1024 * 1024
SIZES = [gettext_noop("%s KB"), gettext_noop("%s MB"), gettext_noop("%s GB")]


def format_size_limit(size: int) -> str:
    """Format a size limit, such as “10 MB”, where ``filesizeformat`` writes “10.0 MB”."""
    whole, rest = divmod(size, MB)
    return avoid_wrapping(gettext("%s MB") % whole) if whole and not rest else filesizeformat(size)
