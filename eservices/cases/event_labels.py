"""Labels of the event kinds in the timeline."""

from django.utils.translation import gettext_lazy as _

from home.extensions.base import extensions

from .extension_points import CaseExtension

EVENT_LABELS = {  # of the kinds that this app writes
    "opened": _("Request received"),
    "taken": _("Taken in hand"),
    "assigned": _("Assigned"),
    "case_read": _("Case opened"),
    "file_read": _("File opened"),
    "answers_read": _("Answers taken away in a list"),
    "file_infected": _("A file carried a virus and was destroyed"),
    "noted": _("Internal note"),
    "tagged": _("Tag added"),
    "untagged": _("Tag taken off"),
    "reminded": _("Applicant reminded"),
    "unanswered": _("Question not answered in time"),
    "went_on": _("Went on without an answer"),
    "skipped": _("Went on without waiting, in a rehearsal"),
    "message": _("Message"),
    "asked": _("Question to the applicant"),
    "answered": _("Answer of the applicant"),
    "approved": _("Approved, the next decision follows"),
    "accepted": _("Accepted"),
    "refused": _("Refused"),
    "withdrawn": _("Withdrawn"),
    "proposed": _("Decision proposed, to be confirmed"),
    "sent_back": _("Proposed decision sent back"),
    "worked": _("Work at a stage"),
    "handed_over": _("Handed over to another team"),
    "asked_opinion": _("Opinion asked for"),
    "opinion": _("Opinion given"),
    "opinion_read": _("Read by an office that was asked"),
    "escalated": _("A team lead was notified"),
    "lapsed": _("Closed without an answer"),
    "completed": _("Case closed"),
    "reopened": _("Reopened"),
    "amended": _("Answer corrected"),
    "enclosure_received": _("Enclosure received"),
    "enclosure_refused": _("Enclosure refused"),
    "enclosure_waived": _("Enclosure not needed"),
    "person_judged": _("Outcome of one person"),
    "tied": _("Linked with another case"),
    "untied": _("No longer linked"),
    "merged": _("Duplicate, continues as another case"),
    "merged_with": _("Another case was filed for the same"),
    "redirected": _("Sent to another service"),
    "call_asked": _("Call-back asked for"),
    "called": _("Called back"),
    "not_reached": _("Called, not reached"),
    "join_code": _("Joining code handed over"),
    "joined": _("Joined to an account"),
    "stage": _("Stage done"),
    "stopped": _("Process stopped"),
    "fault": _("Fault in the process"),
    "protected": _("Now shown only to members who treat protected addresses"),
    "unprotected": _("Shown again to the whole team: no address is protected"),
    "identified": _("Identity checked"),
    "identity_proven": _("Identity proven"),
    "held": _("Not erased because of a legal hold"),
    "hold_lifted": _("Legal hold lifted"),
    "answers_erased": _("Answers erased as announced on the form"),
    "erased": _("Personal data erased"),
    "decision_sent": _("Decision sent"),
    "notified": _("Decision notified"),
    "appealed": _("Appeal received"),
    "consent_given": _("Agreed to decisions by e-mail"),
    "consent_revoked": _("No longer agrees to decisions by e-mail"),
    "sms_chosen": _("Wants an SMS whenever we write"),
    "sms_declined": _("No longer wants an SMS"),
    "letter_posted": _("Letter posted"),
    "letter_delivered": _("Letter delivered"),
    "address_confirmed": _("E-mail address confirmed"),
}


def event_label(kind: str) -> str:
    """Return the label of ``kind`` in the timeline; the kind itself if no app names it."""
    labels = (one.event_labels().get(kind) for one in extensions(CaseExtension))
    return str(next(filter(None, labels), kind))
