"""Prefill sources from the resident record, only for users with proven identity."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from eservices.formbuilder.extension_points import PrefillSource
from eservices.submissions.prefill.answer_sources import SourceKind

from .access import resident_record_of
from .persons import RegisterPerson

FROM_REGISTER = _("Filled in from the register. Tell us if this is wrong.")


def _from_register(read: Callable[[RegisterPerson], object]) -> Callable[[object], object]:
    def find(user):
        person = resident_record_of(user)
        return read(person) or None if person else None

    return find


def _address(person: RegisterPerson) -> dict | None:
    address = person.address
    return address and {name: getattr(address, name) for name in ("street", "number", "postcode", "town")}


# Key → label, autocomplete token, and how the answer is read.
REGISTER = {
    "register_given_name": (_("First names, from the register"), "given-name", lambda one: one.given_names),
    "register_family_name": (_("Last name, from the register"), "family-name", lambda one: one.family_name),
    "register_birth_date": (
        _("Date of birth, from the register"),
        "bday",
        lambda one: one.birth_date.isoformat(),
    ),
    "register_address": (_("Address, from the register"), "street-address", _address),
}
REGISTER_SOURCES = {
    key: PrefillSource(
        label,
        _from_register(read),
        token=token,
        note=FROM_REGISTER,
        official=True,
        origin=SourceKind.REGISTER,
    )
    for key, (label, token, read) in REGISTER.items()
}
