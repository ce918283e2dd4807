"""Messages about inspected files."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

REFUSALS = {
    "damaged": gettext_lazy(
        "“%(name)s” is damaged, or its content does not match its name. Open it, save it again and send it."
    ),
    "bomb": gettext_lazy(
        "“%(name)s” is too large once it is unpacked. Save it as a PDF of lower quality and send that."
    ),
    "macros": gettext_lazy("“%(name)s” contains macros. Save it as a PDF and send that."),
    "scripts": gettext_lazy(
        "“%(name)s” contains a program that runs when it is opened. Print it as a new PDF and send that."
    ),
    "embedded": gettext_lazy(
        "“%(name)s” contains a program or an object of another program. Save it as a PDF and send that."
    ),
    "dde": gettext_lazy("“%(name)s” takes data from another program. Save it as a PDF and send that."),
    "template": gettext_lazy(
        "“%(name)s” loads its template from another address. Save it as a PDF and send that."
    ),
}
TOO_MUCH_WORK = gettext_lazy("“%(name)s” takes too much work to check. Send a smaller or simpler copy.")
BUSY = gettext_lazy("“%(name)s” could not be checked: too many files arrive. Try again in a few minutes.")
NO_ROOM = gettext_lazy(
    "We cannot take “%(name)s” at the moment: our storage is almost full. Try again tomorrow, or bring it to "
    "the counter."
)
CAUTIONS = {
    "external": gettext_lazy("loads content from another address when it is opened"),
    "attachments": gettext_lazy("has other files attached to it"),
    "locked": gettext_lazy("is protected by a password, so its content could not be checked"),
    "unreadable": gettext_lazy("could not be checked inside"),
}


def cautions_in_words(cautions) -> str:
    """Return the warning before a file is opened; "" if there is none."""
    known = [str(CAUTIONS[one]) for one in cautions if one in CAUTIONS]
    return _("Careful: this file %(cautions)s.") % {"cautions": ", ".join(known)} if known else ""
