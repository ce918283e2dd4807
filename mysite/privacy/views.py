"""Admin views of the register of processing: the list, statements on an activity, files, and the assessment."""

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.generic import FormView, TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from home.admin.action_views import ActionFormMixin
from home.models import CommuneSettings
from home.validators import validate_no_control
from home.web.downloads import TABLES, as_download, dated_file_name, table_download

from . import access, actions
from .models import ProcessingNote
from .processing_register import ProcessingActivity


class RegisterView(WagtailAdminTemplateMixin, TemplateView):
    """The register: each activity with what is computed and what the commune states."""

    template_name = "mysite/privacy/register.html"
    page_title = gettext_lazy("Register of processing")
    header_icon = "lock"

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        user = self.request.user
        activities = access.activities_for(user, get_language())
        return super().get_context_data(
            activities=activities,
            gaps=sum(bool(one.gaps) for one in activities),
            may_change=access.may_change_register(user),
            **kwargs,
        )


class StatementForm(forms.ModelForm):
    """The form with the statements of the commune on an activity."""

    class Meta:
        model = ProcessingNote
        fields = ["purpose", "legal_basis", "remarks"]
        widgets = {name: forms.Textarea(attrs={"rows": 3, "class": "in"}) for name in fields}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.validators.append(validate_no_control)


class StatementView(WagtailAdminTemplateMixin, ActionFormMixin, FormView):
    """The form with the commune's statements on an activity."""

    template_name = "mysite/privacy/statement.html"
    form_class = StatementForm
    header_icon = "lock"

    def dispatch(self, request, *args, key, **kwargs):
        if not access.may_change_register(request.user):
            raise Http404
        self.activity = access.activity_for(request.user, key, get_language())
        return super().dispatch(request, *args, **kwargs)

    @property
    def page_title(self):
        return self.activity.name

    def get_breadcrumbs_items(self):
        register = {"url": reverse("privacy:register"), "label": RegisterView.page_title}
        return [*super().get_breadcrumbs_items(), register, {"url": "", "label": self.page_title}]

    def get_form_kwargs(self):
        note = ProcessingNote.objects.filter(key=self.activity.key).first()
        return super().get_form_kwargs() | {"instance": note}

    def get_context_data(self, **kwargs):
        return super().get_context_data(activity=self.activity, **kwargs)

    def post(self, request, *args, **kwargs):
        def save(**stated):
            return actions.save_statement(actor=request.user, key=self.activity.key, **stated)

        return self.perform(self.get_form(), action=save, done=_("Saved."), back=reverse("privacy:register"))

    def show_again(self, form, status: int):
        response = self.render_to_response(self.get_context_data(form=form))
        response.status_code = status
        return response


@require_safe
def export_register(request, kind: str) -> StreamingHttpResponse:
    """Return the register as CSV or XLSX."""
    activities = access.activities_for(request.user, get_language())
    if kind not in TABLES:
        raise Http404
    header = [
        *(
            _("Activity"),
            _("Purpose of the processing"),
            _("Legal basis"),
            _("People"),
            _("Categories of data"),
        ),
        *(_("Specially protected"), _("Recipients of the data"), _("Retention"), _("Remarks")),
    ]
    name = pgettext("name of a file", "register-of-processing")
    return table_download(kind, str(RegisterView.page_title), header, map(_cells, activities), name)


def _cells(one: ProcessingActivity) -> list[str]:
    lists = (one.categories, one.secret, one.recipients)
    categories, secret, recipients = (", ".join(found) for found in lists)
    return [
        *(one.name, one.purpose, one.legal_basis, one.people, categories, secret, recipients),
        *(one.retention, one.remarks),
    ]


@require_safe
def assessment(request, key: str) -> HttpResponse:
    """Return the template of an impact assessment on an activity, filled in from the register.

    It is a document of its own, to complete in a text processor.
    """
    activity = access.activity_for(request.user, key, get_language())
    context = {
        "activity": activity,
        "commune": CommuneSettings.current(),
        "day": timezone.localdate(),
        "language": get_language(),
        "encrypted_backups": bool(settings.BACKUP_URL),
        "second_factor": settings.STAFF_SECOND_FACTOR,
    }
    text = render_to_string("mysite/privacy/assessment.html", context)
    name = dated_file_name(f"{pgettext('name of a file', 'impact-assessment')}-{activity.key}", "html")
    return as_download(HttpResponse(text, content_type="text/html; charset=utf-8"), name)
