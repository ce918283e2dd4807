"""Signal handler that brings a draft along when its applicant signs in."""

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from .session_recovery import claim_remembered_draft


@receiver(user_logged_in, dispatch_uid="submissions-claim-draft")
def claim_draft(sender, request, user, **details):
    claim_remembered_draft(request, user)
