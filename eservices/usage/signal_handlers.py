"""Signal handlers: drafts that are not continued are counted, and ratings of erased cases lose their texts."""

from django.dispatch import receiver

from eservices.cases.signals import case_erased
from eservices.submissions.signals import draft_abandoned

from . import actions


@receiver(draft_abandoned, dispatch_uid="usage.count")
def count_abandoned_draft(draft, **details):
    actions.count_abandoned(draft=draft)


@receiver(case_erased, dispatch_uid="usage.erase")
def erase_rating(case, actor, **details):
    actions.erase_rating(actor=actor, case=case)
