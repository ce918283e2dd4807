"""Make an API token with every scope and service, and print its secret: for tools that try the API of a demo.

Usage: python -m tests.tools.api_token
"""

from datetime import timedelta

import django
from django.utils import timezone


def main() -> None:
    django.setup()
    from eservices.accounts.models import User
    from eservices.api.actions import make_token
    from eservices.api.scopes import Scope
    from eservices.formbuilder.models import Form

    administrator = User.objects.filter(is_superuser=True).earliest("pk")
    _token, secret = make_token(
        actor=administrator,
        name="Test",
        scopes=Scope.values,
        forms=Form.objects.all(),
        expires_at=timezone.now() + timedelta(days=1),
        per_minute=6_000,
    )
    print(secret)


if __name__ == "__main__":
    main()
