"""Prefill sources with data of the account."""

from django.utils.translation import gettext_lazy as _

from eservices.formbuilder.extension_points import PrefillSource

from .answer_sources import SourceKind

FROM_ACCOUNT = _("Filled in from your account. Check it.")
# Key → label, attribute of the user, autocomplete token of the questions that are prefilled by default.
ACCOUNT = {
    "given_name": (_("First name, from the account"), "first_name", "given-name"),
    "family_name": (_("Last name, from the account"), "last_name", "family-name"),
    "email": (_("E-mail address, from the account"), "email", "email"),
    "phone": (_("Telephone, from the account"), "phone", "tel"),
    "language": (_("Language, from the account"), "language", "language"),
}


def _attribute(name: str):
    return lambda user: getattr(user, name) or None


ACCOUNT_SOURCES = {
    key: PrefillSource(
        label, _attribute(attribute), token=token, note=FROM_ACCOUNT, origin=SourceKind.ACCOUNT
    )
    for key, (label, attribute, token) in ACCOUNT.items()
}
