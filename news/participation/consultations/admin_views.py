"""Admin views of contributions: a list, a form with status and reply, and a CSV file."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from home.formats.spreadsheets import write_csv_lines
from home.web.downloads import CSV, as_download, dated_file_name

from ..admin_views import ParticipationAdminView
from ..moderation.actions import IllegalTransition
from ..moderation.admin_views import RefuseForm
from ..moderation.states import ModerationState
from . import access, actions
from .forms import AnswerForm
from .models import ConsultationPage

ON_A_PAGE = 50


def consultations() -> dict[str, str]:
    """Return the titles of all consultations by key, in the language in which they were first written."""
    pages = ConsultationPage.objects.order_by("-pk").values_list("translation_key", "title")
    return {str(key): title for key, title in pages}  # the first page written overwrites its translations


class FilterForm(forms.Form):
    """Filter of the list of contributions. Invalid values are ignored."""

    consultation = forms.ChoiceField(required=False)
    state = forms.ChoiceField(required=False)

    def __init__(self, data, *, titles: dict[str, str]):
        super().__init__(data)
        self.fields["consultation"].label = _("Consultation")
        self.fields["consultation"].choices = [("", _("All")), *titles.items()]
        self.fields["state"].label = _("State")
        self.fields["state"].choices = [("", _("All")), *ModerationState.choices]
        for field in self.fields.values():
            field.widget.attrs["class"] = "in"
        self.is_valid()

    def narrow(self, contributions):
        wanted = {key: value for key, value in self.cleaned_data.items() if value}
        return contributions.filter(**wanted)


class ContributionsView(ParticipationAdminView):
    """All contributions, the newest first."""

    template_name = "news/participation/admin/contributions.html"
    tab = "contributions"

    def get_context_data(self, **kwargs):
        titles = consultations()
        form = FilterForm(self.request.GET, titles=titles)
        found = form.narrow(access.contributions_for(self.request.user)).with_voices().newest_first()
        page = Paginator(found, ON_A_PAGE).get_page(self.request.GET.get("p"))
        rows = [(one, titles.get(str(one.consultation), "")) for one in page]
        query = "&".join(f"{key}={value}" for key, value in form.cleaned_data.items() if value)
        return super().get_context_data(form=form, rows=rows, page_obj=page, query=query, **kwargs)


class ContributionView(ParticipationAdminView):
    """A contribution, with its status and the commune's reply."""

    template_name = "news/participation/admin/contribution.html"
    tab = "contributions"

    def dispatch(self, request, *args, **kwargs):
        self.contribution = access.contribution_for(request.user, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        kwargs.setdefault("form", AnswerForm(contribution=self.contribution))
        return super().get_context_data(
            contribution=self.contribution,
            consultation=access.page_of(self.contribution.consultation),
            refuse_form=RefuseForm(),
            **kwargs,
        )

    def post(self, request, pk):
        form = AnswerForm(request.POST, contribution=self.contribution)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        try:
            answered = actions.answer_contribution(
                actor=request.user, contribution=self.contribution, **form.cleaned_data
            )
        except IllegalTransition as why:
            form.add_error(None, str(why))
            return self.render_to_response(self.get_context_data(form=form), status=409)
        if answered.is_news_after(self.contribution):
            messages.success(request, _("Saved. The person who proposed it is notified."))
        else:
            messages.success(request, _("Saved. There are no changes, so no message is sent."))
        return redirect("participation_desk:contribution", pk)


@require_safe
def export_csv(request):
    """Return the filtered contributions as CSV, without e-mail addresses."""
    titles = consultations()
    found = FilterForm(request.GET, titles=titles).narrow(access.contributions_for(request.user))
    header = [
        *(_("Day"), _("Consultation"), _("State"), _("Title"), _("Text")),
        *(_("By"), _("Votes"), _("Follow-up"), _("Answer")),
    ]
    rows = (
        [
            timezone.localdate(one.handed_in_at),
            titles.get(str(one.consultation), ""),
            one.get_state_display(),
            one.title,
            one.text or "\n".join(f"{each['question']} {each['answer']}" for each in one.answers),
            one.author,
            one.voices,
            one.get_status_display(),
            one.reply,
        ]
        for one in found.with_voices().newest_first().iterator(chunk_size=500)
    )
    response = HttpResponse(write_csv_lines(header, rows), content_type=CSV)
    return as_download(response, dated_file_name(pgettext("name of a file", "contributions")))
