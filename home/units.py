"""How the size of a file is said.

These are the words that Django's ``filesizeformat`` asks for. Said here, they stand in the project's catalogues, which
go before Django's own: it says “Kio” in French, which few people read.
"""

from django.utils.translation import gettext_noop

SIZES = [gettext_noop("%s KB"), gettext_noop("%s MB"), gettext_noop("%s GB")]
