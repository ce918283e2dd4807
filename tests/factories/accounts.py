"""People for tests: a resident who signs in by code, staff who may enter the admin."""

import factory

from eservices.accounts.models import IdentityLevel, User
from eservices.accounts.roles import ensure_roles

PASSWORD = "une phrase assez longue"


class UserFactory(factory.django.DjangoModelFactory):
    """A resident without a password whose address is proven. ``password=`` gives one."""

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
        if roles:
            groups = ensure_roles()
            user.groups.set([groups[name] for name in roles])
        return user


class SuperuserFactory(UserFactory):
    """Whoever runs the site: may do everything."""

    is_staff = True
    is_superuser = True
    password = PASSWORD


class EditorFactory(UserFactory):
    """Publishes pages."""

    is_staff = True
    password = PASSWORD
    roles = ("moderators",)


class AgentFactory(UserFactory):
    """Enters the admin to treat cases. Which ones: the teams, see tests/factories/cases.py."""

    is_staff = True
    password = PASSWORD
    roles = ("agents",)
