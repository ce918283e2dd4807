"""Filing plan: the folder of a case, such as ``Population/{year}/{service}/{reference}``."""

import re

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.cases.models import Case

from .document_store import safe_file_name

DEFAULT = "{year}/{service}/{reference}"
PLACEHOLDERS = ("reference", "service", "team", "year", "month", "outcome")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def folder_path(plan: str, case: Case) -> str:
    """Return the path of the case's folder. An unknown placeholder stays unchanged."""
    day = timezone.localtime(case.opened_at)
    values = {
        "reference": case.reference,
        "service": case.version.definition.title(case.version.definition.source_language),
        "team": case.team.name,
        "year": f"{day:%Y}",
        "month": f"{day:%m}",
        "outcome": str(case.get_outcome_display()),
    }
    parts = [PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), part) for part in plan.split("/")]
    return "/".join(safe_file_name(part) for part in parts if part.strip(" ."))


def validate_plan(plan: str) -> None:
    """Raise ``ValidationError`` for a plan without ``{reference}`` or with an unknown placeholder.

    Without the reference two cases would share a folder.
    """
    unknown = [name for name in PLACEHOLDER.findall(plan) if name not in PLACEHOLDERS]
    if unknown:
        raise ValidationError(
            _("There is no {%(name)s}. There are: %(known)s.")
            % {"name": unknown[0], "known": ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)}
        )
    if "{reference}" not in plan:
        raise ValidationError(_("Put {reference} into the plan: each case needs a folder of its own."))
