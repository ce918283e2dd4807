"""Every write on accounts."""

from datetime import date, datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils import timezone

from .claims import IdentityClaims
from .models import IdentityLevel, IdentityProof, SignIn, User
from .signals import account_erased, address_changed, identity_proven, provider_changed, second_factor_changed


@transaction.atomic
def get_or_create_account(*, actor: User | None = None, email: str, language: str) -> User:
    """Return the account of this address, creating it if needed.

    A new account has no password and no proven identity.
    """
    user: User
    user, created = User.objects.get_or_create(
        email=User.objects.normalize_email(email), defaults={"language": language}
    )
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


@transaction.atomic
def prove_address(*, actor: User, email: str) -> None:
    """Mark the address as proven: ``actor`` typed the code that was sent to ``email``.

    Does nothing if ``email`` is not the account's current address.
    """
    user = User.objects.select_for_update().get(pk=actor.pk)
    if User.objects.normalize_email(email) != user.email:
        return
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    user.identity_level = actor.identity_level = max(user.identity_level, IdentityLevel.EMAIL)
    user.save(update_fields=["identity_level"])


@transaction.atomic
def prove_identity(
    *,
    actor: User | None,
    user: User,
    means: str,
    given_names: str,
    family_name: str,
    birth_date: date | None = None,
    level: IdentityLevel = IdentityLevel.KNOWN,
) -> IdentityProof:
    """Record the proof that the account belongs to the person of this name.

    ``actor``: the agent who saw the person; None if there was none. Handlers of ``identity_proven`` run in this
    transaction.
    """
    account = User.objects.select_for_update().get(pk=user.pk)
    proof = IdentityProof.objects.create(
        user=account,
        level=level,
        means=means,
        given_names=given_names,
        family_name=family_name,
        birth_date=birth_date,
        by=actor,
    )
    account.identity_level = user.identity_level = max(account.identity_level, level)
    account.save(update_fields=["identity_level"])
    identity_proven.send(sender=User, proof=proof)
    return proof


def may_belong_to(user: User, said: IdentityClaims) -> bool:
    """Return whether the account may belong to the person whom a provider attests.

    True unless another person is proven for it.
    """
    proof = user.known_as
    return proof is None or said.level <= IdentityLevel.EMAIL or proof.is_of(said.name, said.birth_date)


@transaction.atomic
def save_claims(*, actor: User, said: IdentityClaims) -> None:
    """Store the claims of an identity provider about ``actor`` if they prove more than is known."""
    if said.email:
        prove_address(actor=actor, email=said.email)
    proven = actor.known_as
    if said.level > IdentityLevel.EMAIL and (proven is None or proven.level < said.level):
        prove_identity(
            actor=None,
            user=actor,
            means=IdentityProof.Means.PROVIDER,
            given_names=said.given_names,
            family_name=said.family_name,
            birth_date=said.birth_date,
            level=said.level,
        )


@transaction.atomic
def update_profile(*, actor: User, language: str, phone: str, first_name: str, last_name: str) -> None:
    """Store the user's own data. The address stays, because it is what was proven."""
    user = User.objects.select_for_update().get(pk=actor.pk)
    user.language, user.phone = language, phone
    user.first_name, user.last_name = first_name, last_name
    user.save(update_fields=["language", "phone", "first_name", "last_name"])


@transaction.atomic
def reset_second_factor(*, actor: User | None, user: User) -> None:
    """Delete the second factors of ``user``, who sets up another one at the next sign-in.

    ``actor``: the administrator; None for the command. The user is notified, because another person may have asked
    for it.
    """
    if Authenticator.objects.filter(user=user).delete()[0]:
        second_factor_changed.send(User, user=user, held=False)


@transaction.atomic
def follow_new_address(*, actor: User | None, user: User, before: str) -> None:
    """Delete proofs of the former address ``before``, whose mailbox must not open the account any more.

    Both addresses are notified.
    """
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    address_changed.send(User, user=user, before=before)


@transaction.atomic
def remove_provider(*, actor: User, name: str) -> None:
    """Disconnect the identity provider ``name`` from the account; codes by e-mail still work.

    The provider's identity proofs stay.
    """
    if SocialAccount.objects.filter(user=actor).delete()[0]:
        provider_changed.send(User, user=actor, name=name, linked=False)


@transaction.atomic
def end_sessions(*, actor: User, user: User) -> None:
    """Sign ``user`` out on every device."""
    for session in UserSession.objects.filter(user=user):
        session.end()
    end_unlisted_sessions(actor=actor, user=user, at=timezone.now())
    SignIn.objects.create(user=user, email=user.email, kind=SignIn.Kind.ENDED)


def end_unlisted_sessions(*, actor: User, user: User, at: datetime) -> None:
    """End the sessions of ``user`` that began before ``at``, including those missing in the list."""
    User.objects.filter(pk=user.pk).update(sessions_ended_at=at)
    user.sessions_ended_at = at


@transaction.atomic
def erase_account(*, actor: User) -> None:
    """Erase the personal data of ``actor`` and close the account.

    The row stays, because audit logs refer to its id. Raise ``ValueError`` for staff, because their actions are
    recorded under their name.
    """
    user = User.objects.select_for_update().get(pk=actor.pk)
    if user.is_staff or user.is_superuser:
        raise ValueError("An account of staff is not erased.")
    account_erased.send(sender=User, user=user)
    user.emailaddress_set.all().delete()
    user.proofs.all().delete()
    user.socialaccount_set.all().delete()
    user.authenticator_set.all().delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
    end_unlisted_sessions(actor=actor, user=user, at=timezone.now())
    user.sign_ins.all().delete()
    SignIn.objects.filter(user=None, email=user.email).delete()  # attempts from before the account existed
    user.email = f"erased-{user.pk}@invalid"
    user.first_name = user.last_name = user.phone = ""
    user.identity_level, user.is_active = IdentityLevel.NONE, False
    user.set_unusable_password()
    user.save()
