"""What is booked is paid before it begins."""

from datetime import datetime

from eservices.cases.models import Case
from eservices.payments.payment_deadline import payment_deadline_providers

from .models import Booking


@payment_deadline_providers.register("booking")
def first_booked_time(case: Case) -> datetime | None:
    """When the first of the times begins that the request is about; None where it is about none."""
    booked = Booking.objects.of_submission(case.submission).agreed()
    return booked.values_list("starts_at", flat=True).first()
