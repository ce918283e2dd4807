"""Tokens are made and withdrawn. Wagtail's log records who did."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from eservices.accounts.models import User
from eservices.formbuilder.models import Form

from .models import ApiToken, digest_of, new_token_secret, prefix_of

MADE, WITHDRAWN = "api.token_made", "api.token_withdrawn"  # names of the actions in Wagtail's log


@transaction.atomic
def make_token(
    *,
    actor: User,
    name: str,
    scopes: Iterable[str],
    forms: Iterable[Form],
    expires_at: datetime,
    networks: Iterable[str] = (),
    per_minute: int = 120,
) -> tuple[ApiToken, str]:
    """Make a token. Return it with its secret, which is stored nowhere and can be shown only now."""
    secret, forms = new_token_secret(), list(forms)
    token = ApiToken.objects.create(
        name=name,
        prefix=prefix_of(secret),
        digest=digest_of(secret),
        scopes=sorted(scopes),
        networks=list(networks),
        per_minute=per_minute,
        expires_at=expires_at,
        account=_make_account(name, prefix_of(secret)),
        created_by=actor,
    )
    token.forms.set(forms)
    data = {"scopes": token.scopes, "services": [one.slug for one in forms], "prefix": token.prefix}
    log(instance=token, action=MADE, user=actor, data=data)
    return token, secret


def _make_account(name: str, prefix: str) -> User:
    """Create the account that stands for the program in events: closed, so that nobody signs in with it."""
    account: User = User.objects.create_user(f"{prefix}@api.invalid", last_name=name, is_active=False)
    return account


@transaction.atomic
def withdraw_token(*, actor: User, token: ApiToken) -> bool:
    """Withdraw a token. Return False if it was withdrawn before."""
    now = timezone.now()
    if not ApiToken.objects.filter(pk=token.pk, withdrawn_at=None).update(withdrawn_at=now):
        return False
    log(instance=token, action=WITHDRAWN, user=actor, data={"prefix": token.prefix})
    return True
