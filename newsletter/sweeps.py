"""What the newsletter does by itself."""

from datetime import datetime, timedelta

from home.background import sweeps

from .models import Subscriber

GRACE = timedelta(days=30)


@sweeps.register("newsletter")
def forget_unconfirmed(now: datetime) -> None:
    """Addresses that were never confirmed are not kept."""
    Subscriber.objects.forgotten(now - GRACE).delete()
