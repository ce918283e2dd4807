"""Preview of an unsaved document template, with its placeholders or filled from a real case."""

from base64 import b64encode

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.cases import access as cases

from . import document_text, rendering
from .exceptions import TemplateError
from .models import DocumentTemplate, issuing_forms


def preview_response(request, template: DocumentTemplate, *, on_case: bool):
    """Render the pages as pictures; a message if there is no case or the template cannot be filled."""
    case = _latest_case(request.user, template) if on_case else None
    context = {"template_title": template.title, "pages": [], "fault": ""}
    if on_case and case is None:
        context["fault"] = _("There is no case that you may read and that issues this document.")
    else:
        try:
            texts = document_text.preview_texts(template, case, timezone.localdate())
            context["pages"] = [b64encode(page).decode() for page in rendering.render_preview_pages(texts)]
        except TemplateError as fault:
            context["fault"] = str(fault)
    return render(request, "documents/preview.html", context)


def _latest_case(user, template: DocumentTemplate):
    found = cases.cases_for(user).filter(form__in=issuing_forms(template.key))
    return found.select_related("submission", "version", "team").order_by("-opened_at").first()
