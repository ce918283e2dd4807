"""What the timeline calls each kind of event. Apps that write kinds of their own name them in this file."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from home.registry import Registry

case_events: Registry[str | Promise] = Registry("case_events")

for kind, label in {
    "opened": _("Request received"),
    "taken": _("Taken in hand"),
    "assigned": _("Assigned"),
    "file_read": _("File opened"),
    "noted": _("Internal note"),
    "message": _("Message"),
    "asked": _("Question to the applicant"),
    "answered": _("Answer of the applicant"),
    "accepted": _("Accepted"),
    "refused": _("Refused"),
    "withdrawn": _("Withdrawn"),
    "completed": _("Case closed"),
    "stage": _("Stage done"),
    "stopped": _("Process stopped"),
    "fault": _("Fault in the process"),
    "address_confirmed": _("E-mail address confirmed"),
}.items():
    case_events.register(kind)(label)


def label_of(kind: str) -> str:
    """How the timeline calls ``kind``; the kind itself where no app names it."""
    return str(case_events.get(kind) or kind)
