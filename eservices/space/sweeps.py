"""What tidies itself up: accounts that somebody gave an address for and never opened."""

from datetime import datetime, timedelta

from eservices.accounts.models import User
from home.background import sweeps

KEPT = timedelta(days=1)


@sweeps.register("unopened_accounts")
def forget_unopened_accounts(now: datetime) -> None:
    """Deletes what a stranger's typing left behind, a day later."""
    User.objects.never_entered(now - KEPT).filter(
        drafts=None, submissions=None, memberships=None, groups=None
    ).delete()
