"""Forms that apps add to the acceptance of a case."""

from django import forms

from home.extensions.base import merged

from .extension_points import CaseExtension
from .models import Case


def acceptance_forms_for(case: Case, data=None) -> dict[str, forms.Form]:
    """Build the forms to fill in when accepting ``case``, by key."""
    offers = merged(CaseExtension, lambda one: one.acceptance_forms(case))
    return {key: form(data, prefix=key) for key, form in offers.items()}


def collect_statements(filled: dict[str, forms.Form]) -> dict:
    """Collect the cleaned data of valid forms, as ``accept_case`` takes it in ``details``."""
    return {key: form.cleaned_data for key, form in filled.items()}
