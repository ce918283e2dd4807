"""What the scheduler does for channels."""

from datetime import datetime, timedelta

from home.background import sweeps

from . import actions
from .sms.models import PhoneReader

GRACE = timedelta(days=2)

sweeps.register("channels")(actions.send_forgotten)


@sweeps.register("phone_readers")
def forget_unconfirmed(now: datetime) -> None:
    """Numbers whose code was never typed are not kept."""
    PhoneReader.objects.forgotten(now - GRACE).delete()
