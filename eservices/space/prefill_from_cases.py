"""Prefill sources from answers of a user's earlier cases, newest first."""

from django.utils.translation import gettext_lazy as _

from eservices.cases import access
from eservices.formbuilder.definition import FieldDefinition, FormDefinition
from eservices.formbuilder.extension_points import PrefillSource
from eservices.submissions.prefill.answer_sources import SourceKind
from eservices.submissions.prefill.values import autocomplete_token

FROM_EARLIER = _("Filled in from an earlier request. Check it.")
MAX_REQUESTS = 10  # cases that are searched
# Key → label, autocomplete token, or the field type if there is no token. The latter are filled in only if the editor
# names the source: a bank account must not show without a reason.
EARLIER = {
    "earlier_given_name": (_("First name, from an earlier request"), "given-name", ""),
    "earlier_family_name": (_("Last name, from an earlier request"), "family-name", ""),
    "earlier_birth_date": (_("Date of birth, from an earlier request"), "bday", ""),
    "earlier_address": (_("Address, from an earlier request"), "street-address", ""),
    "earlier_phone": (_("Telephone, from an earlier request"), "tel", ""),
    "earlier_organization": (_("Organisation, from an earlier request"), "organization", ""),
    "earlier_avs": (_("Social insurance number, from an earlier request"), "", "avs"),
    "earlier_iban": (_("Bank account, from an earlier request"), "", "iban"),
    "earlier_plate": (_("Number plate, from an earlier request"), "", "plate"),
}


def _last_answer(key: str, token: str, kind: str):
    def find(user):
        cases = access.own_cases(user).select_related("version", "submission").order_by("-opened_at")
        for case in cases[:MAX_REQUESTS]:
            for field in _questions(case.version.definition):
                alike = (
                    field.prefill == key
                    or (token and autocomplete_token(field) == token)
                    or field.type == kind
                )
                if alike and (answer := case.answers.get(field.key)) is not None:
                    return answer
        return None

    return find


def _questions(definition: FormDefinition) -> list[FieldDefinition]:
    """Return the questions of a definition that are asked in a step and not secret."""
    return [field for step in definition.steps for field in step.fields if not field.secret]


CASE_SOURCES = {
    key: PrefillSource(
        label,
        _last_answer(key, token, kind),
        token=token,
        note=FROM_EARLIER,
        origin=SourceKind.EARLIER,
    )
    for key, (label, token, kind) in EARLIER.items()
}
