"""What else an agent states when accepting a case, as offered by the apps that need to know it.

An offer takes the case and answers a Django form class, or None where it asks nothing of this case.
Its cleaned data must be JSON; it is kept under the offer's key in the details of the decision.
"""

from collections.abc import Callable

from django import forms

from home.extensions.registry import Registry

from .models import Case

acceptance_form_providers: Registry[Callable[[Case], Callable[..., forms.Form] | None]] = Registry(
    "decisions"
)


def acceptance_forms_for(case: Case, data=None) -> dict[str, forms.Form]:
    """The forms to fill in when accepting ``case``, by the key of their offer."""
    asked = ((key, offer(case)) for key, offer in acceptance_form_providers.items())
    return {key: form(data, prefix=key) for key, form in asked if form}


def collect_statements(filled: dict[str, forms.Form]) -> dict:
    """What was stated in valid forms, as the action ``accept`` keeps it."""
    return {key: form.cleaned_data for key, form in filled.items()}
