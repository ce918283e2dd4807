"""Signal handlers: drafts that are not continued are counted, and ratings of erased cases lose their texts."""

import logging

from django.dispatch import receiver

from eservices.cases.signals import case_erased
from eservices.submissions.signals import draft_abandoned

from . import actions

logger = logging.getLogger(__name__)


@receiver(draft_abandoned, dispatch_uid="usage.count")
def count_abandoned_draft(draft, **details):
    try:
        actions.count_abandoned(draft=draft)  # in a savepoint: a count never keeps answers from being erased
    except Exception:
        logger.exception("The draft %s was not counted", draft.pk)


@receiver(case_erased, dispatch_uid="usage.erase")
def erase_rating(case, actor, **details):
    actions.erase_rating(actor=actor, case=case)
