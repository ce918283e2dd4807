"""Payment deadline of bookings: they are paid before they begin."""

from datetime import datetime

from eservices.cases.models import Case
from eservices.payments.payment_deadline import payment_deadline_providers

from .models import Booking


@payment_deadline_providers.register("booking")
def first_booked_time(case: Case) -> datetime | None:
    """Return when the first booked time of the case begins; None if it has no bookings."""
    booked = Booking.objects.of_submission(case.submission).promised()
    return booked.values_list("starts_at", flat=True).first()
