"""What the newsletter plans: campaigns that go out."""

from django.urls import reverse
from django.utils.translation import gettext as _

from home.planning import MOST, Planned, planned

from .models import Campaign, Mailing
from .states import MailingState


@planned.register("campaigns")
def campaigns(user, start, end) -> list[Planned]:
    if not user.has_perm("newsletter.change_campaign"):
        return []
    going = Mailing.objects.exclude(state=MailingState.CANCELLED).filter(due_at__gte=start, due_at__lt=end)
    name = Campaign.snippet_viewset.get_url_name("edit")
    rows = going.order_by("due_at").values_list("due_at", "campaign__title", "campaign")[:MOST]
    return [Planned(at, _("Campaign"), title, reverse(name, args=[key]), "mail") for at, title, key in rows]
