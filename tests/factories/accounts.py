"""Accounts for tests: residents who sign in by code, and staff."""

import factory
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group

from eservices.accounts import actions
from eservices.accounts.models import IdentityLevel, IdentityProof, User
from eservices.accounts.roles import ensure_roles

PASSWORD = "une phrase assez longue"


class UserFactory(factory.django.DjangoModelFactory):
    """A resident without a password and with a proven e-mail address. ``password=`` sets one."""

    class Meta:
        model = User

    email = factory.Sequence(lambda number: f"personne{number}@courriel.example")
    first_name = factory.Sequence(lambda number: f"Prénom{number}")
    last_name = "Marchetti"
    identity_level = IdentityLevel.EMAIL

    roles = ()  # names of groups

    @classmethod
    def _create(cls, model_class, *args, roles=(), **fields):
        user = model_class.objects.create_user(*args, **fields)
        if user.identity_level >= IdentityLevel.EMAIL:
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        if roles:
            user.groups.add(*_groups(roles))
        return user


def _groups(roles) -> list[Group]:
    """Return groups of staff. Those that exist have their permissions already."""
    existing = list(Group.objects.filter(name__in=roles))
    return existing if len(existing) == len(set(roles)) else list(ensure_roles(*roles).values())


class SuperuserFactory(UserFactory):
    """A superuser, who may do everything."""

    is_staff = True
    is_superuser = True
    password = PASSWORD


class EditorFactory(UserFactory):
    """An editor, who publishes pages."""

    is_staff = True
    password = PASSWORD
    roles = ("moderators",)


class AgentFactory(UserFactory):
    """An agent with access to the admin. The teams decide which cases, see tests/factories/cases.py."""

    is_staff = True
    password = PASSWORD
    roles = ("agents",)


def known(given_names="Élodie", family_name="Marchetti", birth_date=None, **fields):
    """Return a resident whose identity is proven by a posted code."""
    return actions.prove_identity(
        actor=None,
        user=UserFactory(first_name=given_names, last_name=family_name, **fields),
        means=IdentityProof.Means.POSTED_CODE,
        given_names=given_names,
        family_name=family_name,
        birth_date=birth_date,
    ).user


def account_fields(user) -> dict:
    """Return what the account page sends when nothing is changed."""
    return {
        "name_email-first_name": user.first_name,
        "name_email-last_name": user.last_name,
        "name_email-email": user.email,
        "locale-preferred_language": "fr",
        "locale-current_time_zone": "Europe/Zurich",
        "theme-theme": "system",
        "theme-density": "default",
        "theme-contrast": "system",
        "theme-keyboard_shortcuts": "on",
    }
