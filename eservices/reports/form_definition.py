"""The form of problem reports. They are cases like all others, so they need a form version."""

import json
import uuid
from pathlib import Path

from eservices.formbuilder import actions
from eservices.formbuilder.models import Form, FormVersion

KEY = uuid.UUID("6f0f1f0e-7a0e-4d4e-9d5c-5b6f7f3c2a11")
SLUG = "signalement"
CONTENT = Path(__file__).parent / "report.json"


def reports_form_version() -> FormVersion:
    """Return the form version of this release, creating it if needed.

    The form is not *offered*, because problem reports have their own page.
    """
    form, _new = Form.objects.get_or_create(key=KEY, defaults={"slug": SLUG, "offered": False})
    return actions.freeze_version(
        actor=None, form=form, content=json.loads(CONTENT.read_text(encoding="utf-8"))
    )
