"""Exemptions from fees. Other apps add theirs to ``fee_exemptions``."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from home.extensions.registry import Registry

from .models import Case


@dataclass(frozen=True)
class FeeExemption:
    """An exemption from fees.

    ``reason(case)`` returns why nothing is due, in the language of staff; "" if the applicant pays. It runs while the
    case is locked, so it may only read stored data.
    """

    label: str | Promise
    reason: Callable[[Case], str]


fee_exemptions: Registry[FeeExemption] = Registry("exemptions")
