"""Parts of exported cases from other apps, such as documents and payments."""

from home.extensions.base import extensions

from ..extension_points import Audience, CaseExtension
from ..models import Case


def parts_of_apps(case: Case, audience: Audience) -> dict[str, object]:
    """Return the parts of all apps by key, for this audience."""
    return {
        key: part
        for one in extensions(CaseExtension)
        for key, part in one.export_parts(case, audience).items()
    }
