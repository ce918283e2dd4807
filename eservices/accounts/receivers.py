"""What happens to a person when allauth tells of a step of signing in."""

from allauth.account.signals import authentication_step_completed
from django.dispatch import receiver

from . import actions


@receiver(authentication_step_completed, dispatch_uid="accounts-prove-address")
def code_typed(sender, request, user, method, email=None, **details):
    if method == "code" and email:
        actions.prove_address(actor=user, email=email)
