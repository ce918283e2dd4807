"""Filing for somebody who stands at the counter, telephones or wrote; what was interrupted; whom to call."""

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from eservices.formbuilder.models import Form
from eservices.submissions.access import drafts_for_others
from eservices.submissions.models import SubmissionChannel

from .. import access
from ..search.terms import fold_text
from .base import AgentDeskView
from .case_queue.queries import service_titles

MAX_LISTED = 20  # interrupted filings, and calls


class CounterView(AgentDeskView):
    """The services to file for somebody, narrowed by words; the agent's filings to take up; calls to make."""

    template_name = "cases/desk/counter.html"
    page_title = gettext_lazy("Open at the counter")

    def get_header_buttons(self):
        return []

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": _("Open at the counter")}]

    def get_context_data(self, **kwargs):
        words = self.request.GET.get("service", "")[:100]
        return super().get_context_data(
            words=words,
            services=_services(words),
            channels=[one for one in SubmissionChannel if one != SubmissionChannel.ONLINE],
            interrupted=[_draft(one) for one in drafts_for_others(self.request.user)[:MAX_LISTED]],
            calls=access.open_callbacks_for(self.request.user)[:MAX_LISTED],
            **kwargs,
        )


def _services(words: str) -> list[dict]:
    """The services in whose title every word stands."""
    found = Form.objects.filter(offered=True, versions__kind="published").distinct()
    slugs = {str(form.pk): form.slug for form in found}
    services = (
        {"title": title, "url": reverse("submissions:start", args=[slugs[pk]])}
        for pk, title in service_titles(slugs).items()
    )
    fitting = (
        one for one in services if all(word in fold_text(one["title"]) for word in fold_text(words).split())
    )
    return sorted(fitting, key=lambda service: service["title"].casefold())


def _draft(draft) -> dict:
    """An interrupted filing: for whom, as far as it is known, and where to go on."""
    definition = draft.version.definition
    names = definition.settings.get("applicant", {}).get("name", [])
    given = (str(draft.answers.get(key) or "") for key in names)
    return {
        "title": definition.title(get_language() or draft.language),
        "name": " ".join(filter(None, given)),
        "saved_at": draft.saved_at,
        "channel": draft.get_channel_display(),
        "url": reverse("submissions:resume", args=[draft.secret]),
    }
