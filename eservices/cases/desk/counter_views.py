"""The counter: applying on behalf of a person, resuming drafts, and callback requests."""

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

MAX_LISTED = 20  # drafts, and calls


class CounterView(AgentDeskView):
    """The services to apply for on behalf of a person, the agent's open drafts, and calls to make."""

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
    """Return the services whose title contains every word."""
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
    """Return the row of an open draft: its applicant, as far as known, and the URL to resume it."""
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
