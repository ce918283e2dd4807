"""Admin views of contributions: a list, a form with status and reply, and a CSV file."""

from functools import partial

from django.core.paginator import Paginator
from django.forms import Select
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe
from django_filters import ChoiceFilter, FilterSet

from home.admin.action_views import ActionFormMixin
from home.formats.spreadsheets import write_csv_lines
from home.web.downloads import CSV, as_download, dated_file_name

from ..admin_views import ParticipationAdminView
from ..moderation.admin_views import RefuseForm
from ..moderation.states import ModerationState
from . import access, actions
from .forms import AnswerForm
from .models import ConsultationPage, Contribution

ON_A_PAGE = 50


def consultations() -> dict[str, str]:
    """Return the titles of all consultations by key, in the language in which they were first written."""
    pages = ConsultationPage.objects.order_by("-pk").values_list("translation_key", "title")
    return {str(key): title for key, title in pages}  # the first page written overwrites its translations


class ContributionFilterSet(FilterSet):
    """Filters of the list of contributions. Invalid values are ignored."""

    consultation = ChoiceFilter(
        label=gettext_lazy("Consultation"),
        empty_label=gettext_lazy("All"),
        widget=Select(attrs={"class": "in"}),
    )
    state = ChoiceFilter(
        label=gettext_lazy("State"),
        empty_label=gettext_lazy("All"),
        choices=ModerationState.choices,
        widget=Select(attrs={"class": "in"}),
    )

    def __init__(self, data, queryset, *, titles: dict[str, str]):
        super().__init__(data, queryset)
        self.filters["consultation"].extra["choices"] = list(titles.items())


class ContributionsView(ParticipationAdminView):
    """All contributions, the newest first."""

    template_name = "news/participation/admin/contributions.html"
    tab = "contributions"

    def get_context_data(self, **kwargs):
        titles = consultations()
        seen = access.contributions_for(self.request.user)
        filters = ContributionFilterSet(self.request.GET, seen, titles=titles)
        found = filters.qs.with_voices().newest_first()
        page = Paginator(found, ON_A_PAGE).get_page(self.request.GET.get("p"))
        rows = [(one, titles.get(str(one.consultation), "")) for one in page]
        query = "&".join(f"{key}={value}" for key, value in filters.form.cleaned_data.items() if value)
        return super().get_context_data(form=filters.form, rows=rows, page_obj=page, query=query, **kwargs)


class ContributionView(ActionFormMixin, ParticipationAdminView):
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
        return self.perform(
            AnswerForm(request.POST, contribution=self.contribution),
            action=partial(actions.answer_contribution, actor=request.user, contribution=self.contribution),
            done=self._said_of,
            back=reverse("participation_desk:contribution", args=[pk]),
        )

    def show_again(self, form: AnswerForm, status: int):
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def _said_of(self, answered: Contribution) -> str:
        if answered.is_news_after(self.contribution):
            return _("Saved. The person who proposed it is notified.")
        return _("Saved. There are no changes, so no message is sent.")


@require_safe
def export_csv(request):
    """Return the filtered contributions as CSV, without e-mail addresses."""
    titles = consultations()
    found = ContributionFilterSet(request.GET, access.contributions_for(request.user), titles=titles).qs
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
