"""Every write about people that means something."""

from allauth.account.models import EmailAddress
from django.db import transaction

from .models import IdentityLevel, User


@transaction.atomic
def open_account(*, actor=None, email: str, language: str) -> User:
    """The person of this address; without a password and with nothing proven where the address is new."""
    user, created = User.objects.get_or_create(
        email=User.objects.normalize_email(email), defaults={"language": language}
    )
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


@transaction.atomic
def prove_address(*, actor: User, email: str) -> None:
    """``actor`` typed the code that was sent to ``email``: the address counts as proven from now on."""
    user = User.objects.select_for_update().get(pk=actor.pk)
    if User.objects.normalize_email(email) != user.email:
        return
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    user.identity_level = actor.identity_level = max(user.identity_level, IdentityLevel.EMAIL)
    user.save(update_fields=["identity_level"])


@transaction.atomic
def change_profile(*, actor: User, language: str, phone: str, first_name: str, last_name: str) -> None:
    """What a person says about herself. The address stays: it is what was proven."""
    user = User.objects.select_for_update().get(pk=actor.pk)
    user.language, user.phone = language, phone
    user.first_name, user.last_name = first_name, last_name
    user.save(update_fields=["language", "phone", "first_name", "last_name"])
