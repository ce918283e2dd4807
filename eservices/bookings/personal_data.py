"""Waiting list entries of a person, for export and erasure. Bookings are part of their case's data."""

from django.utils.translation import gettext_lazy as _

from home.extensions.personal_data import PersonalDataHolding, personal_data_holdings

from . import access, actions
from .models import WaitingEntry


def export_row(one: WaitingEntry) -> dict:
    return {
        "what": str(one.resource),
        "starts": one.starts_at.isoformat(),
        "ends": one.ends_at.isoformat(),
        "state": one.get_state_display(),
        "asked": one.created_at.isoformat(),
    }


def erase_row(one: WaitingEntry) -> None:
    actions.erase_waiting_entry(actor=None, waiting=one)


personal_data_holdings.register("waiting")(
    PersonalDataHolding(_("Places on waiting lists"), access.waiting_entries_of, export_row, erase_row)
)
