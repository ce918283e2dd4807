"""What is booked is paid before it begins."""

from datetime import datetime

from eservices.cases.models import Case
from eservices.payments.paid_before import paid_before

from .models import Booking


@paid_before.register("booking")
def first_time(case: Case) -> datetime | None:
    """When the first of the times begins that the request is about; None where it is about none."""
    booked = Booking.objects.of_submission(case.submission).agreed()
    return booked.values_list("starts_at", flat=True).first()
