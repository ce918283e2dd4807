"""Admin views of moderation: texts that wait, published one by one or together, or rejected with a reason."""

from django import forms
from django.contrib.messages import constants
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from home.admin.action_views import action_view
from home.exceptions import ActionRefused
from home.links.page_links import is_own_url

from ..admin_views import ParticipationAdminView
from . import access, actions
from .states import ModerationState

MAX_BULK = access.MAX_LISTED


class RefuseForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason, shown to the author"),
        max_length=500,
        error_messages={"required": gettext_lazy("Explain why. The author reads it.")},
        widget=forms.Textarea(attrs={"rows": 2, "class": "in"}),
    )


class WaitingView(ParticipationAdminView):
    """Texts that wait for moderation, the oldest first."""

    template_name = "news/participation/admin/waiting.html"
    tab = "waiting"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            rows=access.awaiting_moderation_for(self.request.user), refuse_form=RefuseForm(), **kwargs
        )


def _back(request, **kwargs) -> str:
    """Return the URL of the page with the pressed button."""
    came_from = request.POST.get("to", "")
    return came_from if is_own_url(came_from) else reverse("participation_desk:waiting")


@action_view(_back, level=constants.WARNING)
def publish(request) -> str:
    """Publish the ticked texts, or the one whose button was pressed."""
    chosen = request.POST.getlist("one")[:MAX_BULK] or request.POST.getlist("several")[:MAX_BULK]
    if not access.may_moderate(request.user):
        raise Http404
    done = 0
    for words in chosen:
        kind, _dash, number = words.partition("-")
        if not (number.isascii() and number.isdigit() and len(number) < 11):
            continue
        try:
            written = access.written_for(request.user, kind, int(number))
            actions.publish_written(actor=request.user, written=written)
        except (Http404, actions.IllegalTransition):  # another moderator decided first
            continue
        done += 1
    if not done:
        raise ActionRefused(_("No contribution was published. Tick those that you have read."))
    return ngettext("%(n)s is published.", "%(n)s are published.", done) % {"n": done}


@action_view(_back)
def refuse(request, kind, pk) -> str:
    """Reject a text with a reason, or take it down if it is published.

    ``seen``: the state in which the moderator read it; nothing is done if it changed.
    """
    written = access.written_for(request.user, kind, pk)
    if request.POST.get("seen", written.state) != written.state:
        raise actions.AlreadyDecided(_("Another person has already decided on this."))
    form = RefuseForm(request.POST)
    if not form.is_valid():
        raise ActionRefused(form.errors["reason"][0])
    act, said = actions.reject_written, _("The contribution is refused. The author is told the reason.")
    if written.state == ModerationState.PUBLISHED:
        act, said = (
            actions.take_down,
            _("The contribution is removed from the site. The author is told the reason."),
        )
    act(actor=request.user, written=written, reason=form.cleaned_data["reason"])
    return said
