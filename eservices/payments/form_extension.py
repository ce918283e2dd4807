"""The part of payments in forms."""

from eservices.formbuilder.extension_points import FormExtension

from .fee_schedule import FeeSchedule


class PaymentFormExtension(FormExtension):
    """The prices of fees."""

    def price_list(self) -> FeeSchedule:
        return FeeSchedule()
