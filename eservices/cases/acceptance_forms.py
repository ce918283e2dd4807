"""Forms that other apps add to the acceptance of a case, in ``acceptance_form_providers``.

A provider takes the case and returns a Django form class, or None if it asks nothing for this case. The form's
cleaned data must be JSON; it is stored under the provider's key in the details of the decision.
"""

from collections.abc import Callable

from django import forms

from home.extensions.registry import Registry

from .models import Case

acceptance_form_providers: Registry[Callable[[Case], Callable[..., forms.Form] | None]] = Registry(
    "decisions"
)


def acceptance_forms_for(case: Case, data=None) -> dict[str, forms.Form]:
    """Build the forms to fill in when accepting ``case``, by the key of their provider."""
    asked = ((key, offer(case)) for key, offer in acceptance_form_providers.items())
    return {key: form(data, prefix=key) for key, form in asked if form}


def collect_statements(filled: dict[str, forms.Form]) -> dict:
    """Collect the cleaned data of valid forms, as ``accept_case`` takes it in ``details``."""
    return {key: form.cleaned_data for key, form in filled.items()}
