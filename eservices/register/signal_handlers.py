"""Signal handlers for due lookups, proven identities, sign-ins, new and corrected cases, and erasure."""

from datetime import timedelta
from functools import partial

from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone

from eservices.accounts.signals import account_erased, identity_proven
from eservices.cases.signals import case_amended, case_erased, case_opened, case_protected

from . import actions
from .models import ResidentRecord
from .signals import lookup_due
from .tasks import LOOKUPS

FRESH = timedelta(hours=1)


@receiver(lookup_due, dispatch_uid="register.wake_worker")
def wake_worker(sender, row, **kwargs) -> None:
    """Wake a worker after the commit. If the wake-up is lost, a job finds the row that says what is due."""
    transaction.on_commit(partial(LOOKUPS[sender].enqueue, row.pk), robust=True)


@receiver(identity_proven, dispatch_uid="register.expect_entry")
def schedule_record_lookup(sender, proof, **kwargs) -> None:
    actions.schedule_record_lookup(actor=proof.by, user=proof.user)


@receiver(user_logged_in, dispatch_uid="register.refresh_entry")
def refresh_record_at_sign_in(sender, user, **kwargs) -> None:
    old = ResidentRecord.objects.filter(user=user).exclude(answered_at__gt=timezone.now() - FRESH)
    if old.exists():
        actions.schedule_record_lookup(actor=user, user=user)


@receiver(case_opened, dispatch_uid="register.screen_new_case")
def screen_new_case(sender, case, actor, **kwargs) -> None:
    if case.unscreened:
        actions.begin_screening(case=case)


@receiver(case_amended, dispatch_uid="register.screen_corrected_case")
def screen_corrected_case(sender, case, actor, **kwargs) -> None:
    if not case.is_known_protected:
        actions.begin_screening(case=case)


@receiver(case_amended, dispatch_uid="register.check_corrected_case")
def check_corrected_case(sender, case, actor, **kwargs) -> None:
    actions.run_again(case=case)


@receiver(case_protected, dispatch_uid="register.screen_same_person")
def screen_other_cases_of_the_same_person(sender, case, actor, **kwargs) -> None:
    actions.screen_same_person(actor=actor, case=case)


@receiver(case_erased, dispatch_uid="register.erase")
def erase_checks_of_case(sender, case, actor, **kwargs) -> None:
    actions.erase_checks(actor=actor, case=case)


@receiver(account_erased, dispatch_uid="register.forget_person")
def erase_person_of_account(sender, user, **kwargs) -> None:
    actions.erase_person(actor=user, user=user)
