"""Receipts that come in: by call, from a folder, or when a system is asked."""

import logging
from uuid import UUID

from django.utils.translation import gettext as _

from ..business_system import Receipt, SystemRefused, SystemUnreachable
from ..configuration import InvalidConfiguration
from . import actions
from .models import ConnectedSystem, Transmission

logger = logging.getLogger(__name__)


def system_of_callback(secret: str) -> ConnectedSystem | None:
    """Return the system whose address of calls has this secret; None if there is none in use."""
    return ConnectedSystem.objects.filter(callback_secret=secret, is_enabled=True).first()


def record_receipt(system: ConnectedSystem, receipt: Receipt) -> str:
    """Store a receipt. Return why it is set aside for a person; "" if it is stored or was known.

    A receipt for what was never sent to this system, or for an erased case, says nothing about other cases.
    """
    try:
        key = UUID(receipt.key)
    except ValueError:
        return _("There is no transmission with this key.")
    found = Transmission.objects.filter(pk=key, system=system).first()
    if found is None:
        return _("There is no transmission with this key.")
    return actions.store_receipt(system=system, transmission=found, receipt=receipt)


def fetch_receipts(system: ConnectedSystem) -> int:
    """Store the receipts that wait at a system. Return how many. Raise SystemUnreachable or SystemRefused."""
    connection, count = system.connect(), 0
    try:
        for receipt, token in connection.receipts():
            if reason := record_receipt(system, receipt):
                logger.warning("A receipt of %s was set aside: %s", system.key, reason)
                connection.set_aside(token, reason)
            else:
                connection.acknowledge(token)
            count += 1
    finally:
        connection.close()
    return count


def fetch_receipts_of(system: ConnectedSystem) -> None:
    """Fetch receipts; a system that cannot be reached is asked again at the next sweep."""
    try:
        fetch_receipts(system)
    except (SystemUnreachable, SystemRefused, InvalidConfiguration) as fault:
        logger.warning("No receipts from %s: %s", system.key, fault)
