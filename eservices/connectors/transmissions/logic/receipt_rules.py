"""Rules of receipts: which state follows from one. Pure."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from ...business_system import ReceiptState

DECIDED = ("accepted", "refused", "asked_back")


@dataclass(frozen=True)
class ReceiptEffect:
    """The new state of a transmission, "" if it stays as it is.

    ``set_aside``: why a person must look at the receipt.
    """

    state: str = ""
    set_aside: str = ""


def receipt_effect(current: str, known_reference: str, state: ReceiptState, reference: str) -> ReceiptEffect:
    """Return what a receipt does to a transmission in the state ``current``.

    The same receipt again changes nothing. One that says less than is known already is late and changes nothing. One
    that contradicts a decision is set aside. A receipt for what we believe unsent proves that it arrived.
    """
    if current == "replaced":
        return ReceiptEffect()
    if state == ReceiptState.RECEIVED:
        return ReceiptEffect() if current in (*DECIDED, "received") else ReceiptEffect("received")
    if current == state and (current != "accepted" or known_reference == reference):
        return ReceiptEffect()
    if current == "accepted":
        text = _("This was accepted already. The later answer “%(state)s” contradicts it.")
        return ReceiptEffect(set_aside=text % {"state": state.value})
    return ReceiptEffect(state.value)
