"""What the register says of whoever files, filled in for people whose identity is proven, and for nobody else."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from eservices.formbuilder.prefill import Source, prefill

from .access import entry_of
from .people import Person

FROM_REGISTER = _("Filled in from the register. Tell us if it is wrong.")


def _from_register(read: Callable[[Person], object]) -> Callable[[object], object]:
    def find(user):
        person = entry_of(user)
        return read(person) or None if person else None

    return find


def _address(person: Person) -> dict | None:
    address = person.address
    return address and {name: getattr(address, name) for name in ("street", "number", "postcode", "town")}


for key, label, token, read in (
    ("register_given_name", _("First names, from the register"), "given-name", lambda one: one.given_names),
    ("register_family_name", _("Last name, from the register"), "family-name", lambda one: one.family_name),
    (
        "register_birth_date",
        _("Date of birth, from the register"),
        "bday",
        lambda one: one.birth_date.isoformat(),
    ),
    ("register_address", _("Address, from the register"), "street-address", _address),
):
    source = Source(label, _from_register(read), token=token, note=FROM_REGISTER, official=True)
    prefill.register(key)(source)
