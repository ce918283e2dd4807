"""What frees an applicant from paying, as offered by the apps that know it, in files of this name."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from home.extensions.registry import Registry

from .models import Case


@dataclass(frozen=True)
class FeeExemption:
    """``reason(case)`` says why nothing is due, in the language of staff; "" where the applicant pays.

    It reads what is known already: it runs with the case's row locked.
    """

    label: str | Promise
    reason: Callable[[Case], str]


fee_exemptions: Registry[FeeExemption] = Registry("exemptions")
